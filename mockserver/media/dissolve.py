"""One picture turning into another by macroblocks, in an order drawn from a seed."""

from collections.abc import Collection
from typing import Protocol

from mockserver.media.canvas import Canvas
from mockserver.rng import Draws


class Scene(Protocol):
    """Pictures painted one after another on one canvas."""

    canvas: Canvas

    @property
    def kept(self) -> frozenset[int]:
        """Addresses of the macroblocks that should be seen as long as can be."""

    def advance(self, number: int) -> list[int]:
        """Turn the canvas into picture `number` and return the addresses of the macroblocks that changed."""


class Dissolve:
    """A scene that turns into a photograph over its second half; the last picture is the photograph alone."""

    def __init__(self, scene: Scene, tiles: list[bytes], frames: int, fps: int, seed: str) -> None:
        """Show the scene; `tiles` are all macroblocks of the photograph, there will be `frames` pictures."""
        self._scene = scene
        self._tiles = tiles
        self._gone: set[int] = set()
        last = frames - 1
        kept = scene.kept
        others = [address for address in range(len(tiles)) if address not in kept]
        # What is kept goes within the last half second.
        self._leaving = [
            schedule(others, frames // 2 + 1, last, f"dissolve {seed}"),
            schedule(kept, max(last - fps // 2, 1), last, f"dissolve code {seed}"),
        ]
        self.canvas = Canvas(scene.canvas.size, scene.canvas.colours)
        self.canvas.copy(scene.canvas, range(len(tiles)))
        self.canvas.take_changes()

    @property
    def kept(self) -> frozenset[int]:
        """Nothing: at the end only the photograph is left."""
        return frozenset()

    def advance(self, number: int) -> list[int]:
        """Turn the canvas into picture `number` and return the addresses of the macroblocks that changed."""
        moved = [address for address in self._scene.advance(number) if address not in self._gone]
        leaving = [address for order in self._leaving for address in order.get(number, [])]
        self.canvas.copy(self._scene.canvas, moved)
        for address in leaving:
            self.canvas.cover(address, self._tiles[address])
        self._gone.update(leaving)
        return self.canvas.take_changes()


def schedule(addresses: Collection[int], first: int, last: int, seed: str) -> dict[int, list[int]]:
    """Spread macroblocks evenly over pictures `first` to `last`: per picture the addresses whose turn it is."""
    order = sorted(addresses)
    Draws(seed).shuffle(order)
    pictures = last - first + 1
    edges = [len(order) * index // pictures for index in range(pictures + 1)]
    return {first + index: order[edges[index] : edges[index + 1]] for index in range(pictures)}
