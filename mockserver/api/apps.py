"""The catalogue and the store: one app in two versions (rest.md §12)."""

from contracts.apps import table
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge
from contracts.wire.problems import Problem
from mockserver import catalogue
from mockserver.api import bodies, listing
from mockserver.api.call import Answer, Call, Resource
from mockserver.api.listing import Listing
from mockserver.api.runs import facts_of_input

_ROWS = Listing(
    default_limit=50,
    most=100,
    dump=100,
    fields={
        "id": lambda row: row["id"],
        "namespace": lambda row: row["namespace"],
        "name": lambda row: row["name"],
        "category": lambda row: row["category"],
    },
    search=("namespace", "name"),
    key=lambda row: row["id"],
)

_VERSIONS = Listing(
    default_limit=50,
    most=100,
    dump=100,
    fields={"id": lambda row: row["id"], "created_at": lambda row: row["created_at"]},
    search=("id",),
    key=lambda row: row["id"],
)


async def search(call: Call) -> Answer:
    """Answer with a page of apps."""
    return listing.page(call, _ROWS, [catalogue.app_document(_default(call))], lambda row: row)


async def get(call: Call) -> Answer:
    """Answer with an app by its id or short id."""
    _check(call.params["id"])
    return Resource(catalogue.app_document(_default(call)))


async def get_by_name(call: Call) -> Answer:
    """Answer with an app by namespace and name; the name may carry `@version`."""
    version = catalogue.resolve(f"{call.params['namespace']}/{call.params['name']}", _default(call))
    return Resource(catalogue.app_document(_default(call), version.name))


async def versions(call: Call) -> Answer:
    """Answer with a page of the app's versions, the newest first."""
    _check(call.params["id"])
    rows = [catalogue.version_document(version) for version in reversed(list(table.load().versions.values()))]
    return listing.page(call, _VERSIONS, rows, lambda row: row)


async def version(call: Call) -> Answer:
    """Answer with the app as one of its versions."""
    _check(call.params["id"])
    found = catalogue.version_by_id(call.params["version_id"])
    return Resource(catalogue.app_document(_default(call), found.name))


async def store_search(call: Call) -> Answer:
    """Answer with a page of the store."""
    return listing.page(call, _ROWS, [catalogue.store_document()], lambda row: row)


async def store_get(call: Call) -> Answer:
    """Answer with the app's entry in the store."""
    _check(call.params["id"])
    return Resource(catalogue.store_document())


async def pricing(call: Call) -> Answer:
    """Answer with the price list."""
    _check(call.params["id"])
    return Resource(catalogue.pricing_document())


async def estimate(call: Call) -> Answer:
    """Answer with what an input would cost; nothing is spent and no key is needed."""
    _check(call.params["id"])
    request = call.json_object()
    bodies.check(request, "estimate-request", "REQ-APP-009")
    if request.get("function", table.load().function) != table.load().function:
        raise bodies.invalid(
            [bodies.violation("/function", "REQ-RUN-011", "the app has no such function", "one of: run")]
        )
    behaviour = call.world.behaviour
    found = await facts_of_input(call, request["input"])
    judgement = judge(behaviour.app_version, request["input"], found.__getitem__, behaviour.enforce)
    if judgement.violations:
        return Resource(
            {
                "confidence": "unknown",
                "depends_on": [violation.pointer for violation in judgement.violations],
                "estimate_error": judgement.violations[0].message,
                "pricing_description": catalogue.PRICING_TEXT,
            }
        )
    return Resource(
        {
            "confidence": "exact",
            "microcents": judgement.price,
            "pricing_description": catalogue.PRICING_TEXT,
        },
        messages=[warning.document() for warning in judgement.warnings],
    )


def _default(call: Call) -> VersionName:
    return call.world.behaviour.app_version


def _check(identifier: str) -> None:
    if not catalogue.app_exists(identifier):
        raise Problem(
            "not_found", f"there is no app with the id {identifier[:64]!r}; GET /apps lists the ones there are"
        )
