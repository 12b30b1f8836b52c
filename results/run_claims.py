"""Claim a run folder before anything is run: marked unfinished, its scenario beside the mark.

Apart from what writes the tables, so that a command claims its folders and lets its workers begin before it
imports what only their results need.
"""

from __future__ import annotations

import json
from pathlib import Path

from results.files import unwritten
from results.manifest import FILE
from scenarios.schema import Scenario
from sim.errors import RunError


def vacant(folder: Path) -> None:
    """Raise RunError where a folder holds a finished run, or anything that is not a run."""
    manifest = folder / FILE
    if manifest.is_file():
        if _finished(manifest):
            raise RunError(f"{folder}: holds a finished run; give another folder with --out, or remove it")
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(f"{folder}: is no run folder and not empty; give another folder with --out")


def claim(folder: Path, scenario: Scenario) -> None:
    """Make a run folder and mark it unfinished; what a run that was stopped has left in it is replaced.

    Raises RunError where the folder is not vacant or cannot be written.
    """
    vacant(folder)
    try:
        (folder / "scenario").mkdir(parents=True, exist_ok=True)
        marked = json.dumps({"finished": False, "scenario": scenario.id})
        (folder / FILE).write_text(marked + "\n", encoding="utf-8")
        for old in (*(folder / "scenario").iterdir(), *folder.glob("*.parquet")):
            if old.is_file():
                old.unlink()
        for source in scenario.lineage:
            (folder / "scenario" / source.file).write_text(source.text, encoding="utf-8")
    except OSError as error:
        raise unwritten(folder, error) from None


def _finished(manifest: Path) -> bool:
    try:
        return bool(json.loads(manifest.read_text(encoding="utf-8")).get("finished"))
    except (ValueError, AttributeError):
        return False
