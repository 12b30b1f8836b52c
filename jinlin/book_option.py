"""The option ``--xlsx``, apart from what writes workbooks: the help of the command line needs it alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jinlin.words import WORDS

OPTION = "--xlsx"
Xlsx = Annotated[Path | None, typer.Option(OPTION, help=WORDS["xlsx"][0], metavar="FILE")]


def check_book(path: Path | None) -> None:
    """Raise RunError where a workbook could not be written, before any work is done for it."""
    if path is not None:
        from results.files import check_free
        from results.workbook import check_ours

        check_free(path, OPTION)
        check_ours(path)
