"""Keep what a calibration came to: the draws, the sum of it, and the central values of settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from calibration.calibrate import Calibrated
from calibration.central import central_values, store_values
from calibration.fit import HOMES, SETTING, fit
from calibration.fitted import FILE, Fitted, FittedNumber, FittedTo, Judged, written
from calibration.hindcast import digest_of_evidence
from calibration.observations import Role, load_observations
from calibration.targets import targets
from calibration.trial_runs import said
from calibration.trials import COUNTS
from evidence.posterior import FILE as POSTERIOR
from evidence.posterior import Posterior, write_posterior
from sim.compiled import fingerprint
from sim.rates import Floats

QUANTILES = (0.05, 0.5, 0.95)
INFORMED = 0.9  # of the prior's standard deviation: a narrower posterior was taught by the targets
MOVED = 0.3  # standard deviations of the prior: so was one whose middle moved so far
KINDS = {figure: kind for kind, (figure, _, _) in HOMES.items()}
_YEAR_OF_OTHER_BEDS = 2019  # trials have the beds of 2020
_LARGEST = 700.0  # the logarithm of the largest float, nearly: an emulator of few trials says anything
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


def summed_up(done: Calibrated, posterior: str) -> Fitted:
    """Sum a calibration up."""
    plan = done.plan
    return Fitted(
        seed=plan.seed, code=fingerprint(), evidence=digest_of_evidence(), posterior=posterior,
        trials=plan.trials, second=plan.second, province=plan.province, sets=done.tested.sets,
        draws=plan.draws, possible=done.possible, numbers=_numbers(done), targets=_targets(done),
        judged=_judged(done),
    )  # fmt: skip


def _numbers(done: Calibrated) -> tuple[FittedNumber, ...]:
    found = []
    for column, prior in enumerate(done.known):
        low, middle, high = (_rounded(each) for each in prior.bounds)
        normal = done.normal[:, column]
        informed = bool(normal.std() < INFORMED or abs(normal.mean()) > MOVED)
        p05, p50, p95 = (_rounded(each) for each in np.quantile(done.values[:, column], QUANTILES))
        tested = done.tested
        tests = (tested.right, tested.wider, tested.shifted, done.trials_tested.right)
        p_values = (_rounded(each[column]) for each in tests)
        found.append(
            FittedNumber(prior.name, low, middle, high, p05, p50, p95, informed, *p_values)
        )  # fmt: skip
    return tuple(found)


def _targets(done: Calibrated) -> tuple[FittedTo, ...]:
    """Put every observation beside what the model says of it, in the observation's own unit."""
    emulated, predicted = done.predictions()
    checked = said(done.checked)
    found = []
    for column, target in enumerate(targets()):
        figure = target.observation.figure
        scale = figure.value / np.exp(target.log)  # of a shape, what it is taken beside
        found.append(
            FittedTo(
                indicator=figure.indicator, place=figure.place, year=figure.first_year, unit=figure.unit,
                observed=figure.value, spread=target.spread,
                before=_three(done.said_before[:, column], scale),
                model=_three(checked[:, column], scale),
                emulated=_three(emulated[:, column], scale),
                predicted=_three(predicted[:, column], scale),
                explained=_rounded(done.explained[column]),
            )
        )  # fmt: skip
    return tuple(found)


def _judged(done: Calibrated) -> tuple[Judged, ...]:
    """Put the figures that were kept out beside what whole provinces say of them, where trials count them."""
    counts = dict(zip(COUNTS, done.checked.T, strict=False))  # what trials come to begins with the counts
    found = []
    for observation in load_observations(Role.JUDGE):
        figure = observation.figure
        values = _said_of(figure.indicator, counts) if figure.first_year != _YEAR_OF_OTHER_BEDS else None
        if values is not None:
            low, middle, high = (_rounded(each) for each in np.quantile(values, (0, 0.5, 1)))
            found.append(
                Judged(
                    figure.indicator,
                    figure.place,
                    figure.year,
                    figure.unit,
                    figure.value,
                    (low, middle, high),
                )
            )
    return tuple(found)


def _said_of(indicator: str, counts: Mapping[str, Floats]) -> Floats | None:
    """Return what trials say of a figure that judges, None where they do not count it."""
    if indicator == "recipients_of_poor_disabled_living_allowance":
        return counts["living_allowance"]
    kind = KINDS.get(indicator.removeprefix("institution_bed_occupancy_"))
    return None if kind is None else np.asarray(100 * counts[f"in_{kind}"] / counts[f"beds_{kind}"])


def _three(logs: Floats, scale: float) -> tuple[float, float, float]:
    ends = np.quantile(np.minimum(logs, _LARGEST), QUANTILES)
    low, middle, high = (_rounded(scale * np.exp(each)) for each in ends)
    return low, middle, high


def _rounded(value: float) -> float:
    return float(f"{float(value):.6g}")
