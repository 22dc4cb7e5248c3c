"""GET /openapi.json: the contract's own description of the surface."""

from functools import cache

import orjson

from contracts import openapi
from contracts.apps.table import Enforcement, VersionName
from contracts.wire.envelopes import Envelope
from mockserver.api.call import Answer, Call, Raw

_PLACEHOLDER = "http://emulator.invalid"


async def document(call: Call) -> Answer:
    """Answer with the OpenAPI document, its server being this one; it is not enveloped."""
    behaviour = call.world.behaviour
    body = _rendered(behaviour.app_version, behaviour.envelope, behaviour.enforce).replace(
        _PLACEHOLDER.encode("ascii"), orjson.dumps(call.base_url)[1:-1]
    )
    return Raw(body, headers=[("Content-Type", "application/json")])


@cache
def _rendered(version: VersionName, envelope: Envelope, enforcement: Enforcement) -> bytes:
    return orjson.dumps(openapi.document(version, envelope, enforcement=enforcement, server=_PLACEHOLDER))
