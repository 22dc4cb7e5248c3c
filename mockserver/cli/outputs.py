"""Files that a command writes at its end, looked at before its beginning: a long run is not to be lost over one."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click


def ensure_writable(files: Iterable[Path | None], read: Iterable[Path | None] = ()) -> None:
    """Refuse to begin where a file could not be written at the end; None is one that nobody wants.

    Args:
        files: that will be written.
        read: what the command reads, and would write over.

    Raises:
        click.UsageError: its folder is not there, nothing may be written, or something else is there or is to go there.
    """
    seen: set[Path] = set()
    reading = [file for file in read if file is not None]
    for one in reading:
        _ensure_a_path(one)
    kept = {one.resolve() for one in reading}
    for file in files:
        if file is None:
            continue
        _ensure_a_path(file)
        if file.is_dir():
            raise click.UsageError(f"cannot write {str(file)!r}: it is a folder")
        # A device such as /dev/null takes whatever comes.
        if file.resolve() in seen and (file.is_file() or not file.exists()):
            raise click.UsageError(f"cannot write {file}: two reports are to go there")
        if file.resolve() in kept:
            raise click.UsageError(f"cannot write {file}: it is read too, and would be lost")
        seen.add(file.resolve())
        if not file.parent.is_dir():
            raise click.UsageError(f"cannot write {file}: there is no folder {file.parent}")
        if not os.access(file if file.exists() else file.parent, os.W_OK):
            raise click.UsageError(f"cannot write {file}: it is not allowed")


def _ensure_a_path(file: Path) -> None:
    """Refuse a name that leads nowhere: links in a circle, or one that is too long.

    Raises:
        click.UsageError: it is one of these.
    """
    try:
        file.resolve()
        file.exists()
    except RuntimeError:
        raise click.UsageError(f"{file}: its links lead in a circle; name a file") from None
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise click.UsageError(f"{str(file)[:200]}: there can be no such file: {told}") from None


class OwnFault(click.ClickException):
    """We failed, and neither who uses us nor who is judged."""

    exit_code = 3


@dataclass(slots=True)
class Written:
    """What became of the files of a command."""

    lost: list[str] = field(default_factory=list)
    """What cannot be written, a sentence each."""
    faults: dict[str, str] = field(default_factory=dict)
    """What we could not make, by the option that asked for it."""

    def ensure(self) -> None:
        """Say that something is not there.

        Raises:
            click.UsageError: it could not be written.
            OwnFault: we could not make it.
        """
        if self.lost:
            raise click.UsageError("; ".join(self.lost))
        if self.faults:
            raise OwnFault("; ".join(self.faults.values()))


def write_all(files: Mapping[str, tuple[Path | None, Callable[[Path], object]]]) -> Written:
    """Write each wanted file by its function; one that cannot be written, or that we cannot make, costs no other.

    Args:
        files: by the option that asks for them, without its hyphens.
    """
    written = Written()
    for option, (file, write) in files.items():
        try:
            if file is not None:
                _replace(file, write)
        except OSError as error:
            written.lost.append(f"cannot write {file}: {error.strerror}")
        except Exception as error:  # noqa: BLE001  # whatever it is, the run's other reports are not to be lost over it
            told = f"{type(error).__name__}: {error}"
            written.faults[option] = f"--{option} {file}: we failed here: {told}; please report it"
    return written


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside, and put it in its place once it is whole.

    What is no file, such as a pipe, is written to, and so is a file in a folder that takes no other.
    """
    target = file.resolve()
    if file.exists() and not (file.is_file() and os.access(target.parent, os.W_OK)):
        write(file)
        return
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        write(part)
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def hush() -> None:
    """Let what waits for a stdout that takes nothing go nowhere; it would fail once more when the interpreter ends."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@contextmanager
def telling() -> Iterator[None]:
    """Tell in one sentence that what is printed cannot be printed, for instance because a disk is full.

    Raises:
        click.UsageError: it cannot.
    """
    try:
        yield
    except OSError as error:
        hush()
        raise click.UsageError(f"cannot print: {error.strerror}") from None
