"""Looks routes up by walking path segments; no regular expression on the hot path (MEASURED.md)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_SLASHES = re.compile(r"/{2,}")


@dataclass(slots=True)
class _Node(Generic[T]):
    fixed: "dict[str, _Node[T]]" = field(default_factory=dict)
    parameter: "_Node[T] | None" = None
    methods: dict[str, tuple[T, tuple[str, ...]]] = field(default_factory=dict)
    """Per method: what answers it and the names of the path's parameters, from left to right."""


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A path that exists."""

    methods: Mapping[str, tuple[T, tuple[str, ...]]]
    values: tuple[str, ...]

    def take(self, method: str) -> tuple[T, dict[str, str]] | None:
        """Return what answers a method, with its path parameters; HEAD is answered by GET."""
        found = self.methods.get(method)
        if found is None and method == "HEAD":
            found = self.methods.get("GET")
        if found is None:
            return None
        target, names = found
        return target, dict(zip(names, self.values, strict=True))

    @property
    def allowed(self) -> str:
        """The value of an `Allow` header."""
        extra = {"OPTIONS"} | ({"HEAD"} if "GET" in self.methods else set())
        return ", ".join(sorted(self.methods.keys() | extra))


class Router(Generic[T]):
    """Routes by path segments; a fixed segment wins over a parameter."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        """Build from (method, path template, target)."""
        self._root: _Node[T] = _Node()
        for method, path, target in routes:
            node, names = self._root, []
            for segment in path.split("/")[1:]:
                if segment.startswith("{"):
                    names.append(segment[1:-1])
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.fixed.setdefault(segment, _Node())
            node.methods[method] = (target, tuple(names))

    def find(self, path: str) -> Match[T] | None:
        """Return the match of a path, or None."""
        values: list[str] = []
        node = self._walk(self._root, path.split("/")[1:], 0, values)
        return None if node is None else Match(node.methods, tuple(values))

    def _walk(self, node: _Node[T], segments: list[str], depth: int, values: list[str]) -> _Node[T] | None:
        if depth == len(segments):
            return node if node.methods else None
        segment = segments[depth]
        following = node.fixed.get(segment)
        if following is not None:
            found = self._walk(following, segments, depth + 1, values)
            if found is not None:
                return found
        if node.parameter is not None and segment:
            values.append(segment)
            found = self._walk(node.parameter, segments, depth + 1, values)
            if found is not None:
                return found
            values.pop()
        return None


def normalise(path: str) -> str:
    """Return the path a client means: doubled slashes and a `/v1` prefix fall away (D20)."""
    if "//" in path:
        path = _SLASHES.sub("/", path)
    if path.startswith("/v1/"):
        path = path[3:]
    elif path == "/v1":
        path = "/"
    return path
