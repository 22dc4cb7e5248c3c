"""Estimates in the version that is judged: the store estimates for the version that a bare reference means."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from contracts.apps import table
from contracts.serverside.exchange import Exchange
from contracts.serverside.finding import WithheldError
from contracts.serverside.probe import Probe


@contextmanager
def judged(probe: Probe) -> Iterator["Estimates"]:
    """Make the version that is judged the app's current one for as long as this lasts, and take estimates of it.

    Raises:
        WithheldError: another version is current, and the server cannot be told.
    """
    spec = table.load()
    app = probe.call.send("GET", f"/apps/{spec.reference}")
    found = Estimates(probe, str(app.member("id")))
    wanted = spec.versions[probe.target.app_version].id
    if app.member("version_id") == wanted:
        yield found
    elif probe.levers is None:
        told = f"{app.line()}: the app's current version is {app.member('version_id')}"
        raise WithheldError(f"{told}, and {wanted} is judged; estimates are of the current one")
    else:
        with probe.elsewhere(app_version=probe.target.app_version):
            yield found


class Estimates:
    """Asks the store, without a key of one's own being charged."""

    def __init__(self, probe: Probe, app: str) -> None:
        """Ask in the name of the main key, by the app's id."""
        self._probe = probe
        self._app = app

    def take(self, given: Mapping[str, Any], **members: Any) -> Exchange:  # noqa: ANN401  # JSON
        """Return what an input would cost."""
        body = {"input": given, **members}
        return self._probe.call.send("POST", f"/store/apps/{self._app}/estimate", json=body)
