"""What only the control plane shows of a task: what became of its input, the price, the whole life (D8)."""

from typing import Any

from contracts.apps import table
from contracts.wire.ids import timestamp
from contracts.wire.statuses import number
from mockserver.journal import url_document
from mockserver.task import Task, View


def document(task: Task, view: View, now: float) -> dict[str, Any]:
    """Return what only the control plane shows: what became of the input, the price, the whole life (D8)."""
    expectation = task.expectation
    resolution = expectation.resolution
    legacy = task.app.name == "2026-05"
    # The app reports its own static table, whatever the file's size is (app.md §2.5): another one for an image's own
    # ratio, and an odd side where the file has the next even number.
    width, height = table.load().sizes[resolution][(task.judgement.accepted or {})["aspect_ratio"]]
    return {
        "id": task.id,
        "app_version": task.app.name,
        "app_version_id": task.app.id,
        "status": number(task.status(now), view.numbering),
        "status_text": task.status(now).text,
        "given_input": task.given,
        "accepted_input": dict(task.judgement.accepted or {}),
        "warnings": [warning.document() for warning in task.judgement.warnings],
        "planned_failure": task.judgement.failure,
        "outcomes": [hit.document() for hit in task.outcomes.values()],
        "price": task.judgement.price,
        "charged": task.charge() if task.is_over(now) else None,
        "media": {
            "width": expectation.width,
            "height": expectation.height,
            "fps": expectation.fps,
            "frames": expectation.frames,
            "duration": round(expectation.duration, 6),
            "sound": expectation.sound,
            "voice_id": expectation.voice_id,
        },
        "output_meta": {
            "inputs": [],
            "outputs": [
                {
                    "type": "video",
                    "width": width,
                    "height": height,
                    "resolution": resolution,
                    "resolution_mp": 0,
                    "seconds": int(expectation.duration * 1000) / 1000,
                    "fps": expectation.fps,
                    "extra": {
                        "mode": expectation.branch,
                        **({"quality": "pro" if resolution == "1080p" else "std"} if legacy else {}),
                        "sound": ("on" if legacy else "native") if expectation.sound else "off",
                        "model": "kling-v2-6" if legacy else "kling-2.6",
                    },
                }
            ],
        },
        "output_url": view.output_url(task),
        "webhook": None if task.webhook is None else url_document(task.webhook),
        "timeline": [
            {
                "at": timestamp(task.at(step.offset)),
                "offset": step.offset,
                "status": step.status.text,
                "progress": step.progress,
                "log": None if step.log is None else step.log[1],
                "error": step.error,
            }
            for step in task.life
        ],
    }
