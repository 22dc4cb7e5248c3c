"""The app as the catalogue, the store and a task's details show it (rest.md §12)."""

from collections.abc import Mapping
from typing import Any

from contracts import schemas
from contracts.apps import table
from contracts.apps.table import AppVersion, VersionName
from contracts.wire.ids import short
from contracts.wire.problems import Problem

PUBLISHED: Mapping[VersionName, str] = {"2026-05": "2026-05-15T00:00:00Z", "2026-08": "2026-08-07T00:00:00Z"}
"""Days on which the app's source shows each version (rest.md §0)."""

_OURS = frozenset({"$schema", "$id", "x-rules"})
"""Keys of our schema documents that the vendor's do not have."""

_SIBLINGS = frozenset({"video-v2-5", "video-v3", "video-o1", "avatar", "lip-sync", "video-to-audio"})
"""Other apps of the namespace that exist at the vendor's, but not here (rest.md §1e)."""


def app_document(default: VersionName, current: VersionName | None = None) -> dict[str, Any]:
    """Return the app (AppDTO) with one of its versions inside.

    Args:
        default: the version a bare reference means.
        current: the version to show; None shows the default.
    """
    spec = table.load()
    version = spec.versions[current or default]
    return {
        "id": spec.id,
        "short_id": short(spec.id),
        "created_at": PUBLISHED["2026-05"],
        "updated_at": PUBLISHED[version.name],
        "deleted_at": None,
        "user_id": spec.id,
        "team_id": spec.id,
        "visibility": "public",
        "namespace": spec.namespace,
        "name": spec.name,
        "title": spec.name,
        "description": "Emulated video generation from text or images, with sound and voice control.",
        "agent_description": "",
        "category": "video",
        "images": {"card": "", "thumbnail": "", "banner": ""},
        "tags": ["kling", "video-generation", "text-to-video", "image-to-video", "audio", "voice"],
        "version_id": version.id,
        "version": version_document(version),
        "status": "active",
        "status_message": "",
        "status_changed_at": None,
    }


def version_document(version: AppVersion) -> dict[str, Any]:
    """Return one version of the app (AppVersionDTO)."""
    function = table.load().function
    taken, given = _public(version.schema), _public("video-v2-6-output")
    return {
        "id": version.id,
        "short_id": version.id,
        "created_at": PUBLISHED[version.name],
        "updated_at": PUBLISHED[version.name],
        "metadata": {"generation": version.name},
        "repository": "",
        "setup_schema": None,
        "input_schema": taken,
        "output_schema": given,
        "functions": {
            function: {
                "name": function,
                "description": "",
                "input_schema": taken,
                "output_schema": given,
                "capabilities": [],
                "kind": "run",
            }
        },
        "default_function": function,
        "variants": None,
        "env": None,
        "kernel": "python-3.11",
        "required_secrets": [],
        "required_integrations": [],
        "resources": {"gpu": {"count": 0, "vram": 0, "type": "none"}, "ram": 4_000_000_000},
        "checksum": "",
    }


def embedded(version: AppVersion) -> dict[str, Any]:
    """Return what GET of a task embeds: the app without its version, and the version beside it."""
    shown = app_document(version.name)
    return {"app": {**shown, "version": None}, "app_version": version_document(version)}


def store_document() -> dict[str, Any]:
    """Return the app's entry in the store."""
    spec = table.load()
    return {
        "id": spec.id,
        "category": "video",
        "subcategory": "",
        "tags": ["text to video", "image to video", "native audio"],
        "namespace": spec.namespace,
        "name": spec.name,
        "description": "Emulated video generation from text or images, with sound and voice control.",
        "images": {"card": "", "thumbnail": "", "banner": ""},
        "is_featured": False,
        "rank": 0,
        "has_approved_version": True,
        "page_id": None,
        "pricing_description": PRICING_TEXT,
    }


PRICING_TEXT = "$0.21-$1.68/video"
"""The range of the price list, as the app's page shows it (rest.md §1f)."""


def pricing_document() -> dict[str, Any]:
    """Return the price list (AppPricing), microcents per clip (D18)."""
    prices = {
        f"{kind.replace('-', '_')}_{seconds}s": price
        for kind, row in table.load().prices.items()
        for seconds, price in row.items()
    }
    return {
        "prices": prices,
        "upstream_pricing": "",
        "resource_expression": "",
        "inference_expression": "",
        "royalty_expression": "",
        "partner_expression": "",
        "total_expression": "",
        "description": PRICING_TEXT,
        "description_rendered": PRICING_TEXT,
    }


def resolve(reference: str, default: VersionName) -> AppVersion:
    """Return the version that `namespace/name` or `namespace/name@version` means.

    Raises:
        Problem: 404, and the detail says what there is.
    """
    spec = table.load()
    name, _, wanted = reference.partition("@")
    if name != spec.reference:
        namespace, _, short_name = name.partition("/")
        known = " (the vendor has it, this emulator does not)" if short_name in _SIBLINGS else ""
        where = known if namespace == spec.namespace else ""
        raise Problem("not_found", f"there is no app {reference[:120]!r}{where}; this emulator has {spec.reference}")
    return spec.versions[default] if not wanted else version_by_id(wanted)


def app_exists(identifier: str) -> bool:
    """Tell whether an id or short id is the app's."""
    spec = table.load()
    return identifier in {spec.id, short(spec.id)}


def version_by_id(identifier: str) -> AppVersion:
    """Return a version of the app.

    Raises:
        Problem: 404, and the detail lists the ids there are.
    """
    spec = table.load()
    for name, version in spec.versions.items():
        if version.id == identifier:
            return version
        if name == identifier:
            raise Problem("not_found", f"versions are named by their id: use {spec.reference}@{version.id} for {name}")
    known = ", ".join(f"{version.id} ({name})" for name, version in spec.versions.items())
    raise Problem("not_found", f"{spec.reference} has no version {identifier[:64]!r}; there are {known}")


def _public(schema: str) -> dict[str, Any]:
    shown = _without_ours(schemas.load(schema))
    assert isinstance(shown, dict)  # noqa: S101  # a schema document is an object
    return shown


def _without_ours(value: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, dict):
        return {key: _without_ours(inner) for key, inner in value.items() if key not in _OURS}
    if isinstance(value, list):
        return [_without_ours(inner) for inner in value]
    return value
