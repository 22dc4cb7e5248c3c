"""Phase 1: the scripted checks, one after the other, over every requirement."""

from collections.abc import Iterator, Sequence

from contracts import clock, requirements
from contracts.serverside import forms, scope
from contracts.serverside.always import Always
from contracts.serverside.caller import Recorder
from contracts.serverside.check import Check, Need
from contracts.serverside.docket import Docket
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, StepBegan, StepEnded
from contracts.serverside.exchange import UnexpectedError, UntriedError
from contracts.serverside.finding import WORDLESS, Finding, NotRunError, Verdict, fault
from contracts.serverside.probe import Probe

PHASE = "scripted"

_LACK: dict[Need, str] = {
    "spend": "it submits runs, and nothing may be spent: allow it with --spend",
    "other-key": "it needs a second key: give one with --other-key",
    "any-key": "it makes up keys, which only an emulator accepts",
    "control": "it moves the server's clock or its switches, and this server has no control plane under /_mock",
    "receiver": "it needs a server that can reach a receiver on this machine",
    "loopback": "it sends what a service may take for an attack; it is only sent to servers on this machine",
}


def run(checks: Sequence[Check], docket: Docket) -> Iterator[Event]:
    """Carry out checks and yield what they find.

    A requirement that a check has declared and not spoken of is a failure: it was never exercised. Those that concern
    another version of the app are left out.
    """
    yield PhaseBegan(PHASE, len(checks))
    always = Always(docket.target, PHASE)
    for check in checks:
        yield StepBegan(PHASE, check.name)
        begun = clock.now()
        yield from map(Found, carried_out(check, docket, always))
        yield StepEnded(PHASE, check.name, clock.now() - begun)
    yield from map(Found, always.sum_up())
    yield PhaseEnded(PHASE)


def carried_out(check: Check, docket: Docket, always: Always) -> list[Finding]:
    """Carry out one check and return what it finds, what holds of every answer included."""
    found: list[Finding] = []
    docket.recorder.begin()
    version = docket.target.app_version
    concerned = [row for row in check.requirements if requirements.load()[row].concerns(version)]
    lacking = _lacking(check, docket)
    if lacking is not None:
        emulators = scope.of_the_emulator() if lacking in {"control", "any-key"} else frozenset[str]()
        found += [
            Finding(row, "not-applicable" if row in emulators else "not-run", _LACK[lacking], check.name, PHASE)
            for row in concerned
        ]
    elif concerned:
        probe = Probe(
            docket.target,
            docket.recorder,
            docket.purse,
            docket.levers,
            docket.specimens,
            found.append,
            check.name,
        )
        found += _carry_out(check, concerned, probe, docket.recorder, found)
    return [*found, *always.look(docket.recorder.ordinary)]


def _carry_out(
    check: Check, concerned: Sequence[str], probe: Probe, recorder: Recorder, found: Sequence[Finding]
) -> list[Finding]:
    """Run a check; return what has to be said of requirements that it did not speak of.

    Args:
        check: to be run.
        concerned: its requirements that concern the version judged.
        probe: emits into `found`.
        recorder: the evidence.
        found: what the check has found, as it comes.
    """
    verdict: Verdict = "fail"
    told = ""
    is_fault = False
    extra: list[Finding] = []
    try:
        check.run(probe)
    except NotRunError as error:
        verdict, told = "not-run", str(error)
    except UntriedError as error:
        verdict, told = "not-run", f"it was never tried: {error}"
        broken = Finding(error.requirement, "fail", str(error), check.name, PHASE, _evidence(recorder))
        probe.emitted.add(error.requirement)
        extra.append(broken)
    except UnexpectedError as error:
        told = str(error)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        # The server's answers are anybody's; a check that stumbles over one has found that they differ.
        told = f"the check could not go on: {forms.stumbled(recorder.current)}"
    except Exception as error:  # noqa: BLE001  # a fault of ours must cost the run no more than this check
        verdict, told, is_fault = "not-run", fault(error), True
    before = next((row.told for row in found if row.verdict == "fail"), None)
    told = told or WORDLESS + (f"; before that, {before}" if before else "")
    evidence = _evidence(recorder)
    # A fault is told even where all has been spoken of.
    left = [row for row in concerned if is_fault or row not in probe.emitted]
    return [*extra, *(Finding(row, verdict, told, check.name, PHASE, evidence, is_fault=is_fault) for row in left)]


def _evidence(recorder: Recorder) -> tuple[int, ...]:
    return tuple(row.number for row in recorder.current)[-40:]


def _lacking(check: Check, docket: Docket) -> Need | None:
    target = docket.target
    # What only an emulator has comes first: without it some requirements do not apply, whatever else is lacking.
    there: dict[Need, bool] = {
        "any-key": target.insecure_key,
        "control": docket.levers is not None,
        "spend": target.spend != 0,
        "other-key": target.other_key is not None,
        "receiver": target.is_loopback,
        "loopback": target.is_loopback,
    }
    return next((need for need, has in there.items() if need in check.needs and not has), None)
