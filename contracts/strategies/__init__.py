"""Hypothesis strategies for the API and its app, each value labelled with what has to come of it (docs/strategies.md).

Needs `pip install 'path/to/inferencesh-mock[kit]'`. The modules besides hold the tables that the strategies draw from.
"""

from contracts.strategies.images import (
    ImageFile,
    bad_images,
    bad_inline_files,
    good_images,
    image_files,
    inline_files,
)
from contracts.strategies.inputs import (
    BadFile,
    Files,
    inputs_breaking,
    invalid_inputs,
    malformed_files,
    placeholders,
    rules,
    valid_inputs,
    warned_inputs,
)
from contracts.strategies.labels import Broken, LabelledInput, Warned
from contracts.strategies.plans import InvalidPlan, invalid_plans, plans, steps
from contracts.strategies.prompts import (
    anything,
    at_the_limit,
    at_the_limit_in_bytes,
    badly_marked,
    lookalikes,
    marked,
    prompts,
    too_long,
    unmarked,
    words,
)
from contracts.strategies.transcripts import (
    Resumed,
    Transcript,
    illegal_transcripts,
    legal_transcripts,
    resumed_streams,
)

__all__ = [
    "BadFile",
    "Broken",
    "Files",
    "ImageFile",
    "InvalidPlan",
    "LabelledInput",
    "Resumed",
    "Transcript",
    "Warned",
    "anything",
    "at_the_limit",
    "at_the_limit_in_bytes",
    "bad_images",
    "bad_inline_files",
    "badly_marked",
    "good_images",
    "illegal_transcripts",
    "image_files",
    "inline_files",
    "inputs_breaking",
    "invalid_inputs",
    "invalid_plans",
    "legal_transcripts",
    "lookalikes",
    "malformed_files",
    "marked",
    "placeholders",
    "plans",
    "prompts",
    "resumed_streams",
    "rules",
    "steps",
    "too_long",
    "unmarked",
    "valid_inputs",
    "warned_inputs",
    "words",
]
