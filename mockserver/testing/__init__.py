"""For users' own tests: a running emulator, and a fresh world per test.

In pytest the fixtures `inference_mock` and `inference_server` are there as soon as the package is installed; without
pytest use `serving`.
"""

from mockserver.testing.running import RunningServer, World, serving

__all__ = ["RunningServer", "World", "serving"]
