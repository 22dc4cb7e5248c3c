"""The app in the catalogue: its versions, schemas and functions, and what it is said to cost."""

from collections.abc import Mapping
from typing import Any

from contracts import schemas
from contracts.apps import table
from contracts.apps.table import VersionName
from contracts.serverside import clips, estimates
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.finding import NotRunError
from contracts.serverside.probe import Probe


def _by_name(probe: Probe, version: str = "") -> Exchange:
    return probe.call.send("GET", f"/apps/{table.load().reference}{version and '@'}{version}")


def _version(probe: Probe, name: VersionName) -> Mapping[str, Any]:
    """Return the `version` of the app in one of its versions."""
    found: Mapping[str, Any] = _by_name(probe, table.load().versions[name].id).member("version")
    return found


@check("app.it-is-the-same-by-id-and-by-name", "REQ-APP-001")
def it_is_the_same_by_id_and_by_name(probe: Probe) -> None:
    """Two addresses of one app."""
    named = _by_name(probe)
    identified = probe.call.send("GET", f"/apps/{named.member('id')}")
    told = f"{identified.line()}: what is said of the app, beside {named.line()},"
    names = (named.member("namespace"), named.member("name"))
    probe.equal("REQ-APP-001", identified.data, named.data, told)
    probe.equal("REQ-APP-001", names, tuple(table.load().reference.split("/")), f"{named.line()}: namespace and name")


@check("app.schemas-lie-under-version", "REQ-APP-002")
def schemas_lie_under_version(probe: Probe) -> None:
    """Input, output and functions are members of `version`, and of the app itself they are not."""
    answer = _by_name(probe)
    version, wanted = answer.member("version"), {"input_schema", "output_schema", "functions", "default_function"}
    lacking = sorted(wanted - version.keys())
    probe.holds("REQ-APP-002", not lacking, f"{answer.line()}: `version` has {sorted(version)}; missing {lacking}")
    strays = sorted(wanted & answer.resource.keys())
    probe.holds("REQ-APP-002", not strays, f"{answer.line()}: {strays or 'none of them'} beside it, expected none")


@check("app.there-are-two-versions", "REQ-APP-003", "REQ-APP-007")
def there_are_two_versions(probe: Probe) -> None:
    """Their ids are fixed; each is found by its id, under the app's id and under its name."""
    spec = table.load()
    app = _by_name(probe).member("id")
    wanted = {row.id for row in spec.versions.values()}
    for path in (f"/apps/{app}/versions", f"/apps/{app}/versions/list"):
        answer = probe.call.send("GET", path)
        ids = [row.get("id") for row in answer.member("items")]
        told = f"{answer.line()}: the versions are {ids}; expected {sorted(wanted)}, of eight characters each"
        probe.holds("REQ-APP-003", sorted(ids) == sorted(wanted) and all(len(row) == 8 for row in ids), told)
    for identifier in sorted(wanted):
        for answer in (probe.call.send("GET", f"/apps/{app}/versions/{identifier}"), _by_name(probe, identifier)):
            got = (answer.member("version_id"), answer.member("version").get("id"), answer.member("id"))
            what = f"{answer.line()}: version_id, version.id and id"
            probe.equal("REQ-APP-007", got, (identifier, identifier, app), what)
    for path in (f"/apps/{app}/versions/00000000", f"/apps/{spec.reference}@00000000"):
        probe.problem("REQ-APP-007", probe.call.send("GET", path), 404, "not_found")


def _shown(schema: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a property takes, whether it is written in place or by reference."""
    kinds, values = set(), None
    for part in (row, *row.get("anyOf", ()), *row.get("allOf", ())):
        found = part
        if "$ref" in part:
            found = schema.get("$defs", {}).get(str(part["$ref"]).rpartition("/")[2], {})
        kinds |= {found["type"]} if isinstance(found.get("type"), str) else set(found.get("type", ()))
        values = found.get("enum", values)
    return {"type": sorted(kinds), "enum": values, "default": row.get("default")}


def _input_schema(probe: Probe, requirement: str, name: VersionName) -> None:
    """Compare the keys of a version's input schema, and what each takes, with the contract's."""
    shown = _version(probe, name)["input_schema"]
    ours = schemas.load(table.load().versions[name].schema)
    keys, wanted = list(shown["properties"]), list(ours["properties"])
    probe.equal(requirement, keys, wanted, f"the keys of the input schema of {name}, in order,")
    probe.equal(requirement, shown.get("required"), ["prompt"], f"what the input schema of {name} requires")
    for key in set(keys) & set(wanted):
        got, told = (_shown(document, document["properties"][key]) for document in (shown, ours))
        probe.equal(requirement, got, told, f"what the input schema of {name} says of `{key}`")


@check("app.input-of-2026-05", "REQ-APP-004")
def input_of_2026_05(probe: Probe) -> None:
    """Nine keys in the vendor's order, enums by reference as pydantic writes them."""
    _input_schema(probe, "REQ-APP-004", "2026-05")
    shown = _version(probe, "2026-05")["input_schema"]
    dialect = "$defs" in shown and "anyOf" in shown["properties"].get("image", {})
    told = f"the input schema of 2026-05 has {sorted(shown)}; expected $defs for enums and anyOf for what may be null"
    probe.holds("REQ-APP-004", dialect, told)


@check("app.input-of-2026-08", "REQ-APP-005")
def input_of_2026_08(probe: Probe) -> None:
    """Eight keys in the vendor's order."""
    _input_schema(probe, "REQ-APP-005", "2026-08")


@check("app.one-function-one-output", "REQ-APP-006")
def one_function_one_output(probe: Probe) -> None:
    """Both versions have `run` alone, whose output requires `video`."""
    versions: tuple[VersionName, ...] = ("2026-05", "2026-08")
    outputs = []
    for name in versions:
        shown = _version(probe, name)
        probe.equal("REQ-APP-006", sorted(shown["functions"]), ["run"], f"the functions of {name}")
        output = shown["output_schema"]
        probe.equal("REQ-APP-006", output.get("required"), ["video"], f"what the output of {name} requires")
        same = shown["functions"]["run"]["output_schema"] == output
        probe.holds("REQ-APP-006", same, f"the output of {name} and of its function: {'one' if same else 'two'}")
        outputs.append(output)
    probe.equal("REQ-APP-006", outputs[1], outputs[0], "the output schema of 2026-08")


@check("app.lists-have-a-length", "REQ-APP-008")
def lists_have_a_length(probe: Probe) -> None:
    """50 unless `limit` says otherwise, and never more than 100."""
    for path in ("/apps", "/store/apps"):
        for query, wanted in (("", {50}), ("?limit=3", {3}), ("?limit=100", {100})):
            answer = probe.call.send("GET", path + query)
            size = answer.member("items_per_page")
            probe.holds("REQ-APP-008", size in wanted, f"{answer.line()}: items_per_page is {size}; expected {wanted}")
        for body, most in (({}, 50), ({"limit": 101}, 100), ({"limit": 5000}, 100)):
            answer = probe.call.send("POST", f"{path}/list", json=body)
            if answer.status == 400:
                probe.holds("REQ-APP-008", "limit" in body, f"{answer.line()} with {body}: refused")
                continue
            size = answer.member("items_per_page")
            told = f"{answer.line()} with {body}: items_per_page is {size}; expected at most {most}"
            probe.holds("REQ-APP-008", size <= most, told)


@check("app.a-run-has-a-function", "REQ-APP-009", needs=("spend",))
def a_run_has_a_function(probe: Probe) -> None:
    """The one it names, or the default one; another is 422 at /function."""
    probe.equal("REQ-APP-009", _by_name(probe).member("version")["default_function"], "run", "the default function")
    unnamed = probe.specimens.completed()
    told = f"the function of task {unnamed['id']}, whose run named none,"
    probe.equal("REQ-APP-009", unnamed.get("function"), "run", told)
    named = probe.ended(str(probe.task(function="run")["id"]))
    probe.equal("REQ-APP-009", named.get("function"), "run", f"the function of task {named['id']}, whose run named it,")
    answer = probe.run(function="walk")
    if probe.problem("REQ-APP-009", answer, 422, "validation_error"):
        pointers = [row.get("pointer") for row in answer.members.get("data") or []]
        probe.holds("REQ-APP-009", "/function" in pointers, f"{answer.line()}: it is about {pointers}, not /function")


@check("app.pricing-is-in-microcents", "REQ-APP-012")
def pricing_is_in_microcents(probe: Probe) -> None:
    """Whole numbers, the same as the list's, and a sentence."""
    answer = probe.call.send("GET", f"/store/apps/{_by_name(probe).member('id')}/pricing", key=None)
    prices = answer.member("prices")
    whole = bool(prices) and all(type(price) is int for price in prices.values())
    probe.holds("REQ-APP-012", whole, f"{answer.line()}: the prices are {prices}; expected whole microcents")
    wanted = sorted({price for row in table.load().prices.values() for price in row.values()})
    probe.equal("REQ-APP-012", sorted(set(prices.values())), wanted, f"{answer.line()}: the prices")
    for member in ("description", "description_rendered"):
        told = f"{answer.line()}: {member} is {answer.member(member)!r}; expected words with a price in dollars"
        probe.holds("REQ-APP-012", "$" in str(answer.member(member)), told)


@check("app.an-estimate-says-how-sure-it-is", "REQ-APP-013")
def an_estimate_says_how_sure_it_is(probe: Probe) -> None:
    """Exact with an amount, a range with two and a reason, or unknown with neither."""
    with estimates.judged(probe) as store:
        answers = [store.take(probe.cheap), store.take({}), store.take({**probe.cheap, "duration": "never"})]
        answers.append(store.take(probe.cheap, function="run"))
    for answer in answers:
        found = answer.data
        sure = found.get("confidence")
        amounts = {name: found[name] for name in ("microcents", "min", "max") if name in found}
        wanted = {"exact": {"microcents"}, "range": {"min", "max"}, "unknown": set()}.get(str(sure))
        fine = amounts.keys() == wanted and all(type(amount) is int for amount in amounts.values())
        fine = fine and (sure != "range" or isinstance(found.get("depends_on"), list))
        told = f"{answer.line()} with {answer.request_body[:120]!r}: {sure} with {amounts}"
        probe.holds("REQ-APP-013", fine, f"{told}; expected exact, range or unknown, each with its amounts")
    sure = answers[0].member("confidence")
    probe.equal("REQ-APP-013", sure, "exact", f"{answers[0].line()}: confidence of a plain input")
    sure = answers[1].member("confidence")
    told = f"{answers[1].line()}: confidence of an input without a prompt is {sure!r}; there is no price for that"
    probe.holds("REQ-APP-013", sure != "exact", told)


@check("app.an-estimate-is-what-it-costs", "REQ-APP-014", needs=("spend",))
def an_estimate_is_what_it_costs(probe: Probe) -> None:
    """For each price of the list, as far as may be spent: the estimate, the list and the charge are one number."""
    with estimates.judged(probe) as store:
        _compare_charges(probe, store)


def _compare_charges(probe: Probe, store: estimates.Estimates) -> None:
    version, made = probe.target.app_version, clips.uploaded(probe.call, clips.png())
    done = 0
    for kind in clips.KINDS:
        for seconds in (5, 10):
            given = clips.clip(version, kind, seconds, made["uri"])
            estimated = store.take(given).member("microcents")
            try:
                task = probe.ended(str(probe.task(given)["id"]))
            except NotRunError:
                # Dearer ones are looked at by their estimates alone, see `money`.
                if not done:
                    raise
                return
            cost = probe.call.send("GET", f"/usage/tasks/{task['id']}/cost")
            told = f"{cost.line()}: what a {kind} clip of {seconds} s was charged, beside its estimate and the list,"
            listed = clips.price(kind, seconds)
            probe.equal("REQ-APP-014", (cost.member("charged"), estimated, listed), (listed, listed, listed), told)
            done += 1
