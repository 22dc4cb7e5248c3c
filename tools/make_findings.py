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
from contracts.reporting.markdown import cell

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.clients.environments import Environments
from tests.clients.releases import JAVASCRIPT

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "fixtures" / "conformance"
REPORTS = ROOT / ".cache" / "findings"
PAGE = ROOT / "docs" / "findings.md"
BLOCK = re.compile(r"(<!-- findings: ([^>]+) -->\n).*?(<!-- end -->\n)", re.DOTALL)
"""What the page gets from here: `matrix`, or the ids of checks whose evidence is wanted."""

MOST_TOLD = 240
"""Characters of a verdict on the page; the summaries have it whole."""
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
    PAGE.write_text(filled(PAGE.read_text("utf-8"), summaries()), "utf-8")
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
    known = reasons(name)
    judged = {check["check"] for row in report["cases"] for check in row["checks"]}
    flaky = [check for check, row in known.items() if row.get("status") == "flaky" and check in judged]
    wanted = list(dict.fromkeys((*failing(report), *flaky)))
    if unknown := [check for check in wanted if check not in known]:
        raise FindingError(f"reasons.toml does not say why it fails {', '.join(unknown)}")
    entries = [
        {
            "check": check,
            **_where(report, check),
            "status": known[check].get("status", "fail"),
            "because": known[check]["because"],
        }
        for check in wanted
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


def reasons(name: str) -> dict[str, dict[str, str]]:
    """Return by check why a client fails it: the first row of reasons.toml that is about both."""
    found: dict[str, dict[str, str]] = {}
    for row in tomllib.loads((FOLDER / "reasons.toml").read_text("utf-8"))["reason"]:
        if fnmatchcase(name, row.get("client", "*")):
            found.setdefault(row["check"], row)
    return found


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
    names = failing(report).get(check, [])
    judged = [row["name"] for row in report["cases"] for one in row["checks"] if one["check"] == check]
    return {"where": names[0]} if len(names) == 1 < len(judged) else {}


def summary(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a report: its numbers, and of each check that failed the first case with its evidence."""
    rows = {row["name"]: row for row in report["cases"]}
    warned: dict[str, list[str]] = {}
    for name, row in rows.items():
        for check in row["checks"]:
            if check["verdict"] == "warn":
                warned.setdefault(check["check"], []).append(name)
    return {
        "date": f"{datetime.fromtimestamp(clock.wall(), UTC):%Y-%m-%d}",
        **{name: report[name] for name in (*KEPT, *KEPT_NUMBERS)},
        "failing": [_finding(rows[names[0]], check, names) for check, names in failing(report).items()],
        "warned": [_finding(rows[names[0]], check, names) for check, names in warned.items()],
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


def summaries() -> dict[Client, dict[str, Any]]:
    """Return the summaries that are kept, in the order of CLIENTS."""
    files = {client: FOLDER / f"{client.name}.json" for client in CLIENTS}
    return {client: json.loads(file.read_text("utf-8")) for client, file in files.items() if file.exists()}


def filled(text: str, kept: Mapping[Client, Mapping[str, Any]]) -> str:
    """Return the page with what these summaries say in its places."""

    def block(found: re.Match[str]) -> str:
        names = found[2].split()
        told = matrix.markdown(list(kept.values())) if names == ["matrix"] else evidence(names, kept)
        return f"{found[1]}\n{told}\n{found[3]}"

    return BLOCK.sub(block, text)


def evidence(checks: Sequence[str], kept: Mapping[Client, Mapping[str, Any]]) -> str:
    """Return a table of who fails these checks: a row for each reason, with the evidence of the newest client."""
    lines = ["| client | check, case | seen, and why | replay token |", "|---|---|---|---|"]
    for check in checks:
        rows = [
            (client, row)
            for client, told in kept.items()
            for row in (*told["failing"], *told["warned"])
            if row["check"] == check
        ]
        groups: dict[str, list[tuple[Client, Mapping[str, Any]]]] = {}
        for client, row in rows:
            groups.setdefault(reasons(client.name).get(check, {}).get("because", ""), []).append((client, row))
        for because, group in groups.items():
            row = group[0][1]
            more = f" and {len(row['cases']) - 1} more" if len(row["cases"]) > 1 else ""
            told = row["told"] if len(row["told"]) <= MOST_TOLD else row["told"][:MOST_TOLD] + "…"
            why = f"<br>*{because[0].upper()}{because[1:]}.*" if because else ""
            clients = _named([client for client, _ in group], kept)
            lines.append(f"| {clients} | {check}, `{row['cases'][0]}`{more} | {cell(told)}{why} | `{row['token']}` |")
    return "".join(f"{line}\n" for line in lines)


def _named(clients: Sequence[Client], kept: Mapping[Client, Mapping[str, Any]]) -> str:
    """Return what clients are called, the releases of one side by side."""
    versions: dict[str, list[str]] = {}
    for client in clients:
        versions.setdefault(kept[client]["client"]["name"], []).append(client.version)
    return "; ".join(f"{cell(name)} {', '.join(found)}" for name, found in versions.items())


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
