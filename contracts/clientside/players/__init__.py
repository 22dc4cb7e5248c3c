"""Three ways to drive a client over the same cases: an adaptor, a command, or a test suite that is only observed."""
