"""A task's video: what is rendered for it, and from where it is fetched."""

from contracts.apps import table
from mockserver import task as tasks
from mockserver.api.call import Call
from mockserver.media import Rendition
from mockserver.media_cache import Video
from mockserver.task import Task


async def video(call: Call, task: Task) -> Video:
    """Return a task's video, rendered on first use."""
    behaviour = call.world.behaviour
    rendition = Rendition(
        task_id=task.id,
        app=table.load().reference,
        app_version=task.app.id,
        prompt_hash=tasks.prompt_hash(task),
        created_at=int(task.ended() or task.created),
        moov=behaviour.moov,
        sample_rate=behaviour.sample_rate,
    )
    found = await call.emulator.media.get(task.expectation, rendition)
    task.output_size = len(found.content)
    return found
