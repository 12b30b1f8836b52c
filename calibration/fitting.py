"""Keep what a calibration came to: the draws, the sum of it, and the central values of settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from calibration.calibrate import Calibrated
from calibration.central import central_values, store_values
from calibration.fit import SETTING, fit
from calibration.fitted import FILE, Fitted, summed_up, written
from calibration.posterior import FILE as POSTERIOR
from calibration.posterior import Posterior, write_posterior

Tell = Callable[[str], None]


def keep(done: Calibrated, folder: Path) -> Fitted:
    """Write ``posterior.parquet`` and ``fitted.json`` into a folder, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    posterior = Posterior(tuple(prior.name for prior in done.known), done.values, {})
    fitted = summed_up(done, posterior.digest)
    facts = {name: str(getattr(fitted, name)) for name in ("seed", "code", "evidence", "trials", "draws")}
    write_posterior(folder / POSTERIOR.name, Posterior(posterior.names, posterior.values, facts))
    aside = folder / f".{FILE.name}"
    aside.write_text(written(fitted), encoding="utf-8")
    aside.replace(folder / FILE.name)
    return fitted


def keep_in_project(done: Calibrated, tell: Tell) -> Fitted:
    """Keep a calibration as the project's own, and move the central values of the settings to it."""
    fitted = keep(done, POSTERIOR.parent)
    values = central_values(done, fitted.numbers)
    level = fit(values, fitted.number(SETTING), tell)
    for path in store_values(values | {SETTING: level.value}):
        tell(f"{path.name}: central values fitted")
    return fitted
