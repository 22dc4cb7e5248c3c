"""Write contracts/parity.json: `python tools/make_parity.py` reads which tests and checks cite which requirement.

A test cites by `@pytest.mark.requirement("REQ-STREAM-002", ...)` above itself, with the ids written out; a check of
suite 1 declares what it will give a verdict on.
"""

import argparse
import ast
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from contracts import requirements
from contracts.serverside import check
from contracts.serverside.check import Check

ROOT = Path(__file__).parents[1]
FILE = ROOT / "contracts" / "parity.json"


class CitationError(ValueError):
    """A test cites what there is not, or not so that it can be read; the message names file and line."""


def cited(folder: Path, checks: Iterable[Check] = ()) -> dict[str, list[str]]:
    """Return what cites a requirement, `file::function` or `check name`, by its id in the register's order.

    Args:
        folder: of tests.
        checks: of suite 1.

    Raises:
        CitationError: a mark holds something else than ids of the register, or stands elsewhere than above a test.
    """
    found: dict[str, list[str]] = {name: [] for name in requirements.load()}
    for file in sorted(folder.rglob("test_*.py")):
        name = file.relative_to(folder.parent).as_posix()
        for test, requirement in _marks(file):
            found[requirement].append(f"{name}::{test}")
    for row in checks:
        for requirement in row.requirements:
            found[requirement].append(f"check {row.name}")
    return {name: sorted(set(tests)) for name, tests in found.items() if tests}


def _marks(file: Path) -> Iterator[tuple[str, str]]:
    """Yield each test of a file with each id that it cites."""
    tree = ast.parse(file.read_text("utf-8"))
    above = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in (inner for decorator in node.decorator_list for inner in ast.walk(decorator)):
            if isinstance(mark, ast.Call) and _is_mark(mark):
                above.add(mark)
                for identifier in _ids(file, mark):
                    yield node.name, identifier
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_mark(node) and node not in above:
            raise CitationError(f"{file.name}:{node.lineno}: a citation stands above the test that it is about")


def _is_mark(node: ast.Call) -> bool:
    return ast.unparse(node.func) == "pytest.mark.requirement"


def _ids(file: Path, mark: ast.Call) -> Iterator[str]:
    for argument in mark.args:
        told = argument.value if isinstance(argument, ast.Constant) else None
        if not isinstance(told, str) or told not in requirements.load():
            words = ast.unparse(argument)
            raise CitationError(f"{file.name}:{mark.lineno}: {words} is no id of contracts/requirements.toml")
        yield told


def written(found: dict[str, list[str]]) -> str:
    """Return the file's text."""
    return json.dumps(found, indent=1) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file, or with --check tell whether it is as it should be."""
    parser = argparse.ArgumentParser(description="Write down which tests cite which requirement.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when the file is out of date")
    asked = parser.parse_args(argv)
    try:
        text = written(cited(ROOT / "tests", check.load()))
    except CitationError as error:
        print(error, file=sys.stderr)
        return 1
    if asked.check:
        told = FILE.read_text("utf-8")
        if told == text:
            print("up to date")
            return 0
        old, new = json.loads(told), json.loads(text)
        moved = [name for name in requirements.load() if old.get(name) != new.get(name)]
        print(f"{FILE.name} is out of date for {', '.join(moved) or 'its form'}; `make parity` writes it anew")
        return 1
    FILE.write_text(text, "utf-8")
    print(f"{len(json.loads(text))} of {len(requirements.load())} requirements are cited")
    return 0


if __name__ == "__main__":
    sys.exit(main())
