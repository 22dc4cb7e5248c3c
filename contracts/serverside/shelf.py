"""Videos that several checks look at: each is made once, when it is first wanted."""

from collections.abc import Mapping
from typing import Any

from contracts.apps.files import FileFacts
from contracts.serverside import pictures
from contracts.serverside.cases import upload
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.finding import NotRunError
from contracts.serverside.media import clip
from contracts.serverside.media.boxes import UnreadableError
from contracts.serverside.media.clip import Clip
from contracts.serverside.pictures import Upload
from contracts.serverside.probe import Probe
from contracts.serverside.specimens import PROMPT

START: Mapping[str, Any] = {"width": 600, "height": 400, "orientation": 6}
"""Of the start frame as it is stored; it is seen as 400 by 600."""


def of(probe: Probe, name: str, given: Mapping[str, Any] | None = None) -> Clip:
    """Return the facts of the video made of an input, the same one for everybody who asks for this name.

    Raises:
        NotRunError: the purse does not hold it, or the file has a form that is not read.
        UnexpectedError: it was refused, did not complete, or is no MP4.
    """
    content = video(probe, name, given)
    try:
        found = clip.read(content)
    except UnreadableError as error:
        raise UnexpectedError(f"the video of {given or probe.cheap} cannot be read: {error}") from None
    if found.fragmented:
        raise NotRunError("the video is fragmented (moof), which is not read")
    return found


def plain(probe: Probe) -> Clip:
    """Return the facts of the video made of a prompt alone."""
    return of(probe, "plain", {"prompt": PROMPT})


def video(probe: Probe, name: str, given: Mapping[str, Any] | None = None) -> bytes:
    """Return the bytes of a video, see `of`."""
    videos = probe.specimens.videos
    if name not in videos:
        task = probe.specimens.completed(name, given)
        videos[name] = fetched(probe, task)
    return videos[name]


def fetched(probe: Probe, task: Mapping[str, Any]) -> bytes:
    """Fetch the video of a completed task.

    Raises:
        UnexpectedError: the task names none, or the server does not give it.
    """
    named = (task.get("output") or {}).get("video")
    url = named.get("uri") if isinstance(named, dict) else named
    if not isinstance(url, str):
        raise UnexpectedError(f"task {task.get('id')} has completed with the output {task.get('output')!r:.200}")
    answer = probe.call.send("GET", url, key=None, version=None)
    if answer.status != 200:
        raise UnexpectedError(f"{answer.line()}: expected the video, got {answer.beginning}")
    return answer.body


def start(probe: Probe) -> str:
    """Return the address of an uploaded start frame: a jpeg that EXIF turns by a quarter."""
    return _uploaded(probe, "start", pictures.jpeg(**START))


def frames(probe: Probe) -> dict[str, str]:
    """Return the addresses of an uploaded start and end frame, as an input takes them."""
    return {"image": start(probe), "end_image": _uploaded(probe, "end", pictures.png(400, 600, turned=True))}


def facts() -> FileFacts:
    """Return what is known of the start frame."""
    return pictures.jpeg(**START).facts


def _uploaded(probe: Probe, name: str, file: Upload) -> str:
    uploads = probe.specimens.uploads
    if name not in uploads:
        uploads[name] = upload(probe, file)
    return uploads[name]
