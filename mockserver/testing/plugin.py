"""The pytest plugin: `inference_server` for the session, `inference_mock` with a fresh world for each test.

It imports nothing of ours before a fixture is used: pytest loads it in every project it is installed beside.
"""

from collections.abc import Generator, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.settings import Settings
    from mockserver.testing.mock import InferenceMock
    from mockserver.testing.running import RunningServer

_MOCK = pytest.StashKey["InferenceMock"]()
"""On a test: its world, from when the fixture has made it."""

_BOOK = "inference-journals"
"""Name of the plugin that takes note of journals while they are updated."""

_MARK = (
    "inference(scenario=NAME, plan=STEPS|FILE, clock='manual', allow_unreached=False, latency=..., enforce=..., ...): "
    "how the world of `inference_mock` is for this test; any behaviour setting of inferencesh-mock will do."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    group = parser.getgroup("inferencesh-mock", "an emulator of the inference.sh API (inferencesh-mock)")
    group.addoption(
        "--inference-server",
        metavar="WHERE",
        default="thread",
        help="Where inference_server runs: thread (in this process), process (one of its own), "
        "or the URL of one that runs already.",
    )
    group.addoption("--inference-token", metavar="TOKEN", help="X-Mock-Token, if the one at the URL wants it.")
    group.addoption(
        "--inference-seed", metavar="N", type=int, help="Seed of all ids and draws, 0 unless inference_settings says."
    )
    group.addoption(
        "--inference-replay", metavar="TOKEN", help="Repeat the world of this token, from the report of a failure."
    )
    group.addoption(
        "--update-journals", action="store_true", help="Store what assert_journal compares, in place of what was."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and take note of journals if they are to be updated."""
    config.addinivalue_line("markers", _MARK)
    if config.getoption("update_journals"):
        from mockserver.testing.journals import JournalBook

        config.pluginmanager.register(JournalBook(config), _BOOK)


# ---------------------------------------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def inference_settings() -> "Settings":
    """How `inference_server` is started: defaults on a free port; override the fixture for anything else."""
    _ensure_not_hidden()
    from mockserver.settings import Settings

    return Settings(port=0, seed=0)


@pytest.fixture(scope="session")
def inference_server(pytestconfig: pytest.Config, inference_settings: "Settings") -> "Iterator[RunningServer]":
    """An emulator that serves for the whole session; with xdist one for each worker, or all on one at a URL."""
    from mockserver.testing import starting

    with starting.server(pytestconfig, inference_settings) as running:
        yield running


@pytest.fixture
def inference_mock(request: pytest.FixtureRequest, inference_server: "RunningServer") -> "Iterator[InferenceMock]":
    """A world of its own for the test: a base URL, an API key and the control plane behind it."""
    from mockserver.testing.marks import MarkError
    from mockserver.testing.mock import InferenceMock, key_of

    item = request.node
    book = request.config.pluginmanager.get_plugin(_BOOK)
    mock = InferenceMock(inference_server, key_of(item, shared=inference_server.settings is None), item, book)
    wrong = None
    try:
        mock.begin()
    except MarkError as error:
        wrong = str(error)
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)
    item.stash[_MOCK] = mock
    yield mock
    mock.close()


def _ensure_not_hidden() -> None:
    """Fail if the project has a module of the name of one that we need."""
    ours = Path(__file__).parents[2] / "contracts"
    found = find_spec("contracts")
    if found is None or ours not in map(Path, found.submodule_search_locations or ()):
        told = "is not there" if found is None else f"is hidden by {found.origin or 'a folder of the project'}"
        pytest.fail(
            f"inferencesh-mock: its package `contracts` in {ours.parent} {told}; rename the other one, "
            "or keep its folder off the path of these tests",
            pytrace=False,
        )


# ---------------------------------------------------------------------------------------------- what tests end with


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test that says what its world is to be, and has none."""
    if any(mark.name == "inference" for mark in item.own_markers):
        names: Iterable[str] = getattr(item, "fixturenames", ())
        if "inference_mock" not in names:
            pytest.fail(
                f"{item.nodeid}: @pytest.mark.inference has no effect, for the test does not use inference_mock",
                pytrace=False,
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that has passed so far if steps of its plan were never reached."""
    result = yield
    mock = item.stash.get(_MOCK, None)
    missed = [] if mock is None else mock.unreached()
    if missed:
        pytest.fail("\n".join(["armed, but never met:", *(f"  {told}" for told in missed)]), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what happened in the world to the report of a failure."""
    report = yield
    mock = item.stash.get(_MOCK, None)
    told = mock.told() if report.failed and mock is not None else ""
    if told:
        report.sections.append(("inferencesh-mock", told))
    return report
