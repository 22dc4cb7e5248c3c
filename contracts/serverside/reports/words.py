"""The words that all reports use for the outcome of a run."""

import shlex

from contracts.counting import counted
from contracts.serverside.check import load
from contracts.serverside.events import RunBegan
from contracts.serverside.finding import Finding
from contracts.serverside.results import Results
from contracts.wire.money import MICROCENTS_PER_USD, dollars

ABOUT = (
    "inferencesh-mock check holds a server against the contract of the inference.sh API for klingai/video-v2-6. "
    "The contract is a list of promises of one sentence, each with an id and a source, and each is judged by what the "
    "server answered. Open one to see what was sent and what came."
)
"""For whoever never saw such a report."""

TITLES = {
    "ENV": "envelopes, versions and common values",
    "ERR": "problems and codes",
    "AUTH": "keys",
    "RUN": "running an app",
    "INPUT": "the app's input",
    "MEDIA": "the finished file",
    "TASK": "tasks",
    "STREAM": "streams",
    "CANCEL": "cancelling",
    "FILE": "uploads and files",
    "SESSION": "sessions",
    "APP": "catalogue, prices and estimates",
    "ACCOUNT": "the account",
    "WEBHOOK": "webhooks",
    "LIMIT": "rate limits",
    "MONEY": "money",
    "HTTP": "HTTP itself",
}
"""What an area is about."""


def sentence(results: Results) -> str:
    """Say in one sentence how the run went, and in another one if the suite itself failed."""
    if results.outcome == "partial" and results.cut_off and not results.faults:
        short = ", ".join(results.cut_off)
        return f"{_verdict(results)} Cut short without being told to: {short}; --allow-partial does not excuse that."
    if not results.faults:
        return _verdict(results)
    failed = ", ".join(results.faults)
    return f"{_verdict(results)} The suite itself failed in {failed}; that says nothing of the server."


def _verdict(results: Results) -> str:
    counts = results.counts
    looked = counts["pass"] + counts["warn"] + counts["fail"]
    left = counts["not-run"]
    promises = f"{counted(looked, 'promise')} that {'was' if looked == 1 else 'were'} looked at"
    rest = f"; {left} that {'applies was' if left == 1 else 'apply were'} not run" if left else ""
    match results.outcome:
        case "pass":
            return f"The server keeps all {counted(looked, 'promise')} that apply to it."
        case "fail":
            return f"The server breaks {counts['fail']} of the {promises}{rest}."
        case "partial" if left:
            return f"The {promises} {'is' if looked == 1 else 'are'} kept{rest}."
        case "partial":
            return "Nothing is broken as far as was looked; the run did not come to its end."
        case _:
            return "Nothing was looked at."


def facts(results: Results) -> list[tuple[str, str]]:
    """Return what a report begins with."""
    began, ended = results.began, results.ended
    if began is None:
        return []
    limit = began.target.spend
    spent = dollars(ended.charged) if ended else "not known"
    if ended and limit is None and not {"scripted", "generated"}.issuperset(began.phases):
        # Only these ask for the price; the others' runs are play money, and nobody counts it.
        spent += " and what drawn runs cost"
    left = f"{'; ' if results.phases else ''}not begun: {', '.join(results.left_out)}" if results.left_out else ""
    return [
        ("server", began.target.base_url + (f" ({began.server})" if began.server else "")),
        *([("control plane", began.remark)] if began.remark else []),
        ("app version", began.target.app_version),
        ("phases", ", ".join(results.phases) + left),
        ("seed", f"{began.seed}, {counted(began.max_examples, 'generated case')} of each kind"),
        ("spent", f"{spent}, no limit" if limit is None else f"{spent} of {dollars(limit)}"),
        ("time", f"{ended.seconds:.1f} s" if ended else "not finished"),
    ]


def summary(check: str) -> str:
    """Return what a check looks at, or nothing for one that is none of the scripted ones."""
    return next((row.summary for row in load() if row.name == check), "")


def again(finding: Finding, began: RunBegan) -> str:
    """Return the command that looks again at what a finding tells; the key stands as a variable."""
    target = began.target
    words = ["inferencesh-mock", "check", target.base_url, "--app-version", target.app_version]
    if summary(finding.check):
        words += ["--check", finding.check]
    else:
        words += ["--phase", finding.phase, "--seed", str(began.seed), "--max-examples", str(began.max_examples)]
    if not target.is_loopback:
        words.append("--i-mean-it")
    if target.spend:
        words += ["--spend", f"{target.spend / MICROCENTS_PER_USD:g}"]
    return f'{shlex.join(words)} --api-key "$KEY"'
