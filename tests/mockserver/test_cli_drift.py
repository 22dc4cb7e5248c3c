"""`drift` as a command: what it says beside what moved."""

import json
from pathlib import Path

from mockserver.settings import Settings
from mockserver.testing import serving

from .commands import told


def test_drift_says_what_was_chosen_and_which_servers_are_compared(tmp_path: Path) -> None:
    """A saved run holds it; as JSON the list stands alone."""
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    with serving(Settings(port=0)) as server:
        words = ("check", server.base_url, "--api-key", "part", "--allow-partial")
        assert told(*words, "--check", "env.version-2-is-bare", "--save", one).exit_code == 0
        assert told(*words, "--area", "account", "--save", other).exit_code == 0
    document = json.loads(other.read_text("utf-8"))
    other.write_text(json.dumps({**document, "base_url": "http://127.0.0.1:1"}), "utf-8")
    result = told("drift", one, other)
    assert "made differently: areas all -> account; checks env.version-2-is-bare -> all\n" in result.stderr
    assert result.stdout.startswith(f"servers     {server.base_url} -> http://127.0.0.1:1\nrequirement REQ-ENV-001: ")
    result = told("drift", one, other, "--json")
    assert f"servers     {server.base_url} -> http://127.0.0.1:1\n" in result.stderr
    assert {row["what"] for row in json.loads(result.stdout)} == {"requirement"}
