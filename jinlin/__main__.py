"""Run the command line: ``python -m jinlin`` is the same as ``jinlin``."""

import sys

_STOPPED = 130  # what a shell says of a command that Ctrl-C ended


def main() -> None:
    """Import the commands and run the one that is asked for; to stop it while it imports is no traceback."""
    try:
        from jinlin.cli import main as run
    except KeyboardInterrupt:
        sys.exit(_STOPPED)
    run()


if __name__ == "__main__":
    main()
