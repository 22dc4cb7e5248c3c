"""Envelopes, versions, and the form of common values."""

from contracts.serverside.check import check
from contracts.serverside.probe import Probe


@check("env.version-2-is-bare", "REQ-ENV-001", "REQ-ENV-009")
def version_2_is_bare(probe: Probe) -> None:
    """X-API-Version: 2 gives the resource itself."""
    answer = probe.call.send("GET", "/me", version="2")
    document = answer.json()
    probe.holds("REQ-ENV-001", "id" in document or "user" in document, f"{answer.line()}: keys {sorted(document)}")
    probe.holds("REQ-ENV-009", "data" not in document, f"{answer.line()}: keys {sorted(document)}; none is `data`")


@check("env.version-1-has-three-members", "REQ-ENV-002", "REQ-ENV-007")
def version_1_has_three_members(probe: Probe) -> None:
    """X-API-Version: 1 gives success, status and data."""
    answer = probe.call.send("GET", "/me", version="1")
    document = answer.json()
    probe.equal("REQ-ENV-002", sorted(document), ["data", "status", "success"], f"{answer.line()}: the envelope's keys")
    probe.equal("REQ-ENV-007", (document.get("status"), document.get("success")), (answer.status, True), "the envelope")
