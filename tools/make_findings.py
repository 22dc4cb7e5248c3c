"""Plays all cases to the official clients and keeps what came out in fixtures/conformance and docs/findings.md.

`tools/make_findings.py [TEXT]`: only clients whose name contains the text. Of each client `NAME.yaml` is what it is
known to fail, with the reasons of `reasons.toml`, and `NAME.json` the summary of the run; the page gets the matrix of
all. A failure without a reason, and a client that could not be judged, are errors: nothing is written of that client.
`.cache/findings` keeps the whole reports and `matrix.html`, which shows them side by side with all evidence.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from contracts import clock
from contracts.clientside import expectations
from contracts.clientside.reports import matrix, page, reading

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.clients.environments import Environments
from tests.clients.releases import JAVASCRIPT

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "fixtures" / "conformance"
REPORTS = ROOT / ".cache" / "findings"
PAGE = ROOT / "docs" / "findings.md"
BEGIN, END = "<!-- matrix: make findings -->\n", "<!-- end of matrix -->\n"
SECONDS = 300
"""For one client; half a minute is usual, some more on a busy machine."""

KEPT = ("client", "mode", "witnesses", "seed", "profile", "left_out", "seconds", "stopped")
KEPT_NUMBERS = ("counts", "conformance", "observed", "areas")
"""Members of a report that its summary has too: all that the matrix is made of."""


class FindingError(Exception):
    """A client could not be judged, or fails something that has no reason in reasons.toml."""


@dataclass(frozen=True, slots=True)
class Client:
    """One release, driven by one adaptor."""

    adaptor: str
    version: str

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.adaptor.replace('_', '-')}-{self.version}"

    def place(self, environments: Environments) -> tuple[Path, Path]:
        """Return the interpreter of the adaptor and the folder in which it is started; what is missing is installed."""
        if self.adaptor == "javascript":
            return Path(sys.executable), environments.javascript(JAVASCRIPT)
        return environments.python(self.version), ROOT


CLIENTS = (
    Client("python", "0.36.0"),
    Client("python_async", "0.36.0"),
    Client("python", "0.13.0"),
    Client("python", "0.7.19"),
    Client("python", "0.6.34"),
    Client("python", "0.6.1"),
    Client("python", "0.5.6"),
    Client("javascript", JAVASCRIPT.version),
)
"""The newest of the official clients, and some older ones: tests/clients/releases.toml says what sets them apart."""


def main(wanted: str = "") -> int:
    """Play, print a line for each client, and write."""
    environments, failed = Environments(), 0
    REPORTS.mkdir(parents=True, exist_ok=True)
    for client in (row for row in CLIENTS if wanted in row.name):
        try:
            report = played(client, *client.place(environments))
            text = expected(client.name, report)
        except FindingError as error:
            failed += 1
            print(f"NOT WRITTEN  {client.name}: {error}", flush=True)
            continue
        (FOLDER / f"{client.name}.yaml").write_text(text, "utf-8")
        (FOLDER / f"{client.name}.json").write_text(json.dumps(summary(report), indent=1) + "\n", "utf-8")
        share = report["conformance"]
        print(f"written      {client.name}: {share['passed']} of {share['of']}", flush=True)
    (REPORTS / "matrix.html").write_text(page.render(list(_reports())), "utf-8")
    PAGE.write_text(with_matrix(PAGE.read_text("utf-8"), summaries()), "utf-8")
    return 1 if failed else 0


def played(client: Client, python: Path, folder: Path) -> dict[str, Any]:
    """Return the report of a run over all cases.

    Args:
        client: to be judged.
        python: that runs its adaptor.
        folder: in which the adaptor is started.

    Raises:
        FindingError: the kit could not judge it.
    """
    file = REPORTS / f"{client.name}.json"
    file.unlink(missing_ok=True)
    adaptor = [str(python), "-m", f"mockserver.testing.adaptors.{client.adaptor}"]
    conform = [sys.executable, "-m", "mockserver", "conform", "--adaptor", "--report", str(file), "--", *adaptor]
    # The adaptor runs where its client is installed, and finds this project by the path.
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # a client that fails is what is looked for
        conform, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if not file.exists() or done.returncode not in {0, 1}:
        raise FindingError(f"conform ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
    return reading.read(file)


def _reports() -> Iterator[dict[str, Any]]:
    """Yield what is there of whole reports; one of an older kit may not be readable any more."""
    for client in CLIENTS:
        with suppress(reading.ReportError):
            yield reading.read(REPORTS / f"{client.name}.json")


def expected(name: str, report: Mapping[str, Any]) -> str:
    """Return the text of a `conformance.yaml` that expects just what failed, with a reason for each.

    Raises:
        FindingError: there is no reason for one of them.
    """
    known = tomllib.loads((FOLDER / "reasons.toml").read_text("utf-8"))["reason"]
    mine = [row for row in known if fnmatchcase(name, row.get("client", "*"))]
    found = {check: [row for row in mine if row["check"] == check] for check in failing(report)}
    if unknown := [check for check, rows in found.items() if not rows]:
        raise FindingError(f"reasons.toml does not say why it fails {', '.join(unknown)}")
    entries = [
        {
            "check": check,
            **_where(report, check),
            "status": rows[0].get("status", "fail"),
            "because": rows[0]["because"],
        }
        for check, rows in found.items()
    ]
    today = datetime.fromtimestamp(clock.wall(), UTC).date()
    text = yaml.safe_dump({"kit": 1, "expect": entries}, sort_keys=False, allow_unicode=True, width=120)
    head = f"# {report['client']['name']} {report['client']['version']}, as of {today}: made by `make findings`.\n"
    file = REPORTS / f"{name}.yaml"
    file.write_text(head + text, "utf-8")
    departed = expectations.departures(report["cases"], expectations.read(file, today))
    if departed:
        raise FindingError("; ".join(departed))
    return head + text


def failing(report: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the checks that fail, each with its cases, and those that could not be judged though none had failed."""
    found: dict[str, list[str]] = {}
    for row in report["cases"]:
        broken = [check["check"] for check in row["checks"] if check["verdict"] == "fail"]
        stopped = [check["check"] for check in row["checks"] if check["verdict"] == "not-run"]
        # The first that could not be judged stands for those after it, which have nothing to go by then.
        for check in broken or stopped[:1]:
            found.setdefault(check, []).append(row["name"])
    return found


def _where(report: Mapping[str, Any], check: str) -> dict[str, str]:
    """Return where an entry holds: everywhere, or in the one case of several in which the check fails."""
    names = failing(report)[check]
    judged = [row["name"] for row in report["cases"] for one in row["checks"] if one["check"] == check]
    return {"where": names[0]} if len(names) == 1 < len(judged) else {}


def summary(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a report: its numbers, and of each check that failed the first case with its evidence."""
    rows = {row["name"]: row for row in report["cases"]}
    return {
        "date": f"{datetime.fromtimestamp(clock.wall(), UTC):%Y-%m-%d}",
        **{name: report[name] for name in (*KEPT, *KEPT_NUMBERS)},
        "failing": [_finding(rows[names[0]], check, names) for check, names in failing(report).items()],
    }


def _finding(row: Mapping[str, Any], name: str, names: Sequence[str]) -> dict[str, Any]:
    check = next(one for one in row["checks"] if one["check"] == name)
    return {
        "check": name,
        "level": check["level"],
        "says": check["says"],
        "cases": list(names),
        "verdict": check["verdict"],
        "told": re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:PORT", check["told"]),
        "token": row["evidence"] and row["evidence"]["token"],
    }


def summaries() -> list[dict[str, Any]]:
    """Return the summaries that are kept, in the order of CLIENTS."""
    files = [FOLDER / f"{client.name}.json" for client in CLIENTS]
    return [json.loads(file.read_text("utf-8")) for file in files if file.exists()]


def with_matrix(text: str, kept: Sequence[Mapping[str, Any]]) -> str:
    """Return the page with the matrix of these clients in its place."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n{matrix.markdown(kept)}\n{end}{after}"


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
