"""What the newest Python client does with bad uploads, bad downloads and odd videos: app.md §7, 8 to 12 and 19 to 22.

The client's one way to fetch a video is `File(url)`, which downloads at once and keeps the file by its URL.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError

import av
import httpx
import pytest
from inferencesh import File
from PIL import Image

from mockserver.testing import inspect

from .hurry import Case

# The client leaves the socket of an error open until it is collected.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

Fetch = Callable[[str], httpx.Response]


def content(file: File) -> bytes:
    """The bytes that the client has saved."""
    return Path(str(file.path)).read_bytes()


def picture(folder: Path, width: int, height: int, *, orientation: int = 1) -> Path:
    """A JPEG of some size, with a note how to turn it."""
    path = folder / "start.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(path, exif=exif)
    return path


def test_output_expired_is_an_error_after_a_second_try(case: Case) -> None:
    """403 is tried again although nothing will change, and the status is found in the text alone."""
    case.meet("output-expired")
    url = case.run()["output"]["video"]
    with pytest.raises(RuntimeError, match=r"after 2 attempts: HTTP Error 403") as caught:
        File(url)
    assert not isinstance(caught.value, HTTPError)
    assert len(case.calls("objects.get")) == 2


def test_output_not_there_yet_is_given_up_too_soon(case: Case) -> None:
    """Two tries, a second apart, are all there are."""
    case.meet("output-not-there-yet")
    url = case.run()["output"]["video"]
    with pytest.raises(RuntimeError, match=r"after 2 attempts: HTTP Error 404"):
        File(url)
    assert File(url).size


def test_download_truncated_is_kept_for_good(case: Case, fetch: Fetch) -> None:
    """Half a file passes for a whole one, and is found in the cache ever after."""
    case.meet("download-truncated")
    url = case.run()["output"]["video"]
    first, again = File(url), File(url)
    whole = fetch(url).content
    assert content(first) == whole[: len(whole) // 2]
    assert content(again) == content(first)
    assert len(case.calls("objects.get")) == 2, "one of the client's, one of ours"


def test_video_cut_short_is_taken_for_a_video(case: Case) -> None:
    """Nothing looks into the file."""
    case.meet("video-cut-short")
    file = File(case.run()["output"]["video"])
    assert file.content_type == "video/mp4"
    assert inspect(content(file)).problems


def test_html_for_video_is_saved_as_a_video(case: Case) -> None:
    """The type is guessed by the URL's ending; an error page becomes a .mp4, and stays in the cache."""
    case.meet("html-for-video")
    file = File(case.run()["output"]["video"])
    assert (file.content_type, str(file.filename)[-4:]) == ("video/mp4", ".mp4")
    assert content(file).startswith(b"<!DOCTYPE html>")


def test_wrong_type_for_video_does_not_matter(case: Case) -> None:
    """The header is not looked at."""
    case.meet("wrong-type-for-video")
    file = File(case.run()["output"]["video"])
    assert (file.content_type, inspect(content(file)).width) == ("video/mp4", 1920)


def test_html_200_in_the_place_of_a_task_loses_a_paid_run(case: Case) -> None:
    """The look after the run finds a page, and the client stumbles over None."""
    case.meet("html-200")
    with pytest.raises(TypeError):
        case.run()
    assert case.finish()["charged"] == 70_000_000


def test_image_fails_late_after_an_upload_without_a_look(case: Case, tmp_path: Path) -> None:
    """A picture of 200 pixels is sent as it is; the error comes when the task has run for a while."""
    case.meet("image-fails-late", latency="quick")
    with pytest.raises(RuntimeError, match=r"Image pixel is invalid$"):
        case.run(image=str(picture(tmp_path, 200, 200)))
    assert case.finish()["charged"] == 0


def test_image_ratio_fails_late(case: Case, tmp_path: Path) -> None:
    """So does one that is four times as wide as tall."""
    case.meet("image-ratio-fails-late", latency="quick")
    with pytest.raises(RuntimeError, match="aspect ratio of the input image is invalid"):
        case.run(image=str(picture(tmp_path, 1600, 400)))


def test_image_unreachable_is_passed_on_unseen(case: Case) -> None:
    """A URL is not tried by the client; the failed task costs nothing."""
    case.meet("image-unreachable")
    url = "https://intranet.example.com/picture.png"
    with pytest.raises(RuntimeError, match="tried to get the contents of the file"):
        case.run(image=url)
    assert case.finish()["charged"] == 0


def test_data_uris_are_uploaded_instead(case: Case, tmp_path: Path) -> None:
    """The client spares its users the refusal of a `data:` prefix: it uploads the bytes and sends their URL."""
    import base64

    case.meet("image-sideways")
    encoded = base64.b64encode(picture(tmp_path, 640, 360).read_bytes()).decode()
    result = case.run(image=f"data:image/jpeg;base64,{encoded}")
    assert result["input"]["image"].startswith(case.world.base_url)
    with pytest.raises(ValueError, match="Invalid base64 data URI"):
        case.run(image="data:image/svg+xml,%3Csvg%2F%3E")


def test_image_not_base64_fails_late(case: Case, tmp_path: Path) -> None:
    """A WebP that is called .png is sent as a PNG; the refusal comes once the task runs."""
    case.meet("image-not-base64")
    path = tmp_path / "start.png"
    Image.new("RGB", (640, 360)).save(path, "WEBP")
    with pytest.raises(RuntimeError, match=r"^\[1201\] File is not in a valid base64 format$"):
        case.run(image=str(path))
    (announced,) = case.sync._request("get", "/files").data["items"]
    assert announced["content_type"] == "image/png"


def test_image_sideways_is_sent_as_it_is(case: Case, tmp_path: Path, fetch: Fetch) -> None:
    """The client does not turn it: what the clip looks like depends on who reads the note, here the emulator."""
    case.meet("image-sideways")
    path = picture(tmp_path, 640, 360, orientation=6)
    result = case.run(image=str(path))
    assert fetch(result["input"]["image"]).content == path.read_bytes()
    clip = inspect(fetch(result["output"]["video"]).content)
    assert clip.width < clip.height


def test_sound_missing_goes_unnoticed(case: Case) -> None:
    """Sound was ordered and paid; neither result nor `File` tells that the file has none."""
    case.meet("sound-missing")
    result = case.run(sound=True)
    assert case.world.task(result["id"])["media"]["sound"] is True
    assert inspect(content(File(result["output"]["video"]))).sound is False


def test_odd_video_goes_unnoticed(case: Case) -> None:
    """The decoder's size is not the container's, and the index lies at the end; the client looks at neither."""
    case.meet("odd-video")
    raw = content(File(case.run()["output"]["video"]))
    assert raw.index(b"moov") > raw.index(b"mdat")
    with av.open(BytesIO(raw)) as file:
        frame = next(file.decode(video=0))
    assert (frame.width, frame.height) == (1918, 1078)


def test_moov_at_end_goes_unnoticed(case: Case) -> None:
    """A download in one piece does not mind."""
    case.meet("moov-at-end")
    raw = content(File(case.run()["output"]["video"]))
    assert raw.index(b"moov") > raw.index(b"mdat")


def test_wrong_length_goes_unnoticed(case: Case) -> None:
    """A second is missing; the result tells no length."""
    case.meet("wrong-length")
    result = case.run()
    with av.open(BytesIO(content(File(result["output"]["video"])))) as file:
        assert sum(1 for _ in file.decode(video=0)) < 121
    assert result["output"].keys() == {"video"}


def test_wrong_length_told_goes_unnoticed(case: Case) -> None:
    """The header says ten seconds, the pictures last five."""
    case.meet("wrong-length-told")
    raw = content(File(case.run()["output"]["video"]))
    assert inspect(raw).duration > 9
    with av.open(BytesIO(raw)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 121


def test_output_meta_contradicts_and_is_not_shown(case: Case, tmp_path: Path, fetch: Fetch) -> None:
    """The app's own record states 16:9; the file has the picture's ratio, and the client shows no record at all."""
    case.meet("output-meta-contradicts")
    result = case.run(image=str(picture(tmp_path, 800, 600)))
    (told,) = case.world.task(result["id"])["output_meta"]["outputs"]
    clip = inspect(fetch(result["output"]["video"]).content)
    assert (told["width"], told["height"]) == (1920, 1080)
    assert clip.width * 3 == pytest.approx(clip.height * 4, rel=0.01)
    assert "output_meta" not in result["output"]


def test_upload_expired_shows_no_reason(case: Case, tmp_path: Path) -> None:
    """`Forbidden` is all; nothing is announced anew, and no run was made."""
    case.meet("upload-expired")
    with pytest.raises(RuntimeError, match=r"^Failed to upload file content: Forbidden$"):
        case.run(image=str(picture(tmp_path, 640, 360)))
    assert case.tasks() == []


def test_upload_flaky_is_not_tried_again(case: Case, tmp_path: Path) -> None:
    """One 500 of the store is the end."""
    case.meet("upload-flaky")
    with pytest.raises(RuntimeError, match=r"^Failed to upload file content: "):
        case.run(image=str(picture(tmp_path, 640, 360)))
    assert len(case.calls("objects.put")) == 1
