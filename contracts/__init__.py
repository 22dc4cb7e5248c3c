"""What the API promises: pure data and pure functions, no server."""
