"""Suite 2: plays cases to any client, in any language, and says with three witnesses what it gets wrong.

Cases, checks and calls are data (`cases/`, `checks/`, `calls.toml`); it knows an emulator by its base URL alone.
"""
