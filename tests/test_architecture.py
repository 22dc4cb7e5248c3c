"""The shape of the code: who imports whom, how long a module may be, and that no module keeps state."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("contracts", "mockserver")
MOST_LINES = 400

CONTRACT_LAYERS = (
    {"contracts.schemas"},
    {"contracts.wire"},
    {"contracts.apps"},
    {"contracts.openapi"},
    {"contracts.strategies"},
    {"contracts.serverside", "contracts.clientside"},
)
"""From the ground up; "Inside `contracts`" of the architecture, read from right to left."""

SERVER_LAYERS = (
    {"mockserver.clock", "mockserver.media", "mockserver.egress"},
    {"mockserver.timeline", "mockserver.faults", "mockserver.storage", "mockserver.webhooks"},
    {"mockserver.world"},
    {"mockserver.api", "mockserver.control", "mockserver.middleware"},
    {"mockserver.app"},
    {"mockserver.cli"},
)
"""From the ground up; modules that the architecture does not name may lie anywhere, so long as no way leads up."""

TEST_LIBRARIES = {"hypothesis", "schemathesis", "pytest", "_pytest"}
MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict", "ChainMap"}
MUTATORS = {
    "append", "appendleft", "add", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "setdefault", "sort", "update",
}  # fmt: skip


@cache
def modules() -> Mapping[str, Path]:
    """Every module of both packages by its dotted name."""
    found = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


@cache
def tree(module: str) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(modules()[module].read_text("utf-8"))


@cache
def imported(module: str) -> frozenset[str]:
    """Dotted names that a module imports anywhere in it, in functions and for types alone included."""
    found = set()
    package = module if modules()[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # A name in a package may be a module of its own.
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                found.add(inner if inner in modules() else base)
    return frozenset(found)


@cache
def reached(module: str) -> frozenset[str]:
    """Modules of ours that a module imports, directly or through others."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = {name for name in imported(waiting.pop()) if name in modules()} - found
        found |= new
        waiting += new
    return frozenset(found)


def within(module: str, names: set[str]) -> bool:
    """Whether a module is one of these or lies in one of them."""
    return any(module == name or module.startswith(f"{name}.") for name in names)


def top(name: str) -> str:
    """The distribution's own name for an import."""
    return name.partition(".")[0]


def arrows_up(layers: tuple[set[str], ...]) -> list[str]:
    """Ways from a lower layer to a higher one."""
    return [
        f"{module} reaches {other}"
        for height, layer in enumerate(layers)
        for module in modules()
        if within(module, layer)
        for other in sorted(reached(module))
        if any(within(other, higher) for higher in layers[height + 1 :])
    ]


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import, those under `if` and `try` included."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for part in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, part, []))


def mutable(value: ast.expr | None) -> bool:
    """Whether an expression makes something that can be changed in place."""
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return called in MUTABLE_CALLS
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def assigned(module: str) -> Iterator[tuple[str, ast.expr | None]]:
    """Names that a module binds on import, with what is bound."""
    for node in statements(tree(module).body):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        yield name.id, node.value
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.value


def changed(module: str) -> Iterator[tuple[str, int]]:
    """Names on which a function of the module calls a mutator, or whose items it sets or deletes, with the line."""
    for function in ast.walk(tree(module)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)} | {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(function):
            target: ast.expr | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                target = node.func.value
            elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                target = node.value
            if isinstance(target, ast.Name) and target.id not in own:
                yield target.id, target.lineno


def test_the_walk_sees_the_code() -> None:
    """Both packages are found, with the modules that the architecture names, and imports are resolved to modules."""
    assert {"contracts.apps.video_v2_6", "contracts.wire.streams", "mockserver.world", "mockserver.cli"} <= set(
        modules()
    )
    assert "contracts.apps.table" in imported("contracts.apps.video_v2_6")
    assert "contracts.schemas" in reached("mockserver.cli")
    named = set().union(*SERVER_LAYERS, *CONTRACT_LAYERS)
    missing = {name for name in named if not any(within(module, {name}) for module in modules())}
    # These are named by the architecture and written later.
    assert missing <= {"contracts.strategies", "contracts.serverside", "contracts.clientside", "mockserver.faults"}


def test_the_contract_knows_no_server() -> None:
    """`contracts` judges any server and any client, so it imports neither ours nor what ours is made of."""
    server = {"mockserver", "starlette", "uvicorn", "click", "multipart", "itsdangerous"}
    wrong = {
        module: sorted(name for name in imported(module) if top(name) in server)
        for module in modules()
        if top(module) == "contracts"
    }
    assert {module: names for module, names in wrong.items() if names} == {}


def test_arrows_in_the_contract_point_one_way() -> None:
    """(serverside, clientside) → strategies → openapi → apps → wire → schemas, and never back."""
    assert arrows_up(CONTRACT_LAYERS) == []


def test_the_two_suites_do_not_know_each_other() -> None:
    """One judges servers, the other clients."""
    sides = ("contracts.serverside", "contracts.clientside")
    for side, other in (sides, sides[::-1]):
        assert not [
            module
            for module in modules()
            if within(module, {side}) and any(within(name, {other}) for name in reached(module))
        ]


def test_arrows_in_the_server_point_one_way() -> None:
    """cli → app → (api, control, middleware) → world → (timeline, faults, storage, webhooks) → (clock, media, …)."""
    assert arrows_up(SERVER_LAYERS) == []


def test_no_module_reaches_itself() -> None:
    """A circle of imports has no direction at all."""
    assert [module for module in modules() if module in reached(module)] == []


def test_the_pure_contract_needs_no_test_library() -> None:
    """Only the strategies and the suites on top of them use Hypothesis, Schemathesis and pytest."""
    kit = {"contracts.strategies", "contracts.serverside", "contracts.clientside"}
    wrong = [
        module
        for module in modules()
        if top(module) == "contracts"
        and not within(module, kit)
        and {top(name) for name in imported(module)} & TEST_LIBRARIES
    ]
    assert wrong == []


def test_serving_loads_no_test_library() -> None:
    """A running emulator and its command import none of them, so they need not be installed and start-up is quick."""
    program = (
        "import json, sys, mockserver.server, mockserver.cli; from mockserver.app import create_app; "
        "from mockserver.settings import Settings; create_app(Settings()); print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    loaded = {top(name) for name in json.loads(done.stdout)}
    assert {"mockserver", "contracts", "starlette", "uvicorn"} <= loaded
    assert loaded & TEST_LIBRARIES == set()


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "tools"])
def test_no_module_is_long(folder: str) -> None:
    """A file holds one noun and stays under about 400 lines."""
    lines = {
        str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in (ROOT / folder).rglob("*.py")
    }
    assert {file: length for file, length in lines.items() if length > MOST_LINES} == {}


def test_no_module_keeps_mutable_state() -> None:
    """What can be changed in place is bound to a constant's name, but for `__all__`; no function rebinds globals."""
    variables = [
        f"{module}: {name}"
        for module in modules()
        for name, value in assigned(module)
        if mutable(value) and name != "__all__" and not name.isupper()
    ]
    rebinding = [
        f"{module}:{node.lineno}"
        for module in modules()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Global)
    ]
    assert (variables, rebinding) == ([], [])


def test_no_function_changes_a_constant() -> None:
    """A constant's name is no licence: nothing bound on import is changed by a function later."""
    wrong = [
        f"{module}:{line} changes {name}"
        for module in modules()
        for name, line in changed(module)
        if name in {bound for bound, _ in assigned(module)}
    ]
    assert wrong == []


def test_the_suites_do_not_know_each_other() -> None:
    """Either can be understood, and used, without the other."""
    suites = ("contracts.serverside", "contracts.clientside")
    for suite, other in (suites, suites[::-1]):
        assert [
            name for name in modules() if within(name, {suite}) and any(within(n, {other}) for n in reached(name))
        ] == []
