"""The events of a run folded into a table: every requirement with its verdict and its evidence."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts import requirements
from contracts.requirements import Requirement
from contracts.serverside import scope
from contracts.serverside.drift import KIND, VERSION
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, RunBegan, RunEnded, StepEnded
from contracts.serverside.finding import WORDLESS, Finding, Verdict, worst

Outcome = Literal["pass", "fail", "partial", "empty"]
"""Of a whole run. partial: nothing failed, and something that applies was not run. empty: nothing was looked at."""

NEVER = "no check of this run speaks of it"


@dataclass(slots=True)
class Row:
    """One requirement."""

    requirement: Requirement
    findings: list[Finding] = field(default_factory=list)
    concerned: bool = True
    """Whether it concerns the version of the app that is judged."""
    unseen: str = NEVER
    """Why nothing was found, where nothing was."""

    @property
    def verdict(self) -> Verdict:
        """The one that decides."""
        if not self.concerned:
            return "not-applicable"
        if not self.findings:
            return "not-applicable" if self.requirement.id in scope.outside() else "not-run"
        return worst([finding.verdict for finding in self.findings])

    @property
    def told(self) -> str:
        """The word that goes with the verdict."""
        if not self.concerned:
            return f"it concerns version {' and '.join(self.requirement.versions)} of the app alone"
        deciding = sorted(self.deciding, key=lambda finding: finding.told.startswith(WORDLESS))
        return deciding[0].told if deciding else scope.outside().get(self.requirement.id, self.unseen)

    @property
    def deciding(self) -> list[Finding]:
        """The findings with the verdict that decides."""
        return [finding for finding in self.findings if finding.verdict == self.verdict]


class Results:
    """What a run has found so far."""

    def __init__(self) -> None:
        """Start with every requirement, not run."""
        self.rows = {row.id: Row(row) for row in requirements.load().values()}
        self.began: RunBegan | None = None
        self.ended: RunEnded | None = None
        self.phases: list[str] = []
        """Those that began."""
        self.seconds: dict[str, float] = defaultdict(float)
        """What each step took, by its name: that of the check, of scripted ones."""
        self.stopped: dict[str, str] = {}
        """Phases, and checks, that could not be carried out to their end, with the reason."""
        self.meant: set[str] = set()
        """Those of them that a limit of the user's has stopped."""
        self.faults: dict[str, str] = {}
        """Checks and phases that failed themselves, by our fault, with what happened."""

    def take(self, event: Event) -> None:
        """Fold an event in."""
        match event:
            case RunBegan():
                self.began = event
                for row in self.rows.values():
                    row.concerned = row.requirement.concerns(event.target.app_version)
            case PhaseBegan(phase):
                self.phases.append(phase)
            case StepEnded(_, name, seconds):
                self.seconds[name] += seconds
            case Found(finding):
                self.rows[finding.requirement].findings.append(finding)
                if finding.is_fault:
                    self.faults[finding.check] = self.stopped[finding.check] = finding.told
            case PhaseEnded(phase, stopped, is_fault, is_last, is_meant) if stopped is not None:
                self.stopped[phase] = stopped
                if is_meant:
                    self.meant.add(phase)
                if is_fault:
                    self.faults[phase] = stopped
                if is_last:
                    self._end_early(stopped)
            case RunEnded():
                self.ended = event
            case _:
                pass

    def break_off(self, reason: str) -> None:
        """The run ends here, for a reason of its user's."""
        self.stopped["run"] = reason
        self._end_early(reason)

    def _end_early(self, reason: str) -> None:
        about = None if self.began is None else self.began.about
        for name, row in self.rows.items():
            if about is None or name in about:
                row.unseen = f"the run ended before anything spoke of it: {reason}"

    @property
    def cut_off(self) -> list[str]:
        """What stopped without anybody's wish, as when the server went away."""
        return [name for name in self.stopped if name not in self.meant]

    @property
    def left_out(self) -> list[str]:
        """The phases that were asked for and did not begin."""
        return [] if self.began is None else [name for name in self.began.phases if name not in self.phases]

    def reasons(self, verdict: Verdict) -> list[tuple[str, list[Row]]]:
        """Return the requirements that have a verdict by the word that goes with it, those first that share one."""
        found: dict[str, list[Row]] = {}
        for row in self.rows.values():
            if row.verdict == verdict:
                found.setdefault(row.told, []).append(row)
        return sorted(found.items(), key=lambda item: -len(item[1]))

    @property
    def times(self) -> dict[str, float]:
        """Seconds of each requirement: those of a check, in equal parts to the requirements that it spoke of.

        What is drawn speaks of many at once and is in none of them.
        """
        spoken: dict[str, list[str]] = defaultdict(list)
        for row in self.rows.values():
            for check in dict.fromkeys(finding.check for finding in row.findings):
                spoken[check].append(row.requirement.id)
        found: dict[str, float] = defaultdict(float)
        for check, names in spoken.items():
            for name in names:
                found[name] += self.seconds.get(check, 0.0) / len(names)
        return found

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many requirements have each verdict."""
        found = Counter(row.verdict for row in self.rows.values())
        every: tuple[Verdict, ...] = ("pass", "warn", "fail", "not-run", "not-applicable")
        return {verdict: found[verdict] for verdict in every}

    @property
    def outcome(self) -> Outcome:
        """The word on the whole run."""
        counts = self.counts
        if counts["fail"]:
            return "fail"
        if not counts["pass"] + counts["warn"]:
            return "empty"
        return "partial" if counts["not-run"] or self.stopped or self.ended is None else "pass"

    def exit_code(self, *, allow_partial: bool = False) -> int:
        """Return 0 when the verdict is yes: nothing failed and nothing was left out, or leaving out is allowed.

        What stopped without anybody's wish, as when the server went away, is no leaving out. 3 when the suite itself
        failed somewhere: what it says is not the whole verdict.
        """
        if self.faults:
            return 3
        is_wished = allow_partial and not self.cut_off and self.ended is not None
        return 0 if self.outcome == "pass" or (self.outcome == "partial" and is_wished) else 1

    def document(self) -> dict[str, Any]:
        """As JSON, in the order of the requirements."""
        began, ended = self.began, self.ended
        return {
            "kind": KIND,
            "version": VERSION,
            "base_url": None if began is None else began.target.base_url,
            "app_version": None if began is None else began.target.app_version,
            "server": None if began is None else began.server,
            "phases": [] if began is None else list(began.phases),
            "phases_begun": self.phases,
            "areas": [] if began is None else list(began.areas),
            "checks": [] if began is None else list(began.names),
            "seed": None if began is None else began.seed,
            "max_examples": None if began is None else began.max_examples,
            "outcome": self.outcome,
            "counts": self.counts,
            "seconds": None if ended is None else round(ended.seconds, 2),
            "charged_microcents": None if ended is None else ended.charged,
            "stopped": self.stopped,
            "requirements": [
                {
                    "id": row.requirement.id,
                    "area": row.requirement.area,
                    "label": row.requirement.label,
                    "text": row.requirement.text,
                    "verdict": row.verdict,
                    "told": row.told,
                    "findings": [finding.document() for finding in row.findings],
                }
                for row in self.rows.values()
            ],
        }
