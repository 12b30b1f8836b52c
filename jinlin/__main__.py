"""Run the command line: ``python -m jinlin`` is the same as ``jinlin``."""

from jinlin.cli import main

if __name__ == "__main__":
    main()
