"""The posterior: numbers that were fitted together, as some thousand equally likely draws.

``evidence/posterior.parquet`` has a row a draw and a column a fitted setting, under its dotted name; the
file's own metadata holds the facts of the fit: versions, hashes, and the hash of the draws themselves.
``jinlin calibrate`` writes it, replications draw from it. Where no posterior is kept every number is drawn
alone, from its own range.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.errors import EvidenceError
from sim.parameters import Joint, Settings

FILE = Path(__file__).parent / "posterior.parquet"
HASH = "draws_sha256"  # the fact that tells whether the draws are those that were written
_OWN = "jinlin."  # what our keys begin with among the metadata of the file


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of the fitted settings: ``values`` has shape (draws, names), in the units of the settings."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Name the draws by their content: 64 hexadecimal digits."""
        content = hashlib.sha256("\n".join(self.names).encode())
        content.update(np.ascontiguousarray(self.values, dtype="<f8").tobytes())
        return content.hexdigest()


def write_posterior(path: Path, posterior: Posterior) -> None:
    """Write a posterior aside and rename it, its facts with the hash of its draws in the metadata.

    Raises EvidenceError where a draw is no number.
    """
    import polars as pl

    if not np.isfinite(posterior.values).all():
        raise EvidenceError(f"{path.name}: a draw is not a finite number; nothing was written")
    frame = pl.DataFrame(dict(zip(posterior.names, posterior.values.T, strict=True)))
    facts = {**posterior.facts, HASH: posterior.digest}
    partial = path.with_suffix(".partial")
    frame.write_parquet(partial, metadata={_OWN + name: fact for name, fact in facts.items()})
    os.replace(partial, path)


def read_posterior(path: Path) -> Posterior:
    """Read a posterior and hold its draws against their hash.

    Raises EvidenceError, one line that names the file and the remedy, where it is missing or damaged.
    """
    import polars as pl

    try:
        metadata = pl.read_parquet_metadata(path)
        frame = pl.read_parquet(path)
        values = np.ascontiguousarray(frame.to_numpy(), dtype=np.float64)
    except (OSError, ValueError, pl.exceptions.PolarsError) as wrong:
        reason = " ".join(str(wrong).split())[:80]
        raise _unusable(path, f"missing or damaged: {reason}") from None
    facts = {name.removeprefix(_OWN): fact for name, fact in metadata.items() if name.startswith(_OWN)}
    found = Posterior(tuple(frame.columns), values, facts)
    if not values.size or facts.get(HASH) != found.digest:
        raise _unusable(path, "damaged: its draws are not those that were written")
    return found


@cache
def load_posterior() -> Posterior:
    """Load the posterior of the project, see ``read_posterior``."""
    return read_posterior(FILE)


def kept_posterior() -> Posterior | None:
    """Return the posterior of the project, None where none is kept."""
    return load_posterior() if FILE.is_file() else None


def with_joint(settings: Settings, posterior: Posterior | None) -> Settings:
    """Give settings the numbers that a posterior says are drawn together; without one, as they are.

    Raises EvidenceError where the posterior is stale: it was fitted to a number that is no setting any more,
    or whose value now lies outside everything that was found likely.
    """
    if posterior is None:
        return settings
    for name, draws in zip(posterior.names, posterior.values.T, strict=True):
        if name not in settings:
            raise _unusable(FILE, f"stale: {name} is no parameter")
        low, value, high = draws.min(), settings[name], draws.max()
        if not low <= value <= high:
            raise _unusable(FILE, f"stale: {name} = {value:g} lies outside its draws, {low:g} to {high:g}")
    return Settings(settings.quantities, Joint(posterior.names, posterior.values))


def _unusable(path: Path, why: str) -> EvidenceError:
    return EvidenceError(f"{path.name}: {why}; make it again with 'jinlin calibrate'")
