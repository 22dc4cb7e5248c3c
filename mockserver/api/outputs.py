"""A task's video: what is rendered for it, and from where it is fetched."""

from mockserver import replay as replays
from mockserver.api.call import Call
from mockserver.media_cache import Video
from mockserver.replay import Replay
from mockserver.task import Task


async def video(call: Call, task: Task) -> Video:
    """Return a task's video, rendered on first use."""
    behaviour = call.world.behaviour
    replay = Replay(
        app_version=task.app.name,
        enforce=task.enforcement,
        media=behaviour.media,
        moov=behaviour.moov,
        sample_rate=behaviour.sample_rate,
        created_at=int(task.ended() or task.created),
        task_id=task.id,
    )
    rendition = replays.rendition(task.judgement, task.images, replay)
    found = await call.emulator.media.get(task.expectation, rendition)
    task.output_size = len(found.content)
    return found
