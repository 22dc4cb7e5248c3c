"""Where the command starts, with as little as possible loaded: Ctrl-C ends it quietly while the rest is being read."""

import sys


def main() -> None:
    """Run the command."""
    try:
        from mockserver import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
