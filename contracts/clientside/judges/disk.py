"""Judges of what lies on the disk once the case is over."""

import hashlib

from contracts.clientside import files
from contracts.clientside.judge import judge
from contracts.clientside.play import Play
from contracts.clientside.verdicts import BlockedCheck, FailedCheck


@judge("server", "disk")
def file_is_the_output(play: Play, *, file: str) -> str:
    """The file has the bytes of the task's video, neither more nor less."""
    known = [row["output_url"] for row in play.seen.tasks.values() if row["output_url"]]
    if not known:
        raise BlockedCheck("there is no video")
    path = play.folder / file
    content = files.content(path)
    if content is None:
        raise FailedCheck(f"expected the video in {file}, and there is no such file")
    wanted = play.seen.videos[known[-1]]
    if hashlib.sha256(content).digest() != hashlib.sha256(wanted).digest():
        raise FailedCheck(f"{file} has {len(content)} bytes, and they are not the video's {len(wanted)}")
    return f"{len(content)} bytes"


@judge("disk")
def no_file(play: Play, *, file: str) -> None:
    """There is no such file: what is no video is not kept as one."""
    path = play.folder / file
    if path.is_file():
        raise FailedCheck(f"{file} should not be there; it has {path.stat().st_size} bytes")
