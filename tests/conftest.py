"""What all tests share: the promises that were put to the test are noted."""

import gc

import pytest

from contracts import requirements

from .emitted import made


def pytest_configure(config: pytest.Config) -> None:
    """Note which requirements are really tested; a whole run that leaves one out fails."""
    config.pluginmanager.register(made(config, requirements.load()), "emitted-requirements")


def pytest_collection_finish() -> None:
    """Leave what was collected to the end of the process: looking it through again and again takes a tenth of a run."""
    gc.collect()
    gc.freeze()
