"""The official clients, unmodified, against a running emulator. A package: its modules import each other."""
