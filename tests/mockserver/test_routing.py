"""Routes: fixed segments before parameters, methods, and the paths a client means (D20)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import operations
from mockserver.routing import Router, normalise

ROUTER = Router(
    [
        ("GET", "/tasks", "list"),
        ("GET", "/tasks/{id}", "get"),
        ("DELETE", "/tasks/{id}", "delete"),
        ("GET", "/tasks/queue-stats", "stats"),
        ("POST", "/tasks/list", "search"),
        ("GET", "/apps/{namespace}/{name}", "by-name"),
        ("GET", "/apps/{id}/versions", "versions"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "target", "params"),
    [
        ("GET", "/tasks", "list", {}),
        ("GET", "/tasks/abc", "get", {"id": "abc"}),
        ("HEAD", "/tasks/abc", "get", {"id": "abc"}),
        ("GET", "/tasks/queue-stats", "stats", {}),
        ("POST", "/tasks/list", "search", {}),
        ("GET", "/apps/a/versions", "versions", {"id": "a"}),
        ("GET", "/apps/a/b", "by-name", {"namespace": "a", "name": "b"}),
    ],
)
def test_the_most_exact_route_answers(method: str, path: str, target: str, params: dict[str, str]) -> None:
    """A fixed segment wins over a parameter; HEAD is answered by GET."""
    match = ROUTER.find(path)
    assert match is not None
    assert match.take(method) == (target, params)


@pytest.mark.parametrize("path", ["/", "", "/task", "/tasks/", "/tasks//", "/tasks/a/b", "/apps", "/apps/a"])
def test_a_path_that_is_none_is_not_found(path: str) -> None:
    """An empty segment is no id, a part of a route is no route."""
    assert ROUTER.find(path) is None


def test_allow_lists_what_a_path_takes() -> None:
    """With HEAD where there is a GET, and OPTIONS everywhere."""
    match = ROUTER.find("/tasks/abc")
    assert match is not None
    assert match.allowed == "DELETE, GET, HEAD, OPTIONS"
    assert match.take("PATCH") is None
    posted = ROUTER.find("/tasks/list")
    assert posted is not None
    # The fixed route ends the path; the parameter's methods are another route's.
    assert posted.allowed == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("/tasks", "/tasks"),
        ("/v1/tasks", "/tasks"),
        ("//tasks///a", "/tasks/a"),
        ("/v1//tasks", "/tasks"),
        ("//v1/tasks", "/tasks"),
        ("/v1", "/"),
        ("/v1x/tasks", "/v1x/tasks"),
        ("/v2/tasks", "/v2/tasks"),
    ],
)
def test_prefix_and_doubled_slashes_fall_away(sent: str, meant: str) -> None:
    """Old base URLs end in /v1 or in a slash."""
    assert normalise(sent) == meant


@given(st.text("/v1a", max_size=12))
def test_normalising_leaves_no_doubled_slash(path: str) -> None:
    """Whatever is sent."""
    assert "//" not in normalise(path)


def test_every_route_of_the_contract_is_found() -> None:
    """Each of the table's paths leads to its own row, whatever else matches."""
    rows = operations.load()
    router = Router((row.method, row.path, row.id) for row in rows)
    for row in rows:
        match = router.find(row.path.replace("{", "x").replace("}", "y"))
        assert match is not None
        found = match.take(row.method)
        assert found is not None
        assert found[0] == row.id
