"""Stored journals: written, compared, shown when they differ, reported when nobody asks for them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing.journals import JournalFile
from mockserver.testing.redaction import redacted

from .sessions import Sessions

pytest_plugins = ["pytester"]

JOURNAL = """
@pytest.mark.inference(clock="manual")
def test_it(inference_mock):
    run(inference_mock)
    inference_mock.assert_journal("one")

def test_other(inference_mock):
    inference_mock.assert_journal()
"""


def test_a_journal_is_written_and_compared(session: Sessions) -> None:
    """Missing it fails with the hint, written it passes under any seed, and a difference is shown as a diff."""
    missing = session.run(JOURNAL)
    missing.assert_outcomes(failed=2)
    missing.stdout.fnmatch_lines("E *there is no journal *one.json; run pytest with --update-journals to write it")
    written = session.run(JOURNAL, "--update-journals")
    written.assert_outcomes(passed=2)
    folder = Path("__journals__", "test_mine")
    written.stdout.fnmatch_lines([f"written  {folder}/one.json", f"written  {folder}/test_other.json"])
    (row,) = json.loads((session.pytester.path / folder / "one.json").read_text())
    assert row["request"]["body"]["input"] == {"prompt": "A boat"}
    assert (row["answer"]["body"]["data"]["id"], row["answer"]["body"]["data"]["short_id"]) == (
        "<id-1>",
        "<id-1-short>",
    )
    session.run(JOURNAL, "--inference-seed=99").assert_outcomes(passed=2)
    unchanged = session.run(JOURNAL, "--update-journals")
    assert not [line for line in unchanged.outlines if line.startswith("written ")]
    differing = session.run(JOURNAL.replace("run(inference_mock)", "RUN['input']['prompt']='B'; run(inference_mock)"))
    differing.assert_outcomes(failed=1, passed=1)
    differing.stdout.fnmatch_lines(['E *-          "prompt": "A boat"', 'E *+          "prompt": "B"'])


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_stale_journals_are_reported(session: Sessions, workers: Sequence[str]) -> None:
    """One that no test asks for any more, but only when all tests of its file were run."""
    session.run(JOURNAL, "--update-journals").assert_outcomes(passed=2)
    kept = JOURNAL.partition("def test_other")[0] + "def test_more(): ...\n"
    stale = "stale    __journals__/test_mine/test_other.json: no test asks for it; delete it"
    assert stale in session.run(kept, "--update-journals", *workers).outlines
    partly = session.run(kept, "--update-journals", *workers, "-k", "test_it")
    assert not [line for line in partly.outlines if line.startswith("stale ")]


def test_one_name_for_two_journals_is_told_when_they_are_written(session: Sessions) -> None:
    """The second would take the first one's place, and no later run could pass."""
    twice = (
        JOURNAL.partition("def test_other")[0] + "    run(inference_mock)\n    inference_mock.assert_journal('one')\n"
    )
    result = session.run(twice, "--update-journals")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines("E *one.json was written before in this run, and differs; give it another name")


def test_a_name_that_is_none_for_a_file_is_told(tmp_path: Path) -> None:
    """It may not lead out of the folder."""
    assert JournalFile.of(tmp_path / "test_a.py", "one").path == tmp_path / "__journals__" / "test_a" / "one.json"
    for name in ("", "../one", "a/b", ".hidden", "a b"):
        with pytest.raises(ValueError, match="is no name for a journal"):
            JournalFile.of(tmp_path / "test_a.py", name)


ROW = {
    "operation": "tasks.stream",
    "method": "GET",
    "path": "/tasks/7kq2v605mjer7htm68rg47xqmh/stream",
    "query": "token=[fingerprint 0123456789abcdef]",
    "status": 200,
    "outcome": "client-gone",
    "faults": ["cut"],
}
AT = "http://127.0.0.1:4711"


def stored(request: Any = None, answer: Any = None, **headers: str) -> dict[str, Any]:
    """One exchange as it is stored."""
    messages = {
        "request": {"headers": [[name.replace("_", "-"), value] for name, value in headers.items()], "body": request},
        "response": {"headers": [["content-type", "application/x-ndjson"], ["etag", "x"]], "body": answer},
    }
    (row,) = redacted([{**ROW, **messages}], AT)
    return row


def test_what_a_library_adds_is_left_out() -> None:
    """What a client says on purpose stays."""
    row = stored(User_Agent="x/1", Accept_Encoding="gzip", X_Client_Version="2", X_API_Version="2", Accept="a/b")
    assert row["request"]["headers"] == {"x-api-version": "2", "accept": "a/b"}
    assert row["answer"]["headers"] == {"content-type": "application/x-ndjson"}
    assert row["request"]["line"] == "GET /tasks/<id-1>/stream?token=<fingerprint>"
    assert (row["outcome"], row["faults"]) == ("client-gone", ["cut"])


def test_a_stream_is_stored_line_by_line() -> None:
    """Lines that are JSON as JSON, others as they are."""
    text = '{"id": "7kq2v605mjer7htm68rg47xqmh", "app": {"id": "x"}, "logs": [{"log_type": 3, "content": "YQ=="}]}\n{"a'
    lines = stored(answer={"bytes": 1, "sha256": "", "text": text.replace("\\\\n", "\\n")})["answer"]["body"]
    assert lines == [{"id": "<id-1>", "app": "<app>", "logs": [{"log_type": 3, "content": "<log>"}]}, '{"a']


def test_one_thing_has_one_placeholder() -> None:
    """Ids and their short forms, ports, output files; times and signatures have no number."""
    one, other = "7kq2v605mjer7htm68rg47xqmh", "0az6g40w6e2q913gd6bn5mnx71"
    body = {
        "ids": [one, other, one, other[:8], "abcdefgh"],
        "urls": [f"{AT}/x", "http://127.0.0.1:99/hook", "http://localhost:98", "http://127.0.0.1:99/"],
        "video": f"{AT}/app/files/t/0123abcd/0e4gfw6s.mp4",
        "upload": f"{AT}/app/files/u/0123abcd/{other}.png?X-Amz-Date=20260601T000000Z&X-Amz-Signature=a-b_C1",
        "times": ["2026-06-01T00:00:00.5Z", "Mon, 01 Jun 2026 00:00:00 GMT"],
    }
    assert stored(request={"bytes": 1, "sha256": "", "json": body})["request"]["body"] == {
        "ids": ["<id-1>", "<id-2>", "<id-1>", "<id-2-short>", "abcdefgh"],
        "urls": [
            "<server>/x",
            "http://127.0.0.1:<port-1>/hook",
            "http://localhost:<port-2>",
            "http://127.0.0.1:<port-1>/",
        ],
        "video": "<server>/app/files/t/<owner>/<output-1>.mp4",
        "upload": "<server>/app/files/u/<owner>/<id-2>.png?X-Amz-Date=<time>&X-Amz-Signature=<signature>",
        "times": ["<time>", "<time>"],
    }


def test_bytes_that_are_sent_count_and_those_that_come_do_not() -> None:
    """An upload is the client's, a video has its task's id in it."""
    row = stored(request={"bytes": 3, "sha256": "ab"}, answer={"bytes": 5, "sha256": "cd"})
    assert (row["request"]["body"], row["answer"]["body"]) == ("3 bytes, sha256 ab", "<binary>")


def test_whatever_was_stored_and_sent_can_be_compared_and_written(tmp_path: Path) -> None:
    """A file that is no text, and half of a surrogate pair in a request."""
    file = JournalFile.of(tmp_path / "test_mine.py", "one")
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"\xff")
    request = {"headers": [], "body": {"bytes": 1, "sha256": "", "text": '{"prompt": "\\ud800"}'}}
    sent = [{**ROW, "request": request, "response": {"headers": [], "body": None}}]
    with pytest.raises(AssertionError, match="the journal differs"):
        file.check(sent, AT)
    assert file.write(sent, AT)
    file.check(sent, AT)
    assert "\\ud800" in file.path.read_text("utf-8")
