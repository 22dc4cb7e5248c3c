"""An environment of its own for every client, made once and kept in `.cache/clients`.

A Python release gets a virtual environment without pip (the test run's pip installs into it), the JavaScript one a
folder with its `node_modules`. An environment is complete when its stamp is there and says what we would install
today; anything else is thrown away and made again. A file lock keeps parallel test processes from making the same one
twice, and is let go by the system if its holder dies.
"""

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mockserver.testing import adaptors

from .releases import JavascriptRelease

CACHE = Path(__file__).parents[2] / ".cache" / "clients"
PINS = Path(__file__).with_name("pins.txt")
EXTENSIONS = Path(adaptors.__file__).with_name("extensions.mjs")
"""What plain Node has to import before it can import the JavaScript client."""
INSTALL_SECONDS = 100
PYTHON_INDEX = "Python package index"
NPM_REGISTRY = "npm registry"
# What pip and npm print when nobody answers, as against an index which answers that it lacks something.
UNREACHABLE = re.compile(
    r"connection broken|Connection refused|Temporary failure in name resolution|ProxyError|timed out"
    r"|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|network request",
    re.IGNORECASE,
)


class MissingError(Exception):
    """Something this machine lacks, by name; without it the test cannot run at all."""


class InstallError(Exception):
    """The index was reached and the installation failed all the same: a fault of ours or of the index, never a skip."""


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _install(argv: Sequence[str], cwd: Path, what: str, index: str) -> None:
    try:
        done = subprocess.run(  # noqa: PLW1510  a failure is judged below
            argv, cwd=cwd, capture_output=True, text=True, timeout=INSTALL_SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise MissingError(f"{what}: the {index} did not answer within {INSTALL_SECONDS} s") from None
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        if UNREACHABLE.search(said):
            raise MissingError(f"{what}: the {index} is not reachable from here")
        raise InstallError(f"{what} could not be installed from the {index}: {said[-2000:]}")


def made(folder: Path, contents: str, make: Callable[[Path], None]) -> Path:
    """The folder, made by `make` unless it is there and its stamp says it was made of the same `contents`."""
    digest = hashlib.sha256(contents.encode()).hexdigest()
    stamp = folder / "complete"
    with _alone(folder.with_name(folder.name + ".lock")):
        if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == digest):
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            stamp.write_text(digest, encoding="utf-8")
    return folder


class Environments:
    """Gives each client its environment; what turned out to be missing is remembered, so that it is tried once."""

    def __init__(self, cache: Path = CACHE) -> None:
        self._cache = cache
        self._missing: dict[str, MissingError] = {}

    def python(self, version: str) -> Path:
        """The interpreter that has this release of the Python client. Raises MissingError or InstallError."""
        # The optional dependencies bring aiohttp and aiofiles, which every release declares under this name.
        requirement = f"inferencesh[async]=={version}"

        def make(folder: Path) -> None:
            venv.EnvBuilder(symlinks=True).create(folder)
            pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-c", str(PINS)]
            flags = ["--quiet", "--no-compile", "--no-input", "--disable-pip-version-check", "--retries", "2"]
            _install([*pip, *flags, requirement], folder, f"inferencesh {version}", PYTHON_INDEX)

        name = f"python-{version}-py{sys.version_info.major}.{sys.version_info.minor}"
        contents = "\n".join((requirement, PINS.read_text(encoding="utf-8"), sys.version, sys.base_prefix))
        return self._once(PYTHON_INDEX, name, contents, make) / "bin" / "python"

    def javascript(self, release: JavascriptRelease) -> Path:
        """The folder that has this release of the JavaScript client. Raises MissingError or InstallError."""
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            raise MissingError("Node.js (the commands node and npm)")
        package = {
            "private": True,
            "dependencies": {"@inferencesh/sdk": release.version, **release.pins},
            "overrides": release.pins,
        }
        contents = json.dumps(package)

        def make(folder: Path) -> None:
            folder.mkdir(parents=True)
            (folder / "package.json").write_text(contents, encoding="utf-8")
            flags = ["--omit-lockfile-registry-resolved", "--no-package-lock", "--no-audit", "--no-fund"]
            argv = [npm, "install", *flags, "--ignore-scripts", "--loglevel=error", "--fetch-retries=1"]
            _install(argv, folder, f"@inferencesh/sdk {release.version}", NPM_REGISTRY)

        return self._once(NPM_REGISTRY, f"js-{release.version}", contents, make)

    def _once(self, index: str, name: str, contents: str, make: Callable[[Path], None]) -> Path:
        if index in self._missing:
            raise self._missing[index]
        try:
            return made(self._cache / name, contents, make)
        except MissingError as missing:
            self._missing[index] = missing
            raise
