"""Run the command line: ``python -m jinlin`` is the same as ``jinlin``."""

import gc
import sys

_STOPPED = 130  # what a shell says of a command that Ctrl-C ended
_NO_SERVER = {"--help", "-h", "--workers"}


def main() -> None:
    """Import the commands and run the one that is asked for; to stop it while it imports is no traceback."""
    try:
        if sys.argv[1:2] == ["run"] and _NO_SERVER.isdisjoint(sys.argv):
            from scenarios.workers import start_server

            start_server()  # its imports take longest: they begin before those of the command
            gc.disable()  # nearly all that is imported stays: looking for cycles takes a sixth of the time
        from jinlin.cli import main as run
    except KeyboardInterrupt:
        sys.exit(_STOPPED)
    run()


if __name__ == "__main__":
    main()
