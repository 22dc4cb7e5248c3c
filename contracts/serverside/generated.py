"""Generated inputs: Hypothesis draws them, and what comes is compared with the contract's own judgement.

An input that is answered otherwise is shrunk to the least one that still is, and told with its seed. Inputs that are to
be refused cost nothing; of those that are accepted the store tells the price for nothing, and as many are run as the
purse holds.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st

from contracts import clock, strategies
from contracts.apps import video_v2_6
from contracts.apps.files import FileFacts
from contracts.counting import counted
from contracts.serverside import clips, estimates, pictures
from contracts.serverside.always import MOST_FAILURES, Always
from contracts.serverside.caller import Recorder
from contracts.serverside.cases import Case, Seen, Wanted, compare, submit, upload
from contracts.serverside.docket import Docket
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, StepBegan, StepEnded
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.finding import BrokenError, Finding, NotRunError, WithheldError
from contracts.serverside.pictures import Upload
from contracts.serverside.probe import Probe
from contracts.strategies import BadFile, Files, ImageFile, LabelledInput

PHASE = "generated"

_TRIES = 30
"""Requests for each example that was wished for: what shrinking may take at the most."""

_FOREIGN = "https://example.com/inferencesh-mock-check.png"

_PRICE = "REQ-APP-014"

_REFUSED, _ACCEPTED = "REQ-ERR-009", "REQ-INPUT-018"
"""What an input is about whose every rule is kept: all is told at once, and nothing without a cause."""


@dataclass(slots=True)
class _Bench:
    """What all examples of a step share."""

    recorder: Recorder
    kind: str
    """What is drawn."""
    examples: int
    """Inputs that were wished for."""
    known: dict[str, tuple[Seen, ...]] = field(default_factory=dict)
    """What was seen of each input that was sent; none is sent twice."""
    evidence: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Numbers of the exchanges behind what was told of a difference."""
    held: Counter[str] = field(default_factory=Counter)
    classes: dict[str, type[BrokenError]] = field(default_factory=dict)
    """A class for each requirement, so that Hypothesis shrinks each by itself."""
    stopped: NotRunError | None = None

    @property
    def most(self) -> int:
        """Inputs that are sent at the most, shrinking included."""
        return self.examples * _TRIES

    def look(self, name: str, seen: Callable[[], Iterator[Seen]]) -> None:
        """Look at an input, by a name that says all of it, and raise the first difference."""
        if name not in self.known:
            if len(self.known) >= self.most or self.stopped is not None:
                return
            before = self.recorder.next_number
            number = len(self.known) + 1
            of = f"of {self.examples}" if number <= self.examples else "and counting, to find the least that shows it"
            self.recorder.waits(f"for {self.kind}: {number} {of}")
            try:
                self.known[name] = tuple(seen())
            except NotRunError as error:
                self.stopped = error
                return
            except UnexpectedError as error:
                self.known[name] = ((_REFUSED, False, str(error)),)
            numbers = tuple(range(before, self.recorder.next_number))
            self.evidence |= {told: numbers for _, kept, told in self.known[name] if kept is False}
            self.held.update(requirement for requirement, kept, _ in self.known[name] if kept)
        # A broken rule says more than the promise about all of them.
        for requirement, kept, told in sorted(self.known[name], key=lambda row: row[0] in {_REFUSED, _ACCEPTED}):
            if kept is False:
                self._raise(requirement, told)

    def _raise(self, requirement: str, told: str) -> NoReturn:
        made = self.classes.setdefault(requirement, type(f"Broken{requirement}", (BrokenError,), {}))
        raise made(requirement, told)


class _Drawn:
    """A drawn value that Hypothesis does not write down, for it may have megabytes."""

    def __init__(self, value: Any) -> None:  # noqa: ANN401  # whatever the strategy draws
        self.value = value

    def __repr__(self) -> str:
        return "..."


@st.composite
def _veiled(draw: st.DrawFn, strategy: st.SearchStrategy[Any]) -> _Drawn:
    return _Drawn(draw(strategy))


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    strategy: st.SearchStrategy[Any]
    seen: Callable[[Any], tuple[str, Callable[[], Iterator[Seen]]]]
    """A name that says all of a drawn value, and what is seen when it is sent."""
    examples: int


def run(docket: Docket, *, seed: int, max_examples: int) -> Iterator[Event]:
    """Send generated inputs, and yield what is found.

    Args:
        docket: the server.
        seed: of what is drawn.
        max_examples: inputs of each kind.
    """
    target, recorder = docket.target, docket.recorder
    yield PhaseBegan(PHASE, 4)
    always = Always(target, PHASE, MOST_FAILURES)
    probe = Probe(target, recorder, docket.purse, docket.levers, docket.specimens, lambda _: None, PHASE)
    stopped: dict[str, NotRunError] = {}
    try:
        recorder.begin()
        steps = list(_steps(probe, max_examples))
    except UnexpectedError as error:
        yield PhaseEnded(PHASE, str(error))
        return
    for step in steps:
        yield StepBegan(PHASE, step.name)
        begun = clock.now()
        recorder.begin()
        bench = _Bench(recorder, step.name, step.examples)
        broken = list(_draw(bench, step, seed))
        check = f"{PHASE}.{step.name}"
        shown: set[int] = set()
        for row in broken:
            cited = bench.evidence[row.told]
            shown.update(cited)
            yield Found(Finding(row.requirement, "fail", row.told[:2000], check, PHASE, cited, seed))
        for requirement, count in sorted(bench.held.items()):
            if requirement not in {row.requirement for row in broken}:
                told = f"held of {counted(count, 'generated input')}"
                yield Found(Finding(requirement, "pass", told, check, PHASE, (), seed))
        for finding in always.look(recorder.ordinary):
            shown.update(finding.exchanges)
            yield Found(finding)
        recorder.forget(shown)
        yield StepEnded(PHASE, step.name, clock.now() - begun)
        if bench.stopped is not None:
            stopped[step.name] = bench.stopped
    yield from map(Found, always.sum_up())
    told = "; ".join(f"{name}: {error}" for name, error in stopped.items())
    is_meant = all(isinstance(error, WithheldError) for error in stopped.values())
    yield PhaseEnded(PHASE, told or None, is_meant=is_meant and bool(told))


def _draw(bench: _Bench, step: _Step, seed: int) -> Iterator[BrokenError]:
    """Draw examples, and yield each difference in its least form."""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=step.examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=True,
        print_blob=False,
    )
    @hypothesis.given(_veiled(step.strategy))
    def examined(drawn: _Drawn) -> None:
        bench.look(*step.seen(drawn.value))

    try:
        examined()
    except BrokenError as error:
        yield error
    except BaseExceptionGroup as several:
        yield from (error for error in several.exceptions if isinstance(error, BrokenError))


def _steps(probe: Probe, max_examples: int) -> Iterator[_Step]:
    version = probe.target.app_version
    files, facts = _files(probe)

    def wanted(given: Any) -> Wanted:  # noqa: ANN401  # JSON
        return Wanted.of(video_v2_6.judge(version, given, lambda value: facts.get(value, FileFacts("malformed"))))

    def sent(drawn: LabelledInput) -> tuple[str, Callable[[], Iterator[Seen]]]:
        given = drawn.document
        case = Case(_ACCEPTED if drawn.accepted else _REFUSED, f"the input {_words(given)}", given)
        return json.dumps(given), lambda: _sent(probe, case, wanted(given))

    def estimated(drawn: LabelledInput) -> tuple[str, Callable[[], Iterator[Seen]]]:
        price = video_v2_6.judge(version, drawn.document, facts.__getitem__).price
        return json.dumps(drawn.document), lambda: _estimated(probe, drawn.document, price)

    def shown(drawn: ImageFile) -> tuple[str, Callable[[], Iterator[Seen]]]:
        return repr(drawn), lambda: _shown(probe, drawn)

    valid = strategies.valid_inputs(version, files)
    # A server may take null for an input that is left out.
    invalid = strategies.invalid_inputs(version, files).filter(lambda drawn: drawn.document is not None)
    yield _Step("invalid-inputs", invalid, sent, max_examples)
    yield _Step("invalid-pictures", strategies.bad_images(), shown, max(1, max_examples // 2))
    yield _Step("estimated-inputs", valid, estimated, max_examples)
    yield _Step("valid-inputs", valid | strategies.warned_inputs(version, files), sent, max(1, max_examples // 2))


def _files(probe: Probe) -> tuple[Files, Mapping[str, FileFacts]]:
    """Upload a few pictures, good and bad; return them as values for inputs, and what is known of each value."""
    facts = {_FOREIGN: FileFacts("foreign")}

    def address(file: Upload) -> str:
        found = upload(probe, file)
        facts[found] = file.facts
        return found

    good = [address(pictures.png(400, 600)), address(pictures.jpeg(600, 400, 6))]
    bad = [
        BadFile(address(pictures.png(299, 400)), ("REQ-INPUT-021",)),
        BadFile(address(pictures.png(1004, 400)), ("REQ-INPUT-023",)),
        BadFile(address(pictures.other("gif")), ("REQ-INPUT-019",)),
        BadFile(address(pictures.announced()), ("REQ-INPUT-025",)),
        BadFile(address(pictures.deleted()), ("REQ-INPUT-025",)),
    ]
    both = st.sampled_from(bad) | strategies.malformed_files()
    return Files(st.sampled_from(good), both, st.just(_FOREIGN)), facts


def _sent(probe: Probe, case: Case, wanted: Wanted) -> Iterator[Seen]:
    answer = submit(probe, case.given)
    probe.dismiss(answer)
    yield from compare(case, wanted, answer)


def _shown(probe: Probe, file: ImageFile) -> Iterator[Seen]:
    content_type = file.content_type or "application/octet-stream"
    record = clips.uploaded(probe.call, file.content, file.name, content_type)
    given = {**probe.cheap, "image": record["uri"]}
    case = Case(_REFUSED, f"the start frame {file!r}", given)
    try:
        yield from _sent(probe, case, Wanted(tuple(("/image", rule) for rule in file.rules)))
    finally:
        # Some are large, there may be thousands, and an account has an end.
        probe.call.send("DELETE", f"/files/{record['id']}")


def _estimated(probe: Probe, given: Mapping[str, Any], price: int) -> Iterator[Seen]:
    with estimates.judged(probe) as store:
        answer = store.take(given)
    told = f"{answer.line()}: the estimate of {_words(given)}"
    if answer.resource.get("confidence") != "exact":
        yield "REQ-APP-013", None, f"{told} is {answer.data}; expected an exact one of an input that is accepted"
        return
    got = answer.resource.get("microcents")
    fine = got == price
    yield _PRICE, fine, f"{told} is {got} microcents" + ("" if fine else f"; it costs {price}")


def _words(given: Any) -> str:  # noqa: ANN401  # JSON
    """Write an input as JSON; long texts are told by their length."""
    if isinstance(given, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_words(value)}" for name, value in given.items()) + "}"
    if isinstance(given, str) and len(given) > 200:
        return f"{json.dumps(given[:20])}... ({len(given)} characters)"
    return json.dumps(given, ensure_ascii=False)
