"""Record the golden exchanges: `python tools/record_golden.py` plays them all and writes down what is answered.

Works on fixtures/exchanges (one file per operation and outcome), fixtures/webhooks (one per delivery) and
fixtures/parts (long documents that many answers hold). What is written by hand in a file stays as it is; only
`responses`, or `headers` and `body`, are filled in.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from contracts import deliveries, exchanges
from contracts.apps import table
from contracts.exchanges import ExchangeError
from contracts.wire.envelopes import ENVELOPES
from mockserver import catalogue
from mockserver.testing import replay
from mockserver.testing.replay import ReplayError

FIXTURES = Path(__file__).parent.parent / "fixtures"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    file: Path
    state: Literal["same", "changed", "failed"]
    told: str = ""


def record(file: Path) -> bytes:
    """Return what a file should hold, by playing it.

    Raises:
        ExchangeError, ReplayError: it cannot be read or played.
    """
    if file.parent.name == "parts":
        return part(file.stem)
    return webhook(file) if file.parent.name == "webhooks" else exchange(file)


def exchange(file: Path) -> bytes:
    """Return an exchange with its answers filled in."""
    wanted = exchanges.read(file)
    answers = {envelope: replay.answer(replay.perform(wanted, envelope), wanted.operation) for envelope in ENVELOPES}
    raw = orjson.loads(file.read_bytes())
    order = ("summary", "settings", "before", "request", "during")
    kept = {key: raw[key] for key in order if key in raw}
    return written({**kept, "responses": exchanges.responses_document(answers)})


def webhook(file: Path) -> bytes:
    """Return a golden webhook with its headers and body filled in."""
    wanted = deliveries.read(file)
    headers, body = replay.delivery(wanted)
    raw = orjson.loads(file.read_bytes())
    kept = {key: raw[key] for key in ("summary", "settings", "before") if key in raw}
    return written({**kept, "headers": headers, "body": orjson.loads(body)})


def part(name: str) -> bytes:
    """Return a part: `app-version-` and the name of a version of the app."""
    versions = {f"app-version-{version.name}": version for version in table.load().versions.values()}
    return written(catalogue.version_document(versions[name]))


def written(document: Any) -> bytes:  # noqa: ANN401  # JSON
    """Return JSON the way the files hold it."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def everything() -> list[Path]:
    """Return all files; parts come first, for exchanges refer to them."""
    parts = [FIXTURES / "parts" / f"app-version-{name}.json" for name in table.load().versions]
    return [*parts, *exchanges.files(), *deliveries.files()]


def run(files: Sequence[Path], *, check: bool) -> Iterator[Outcome]:
    """Record files and yield what became of each; with `check` nothing is written."""
    for file in files:
        try:
            content = record(file)
        except (ExchangeError, ReplayError) as error:
            yield Outcome(file, "failed", str(error))
            continue
        if file.exists() and file.read_bytes() == content:
            yield Outcome(file, "same")
            continue
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            if file.parent.name == "parts":
                exchanges.parts.cache_clear()
        yield Outcome(file, "changed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="only these files; all when none is given")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when anything would change")
    parser.add_argument("--quiet", action="store_true", help="name only what changes or fails")
    options = parser.parse_args(arguments)
    files = [file.resolve() for file in options.files] or everything()
    counts = {"same": 0, "changed": 0, "failed": 0}
    for outcome in run(files, check=options.check):
        counts[outcome.state] += 1
        if not options.quiet or outcome.state != "same":
            told = f": {outcome.told}" if outcome.told else ""
            print(f"{outcome.state:8} {outcome.file.parent.name}/{outcome.file.name}{told}", flush=True)
    changed = "would change" if options.check else "changed"
    print(f"{len(files)} files: {counts['same']} the same, {counts['changed']} {changed}, {counts['failed']} failed")
    return 1 if counts["failed"] or (options.check and counts["changed"]) else 0


if __name__ == "__main__":
    sys.exit(main())
