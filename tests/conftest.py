"""What all tests share: the promises that were put to the test are noted."""

import pytest

from contracts import requirements

from .emitted import made


def pytest_configure(config: pytest.Config) -> None:
    """Note which requirements are really tested; a whole run that leaves one out fails."""
    config.pluginmanager.register(made(config, requirements.load()), "emitted-requirements")
