"""Ways to drive a client, and what each of them lets one know."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.clientside import arguments, judge
from contracts.clientside.case import WITNESSES, Case, Mode, Probe, Witness

HEARD: Mapping[Mode, frozenset[Witness]] = MappingProxyType(
    {"adaptor": frozenset(WITNESSES), "command": frozenset({"server", "disk"}), "observe": frozenset({"server"})}
)
"""The witnesses of each. Of a command, `disk` is its exit code too."""

FIXES = (
    "Pass the address to the client: {base_url} in the arguments of --command, `base_url` of each call to an adaptor. "
    "Or let it read KIT_BASE_URL or INFERENCE_BASE_URL; most clients do not by themselves. Or give it in code: "
    "inference(base_url=...) in Python, new Inference({ baseUrl }) in JavaScript."
)
"""What to do where nothing has arrived."""


def unheard(probe: Probe, case: Case, mode: Mode, witnesses: frozenset[Witness]) -> str | None:
    """Return why nothing can be said of a check this way, or None.

    Args:
        probe: one of the case's.
        case: that is played.
        mode: the way.
        witnesses: that can be heard.
    """
    chosen = judge.load()[probe.judge]
    missing: list[str] = [name for name in chosen.witnesses if name not in witnesses]
    if mode == "command" and chosen.by_exit and "client" in missing:
        missing.remove("client")
    if missing:
        return f"the {' and the '.join(missing)} cannot be heard this way"
    step = probe.arguments.get("step")
    if step is None or "client" in chosen.witnesses or mode == "adaptor":
        return None
    if mode == "observe" or arguments.refers(case, str(step)):
        return f"what {step} was given is not known this way"
    return None


def unplayable(case: Case, mode: Mode, witnesses: frozenset[Witness]) -> str | None:
    """Return why nothing can be learned of a case this way, or None."""
    between = next((step.call for step in case.steps if step.kit), None)
    if mode == "command" and between is not None:
        return f"the kit has to {between} among the calls, and one program makes them all"
    if mode == "command" and any(step.raises for step in case.steps):
        return "it goes on after an error, and an exit code tells of one alone"
    reasons = [unheard(probe, case, mode, witnesses) for probe in case.probes]
    return reasons[0] if all(reasons) else None
