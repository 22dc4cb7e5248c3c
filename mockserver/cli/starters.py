"""Starter adaptors: small programs that work, one for each language, written into a folder of their author's."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

SUFFIX = ".txt"
"""Of every file as it ships, so that no tool takes it for a part of this project."""


class StarterError(Exception):
    """The folder cannot be written into; the message says why."""


@dataclass(frozen=True, slots=True)
class Starter:
    """What comes in one language."""

    language: str
    main: str
    """The file to read first."""
    command: str
    """Of the adaptor, in its folder."""
    build: str = ""
    """What has to be done once before that, if anything."""

    def write(self, folder: Path) -> list[Path]:
        """Write the files and return them.

        Args:
            folder: new or empty; made with its parents where it is not there.

        Raises:
            StarterError: there is something in it, it is no folder, or it may not be written.
        """
        shipped = resources.files("mockserver.testing.adaptors").joinpath("starters")
        found = {
            file.name.removesuffix(SUFFIX): file.read_text("utf-8")
            for file in shipped.joinpath(self.language).iterdir()
        }
        found["README.md"] = self._readme(shipped.joinpath(f"README.md{SUFFIX}").read_text("utf-8"))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise StarterError(f"{folder} is not empty, and nothing is overwritten: name a new folder")
            for name, text in sorted(found.items()):
                (folder / name).write_text(text, "utf-8")
        except OSError as error:
            raise StarterError(f"cannot write into {folder}: {error.strerror}") from None
        return [folder / name for name in sorted(found)]

    def _readme(self, text: str) -> str:
        build = f"\nBuild it, now and after each change:\n\n    {self.build}\n" if self.build else ""
        return string.Template(text).substitute(main=self.main, command=self.command, build=build)


STARTERS: Mapping[str, Starter] = MappingProxyType(
    {
        starter.language: starter
        for starter in (
            Starter("python", "adaptor.py", "python adaptor.py"),
            Starter("node", "adaptor.mjs", "node adaptor.mjs"),
            Starter("go", "main.go", "./adaptor", build="go build -o adaptor ."),
            Starter("bash", "adaptor.sh", "bash adaptor.sh"),
        )
    }
)
