"""Turns a play into verdicts: one for each check that the case has declared, whatever happened."""

import dataclasses
from collections.abc import Iterable, Mapping

from contracts.clientside import calls, judge, modes
from contracts.clientside import case as cases
from contracts.clientside.case import Case, CheckSpec, Probe, Witness
from contracts.clientside.judge import Judge
from contracts.clientside.play import TASK_CALLS, TRACES, Play
from contracts.clientside.unheard import UnheardError
from contracts.clientside.verdicts import BlockedCheck, Emitted, FailedCheck, Verdict

ALWAYS = (
    ("wire.harness-valid", "harness-valid"),
    ("wire.contact", "contact"),
    ("wire.valid-requests", "valid-requests"),
    ("wire.faults-reached", "faults-reached"),
    ("adaptor.claims-are-true", "claims-are-true"),
)
"""Checks of every case that they can say something of, with their judges, before those it declares."""

LAST = ("adaptor.report-is-true", "report-is-true")
"""Comes after them where a case asks the client about tasks: what one of them has found to be wrong needs no more."""

OF_THE_WIRE = frozenset({"wire.contact", "wire.valid-requests", "wire.faults-reached"})
"""Those of cases that send the client to the server: of a signature that is verified, no server knows anything."""

GATES = ("wire.harness-valid", "wire.contact", "wire.faults-reached", "adaptor.claims-are-true")
"""Where one of these fails, nothing can be said of what the case is about."""


def declared(case: Case) -> tuple[Probe, ...]:
    """Return every check that a case will emit, in the order they are decided."""
    calls_made = {step.call for step in case.steps}
    always = tuple(
        Probe(cases.checks()[check], name, {})
        for check, name in ALWAYS
        if check not in OF_THE_WIRE or calls_made & TRACES.keys()
    )
    if not calls_made & TASK_CALLS:
        return (*always, *case.probes)
    check, name = LAST
    heard = (probe for probe in case.probes if "client" in judge.load()[probe.judge].witnesses)
    return (*always, *case.probes, Probe(cases.checks()[check], name, {}, tuple(probe.check.id for probe in heard)))


def judged(play: Play) -> list[Emitted]:
    """Return the verdicts on a case that was played."""
    found: dict[str, Emitted] = {}
    gate: Emitted | None = None
    for probe in declared(play.case):
        unheard = modes.unheard(probe, play.case, play.mode, play.witnesses)
        if unheard is not None:
            emitted = _emitted(probe, "not-observable", unheard)
        elif gate is not None:
            verdict: Verdict = "harness-error" if gate.check == "wire.harness-valid" else "not-run"
            told = f"says nothing, for {gate.check} failed"
            emitted = dataclasses.replace(_emitted(probe, verdict, told), behind=gate.check)
        elif blocker := next((name for name in probe.after if found[name].verdict not in {"pass", "warn"}), None):
            blind = all(found[name].verdict in {"pass", "warn", "not-observable"} for name in probe.after)
            told = f"says nothing, for {blocker} {'cannot be observed' if blind else 'did not pass'}"
            emitted = _emitted(probe, "not-observable" if blind else "not-run", told)
            emitted = dataclasses.replace(emitted, behind=None if blind else blocker)
        else:
            emitted = _decided(probe, judge.load()[probe.judge], play)
            if "client" not in play.witnesses:
                # Its exit code has stood for the client's words.
                heard = ("disk" if name == "client" else name for name in emitted.witnesses)
                emitted = dataclasses.replace(emitted, witnesses=tuple(dict.fromkeys(heard)))
        if probe.check.id in GATES and emitted.verdict == "fail":
            gate = emitted
            if probe.check.id == "wire.harness-valid":
                emitted = dataclasses.replace(emitted, verdict="harness-error")
        found[probe.check.id] = emitted
    return list(found.values())


def excused(case: Case, supports: frozenset[str]) -> list[Emitted] | None:
    """Return the verdicts on a case that a client is not asked for, or None when it is.

    A client is excused by its own `supports` alone; a capability that is core excuses nobody.
    """
    missing = sorted(case.capabilities - supports)
    if not missing:
        return None
    core = [name for name in missing if name in calls.core()]
    if core:
        return _punished(case, f"the client does not support {core[0]}, which every client of this API needs")
    return unplayed(case, "not-applicable", f"the client does not support {missing[0]}")


def declined(case: Case, told: str) -> list[Emitted]:
    """Return the verdicts on a case of which the client said by its exit code that it cannot do it."""
    if case.capabilities <= calls.core():
        return _punished(case, f"{told}; every client of this API needs {', '.join(sorted(case.capabilities))}")
    return unplayed(case, "not-applicable", f"{told}: {', '.join(sorted(case.capabilities - calls.core()))}")


def _punished(case: Case, told: str) -> list[Emitted]:
    return [_emitted(probe, "fail" if probe in case.probes else "not-run", told) for probe in declared(case)]


def unplayed(case: Case, verdict: Verdict, told: str) -> list[Emitted]:
    """Return the verdicts on a case that could not be played."""
    return [_emitted(probe, verdict, told) for probe in declared(case)]


def _decided(probe: Probe, chosen: Judge, play: Play) -> Emitted:
    try:
        told = chosen.run(play, **probe.arguments)
    except FailedCheck as failure:
        verdict: Verdict = "fail" if probe.check.level == "MUST" else "warn"
        return _emitted(probe, verdict, str(failure))
    except BlockedCheck as blocked:
        return _emitted(probe, "not-run", str(blocked))
    except UnheardError as unheard:
        return _emitted(probe, "not-observable", str(unheard))
    except Exception as error:  # noqa: BLE001  # a judge that stumbles over what a client said is our fault, not its
        return _emitted(probe, "harness-error", f"the judge {chosen.name} failed: {type(error).__name__}: {error}")
    return _emitted(probe, "pass", told or "as it should be")


def _emitted(probe: Probe, verdict: Verdict, told: str) -> Emitted:
    spec: CheckSpec = probe.check
    witnesses: tuple[Witness, ...] = judge.load()[probe.judge].witnesses
    return Emitted(spec.id, spec.level, verdict, told, spec.says, spec.requirements, witnesses)


def problems(every: Iterable[Case]) -> list[str]:
    """Return what is wrong with cases: judges that there are not, arguments that do not fit, a check named twice."""
    found = []
    judges: Mapping[str, Judge] = judge.load()
    for row in every:
        names = [probe.check.id for probe in declared(row)]
        found += [
            f"{row.name}: emits {name} twice" for name in sorted({name for name in names if names.count(name) > 1})
        ]
        found += [
            f"{row.name}: {step.name}: {wrong}"
            for step in row.steps
            if not step.kit and (wrong := calls.load()[step.call].fits(step.arguments))
        ]
        for probe in row.probes:
            if probe.judge not in judges:
                found.append(f"{row.name}: there is no judge {probe.judge!r}; there are {', '.join(judges)}")
            elif wrong := judges[probe.judge].fits(probe.arguments):
                found.append(f"{row.name}: {probe.check.id}: {wrong}")
            found += [
                f"{row.name}: {probe.check.id} comes after {name}, which is not before it"
                for name in probe.after
                if name not in names[: names.index(probe.check.id)]
            ]
    return found
