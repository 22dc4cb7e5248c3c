"""The suite as pytest tests, and as a check in another Schemathesis run.

In processes of their own: what is imported in this one is forgotten at the end, and imported twice by whoever is next.
"""

import pytest
import schemathesis

from contracts.serverside.check import load
from contracts.serverside.checks import answers_keep_the_contract
from mockserver.settings import Behaviour, Settings
from mockserver.testing import serving

from .stub import stub

pytest_plugins = ["pytester"]
SETTINGS = Settings(port=0, behaviour=Behaviour(latency="instant", media="tiny"))


def test_checks_are_collected_as_tests(pytester: pytest.Pytester) -> None:
    """One for each, beside whatever else there is; those of one area can be chosen by -k."""
    with serving(SETTINGS) as server:
        told = ("--inference-contract", server.base_url, "--inference-contract-key", "k", "-k", "env", "-q")
        result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *told)
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] == sum("env" in row.name for row in load())
    assert "failed" not in outcomes


def test_a_failure_says_what_was_seen_and_how_to_see_it_again(pytester: pytest.Pytester) -> None:
    """Requirement, sentence, and a curl line without the key."""
    with stub() as base_url:
        told = ("--inference-contract", base_url, "--inference-contract-key", "secret-key", "-k", "each-version")
        result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *told)
    text = result.stdout.str()
    assert "REQ-ENV-004: GET /me -> 200" in text
    assert "curl -i -X GET" in text
    assert "secret-key" not in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("http://127.0.0.1:1",), "needs --inference-contract-key"),
        (("nonsense", "--inference-contract-key", "k"), "is no base URL"),
        (
            ("https://api.example.com", "--inference-contract-key", "k"),
            "is not on this machine; add --inference-contract-i-mean-it if",
        ),
        (
            ("http://127.0.0.1:1", "--inference-contract-key", "k", "--inference-contract-version", "2"),
            "no app version",
        ),
    ],
)
def test_wrong_use_is_told(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    """As a usage error, before anything is sent."""
    monkeypatch.delenv("INFERENCE_API_KEY", raising=False)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--inference-contract", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()


def test_the_check_goes_into_another_schemathesis_run() -> None:
    """It passes on the emulator, and names the requirement where an answer breaks one."""
    with serving(SETTINGS) as server:
        case = schemathesis.openapi.from_url(f"{server.base_url}/openapi.json")["/me"]["GET"].Case()
        case.headers["Authorization"] = "Bearer k"
        answers_keep_the_contract(None, case.call(), case)
        case.headers.pop("Authorization")
        refused = case.call()
        assert refused.status_code == 401
        answers_keep_the_contract(None, refused, case)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {"/me": {"get": {"responses": {}}}},
    }
    with stub() as base_url:
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=base_url)
        case = schema["/me"]["GET"].Case()
        with pytest.raises(AssertionError, match="REQ-ENV-004: GET /me"):
            answers_keep_the_contract(None, case.call(), case)
