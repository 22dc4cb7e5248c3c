"""The words that all reports use for the outcome of a run."""

from contracts.serverside.results import Results
from contracts.wire.money import dollars


def sentence(results: Results) -> str:
    """Say in one sentence how the run went."""
    counts = results.counts
    looked = counts["pass"] + counts["warn"] + counts["fail"]
    match results.outcome:
        case "pass":
            return f"The server keeps all {looked} promises that apply to it."
        case "fail":
            return f"The server breaks {counts['fail']} of the {looked} promises that were looked at."
        case "partial":
            return f"The {looked} promises that were looked at are kept; {counts['not-run']} that apply were not run."
        case _:
            return "Nothing was looked at."


def facts(results: Results) -> list[tuple[str, str]]:
    """Return what a report begins with."""
    began, ended = results.began, results.ended
    if began is None:
        return []
    return [
        ("server", began.target.base_url + (f" ({began.server})" if began.server else "")),
        ("app version", began.target.app_version),
        ("phases", ", ".join(began.phases)),
        ("seed", str(began.seed)),
        ("spent", f"{dollars(ended.charged if ended else 0)} of {dollars(began.target.spend)}"),
        ("time", f"{ended.seconds:.1f} s" if ended else "not finished"),
    ]
