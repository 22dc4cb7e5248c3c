"""Sessions of pytest as a user has them, each in a process of its own."""

import pytest

HEAD = """
import httpx
import pytest

RUN = {"app": "klingai/video-v2-6", "input": {"prompt": "A boat"}}
BUSY = {"on": "get", "nth": 2, "do": {"fault": "status", "status": 503}}


def api(mock):
    key = {"Authorization": f"Bearer {mock.api_key}"}
    return httpx.Client(base_url=mock.base_url, headers=key, trust_env=False)


def run(mock):
    with api(mock) as client:
        return client.post("/apps/run", json=RUN).json()["data"]["id"]

"""


class Sessions:
    """A strict project in a folder of its own, where pytest is run."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        # No trace of the session around it.
        for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", "PYTEST_ADDOPTS"):
            monkeypatch.delenv(name, raising=False)
        pytester.makepyprojecttoml(
            '[tool.pytest.ini_options]\naddopts = ["--strict-markers", "--strict-config"]\nfilterwarnings = ["error"]\n'
        )

    def run(self, body: str, *arguments: str) -> pytest.RunResult:
        """Write `test_mine.py` and run pytest."""
        self.pytester.makepyfile(test_mine=HEAD + body)
        return self.again(*arguments)

    def again(self, *arguments: str) -> pytest.RunResult:
        """Run pytest on what is there."""
        # Other plugins that happen to be installed cost more time than ours.
        without = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
        return self.pytester.runpytest_subprocess(*without, *arguments, timeout=90)


def section(result: pytest.RunResult) -> list[str]:
    """The timeline of the first failure."""
    start = next(number for number, line in enumerate(result.outlines) if " inferencesh-mock " in line)
    rest = result.outlines[start + 1 :]
    end = next(number for number, line in enumerate(rest) if line.startswith(("=", "_", "-")))
    return rest[:end]
