"""Found the census of 2010, live every resident to the census of 2020, and hold both against each other.

``python -m calibration.hindcast`` fits mortality on expected lives (``calibration.mortality_fit``), lives the
province market by market on some workers, prints each figure with its bound, and writes ``hindcast.json``.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from calibration.decade import FIRST, LAST, MONTHS, YEARS, Mortality, decade_tables, gained_at, un_mortality
from calibration.mortality_fit import CENTRAL, Decade, fit, is_fitted, left_out, says, value_of
from calibration.observations import Observation, Role, load_observations
from calibration.projection import expected, founded
from calibration.validation import FILE, Beside, Compared, Hindcast, written
from evidence import vital
from evidence.census import census_margins, founding_tables
from evidence.imputed import imputed_2010
from evidence.settings import load_parameters
from evidence.table import FOLDER, load_evidence
from scenarios.workers import worker_context
from sim.compiled import fingerprint
from sim.founding import FoundingTables, found
from sim.history import BIRTHS, DEATHS, History
from sim.life import live
from sim.margins import AGE_STARTS, Cells, rake
from sim.places import load_atlas
from sim.rates import AGES, OLDEST, Floats, LifeTables, year_in
from sim.residents import Residents
from sim.stocks import check_conserved, residents_by_month
from sim.streams import Stream

SEED = 20101101
GIVEN = {"resident_population": "given", "births_revised_base": "given"}
PARTLY = ("age_60_plus", "age_65_plus")
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Lived:
    """What agents came to: residents of 2020 by sex and age, (2, 111); births and deaths by year, (2, 11)."""

    by_age: Floats
    flows: Floats
    cpu_seconds: float

    def __add__(self, other: Lived) -> Lived:
        """Put two markets together."""
        seconds = self.cpu_seconds + other.cpu_seconds
        return Lived(self.by_age + other.by_age, self.flows + other.flows, seconds)


@lru_cache(maxsize=1)
def _founding() -> tuple[Cells, FoundingTables, Floats]:
    """Return the cells of 2010, the tables of founders, and who is expected in each county."""
    evidence, settings, atlas = load_evidence(), load_parameters(), load_atlas()
    cells = rake(census_margins(evidence, atlas, settings, FIRST))
    tables = founding_tables(evidence, settings, FIRST)
    return cells, tables, founded(cells, tables, range(len(atlas.counties.code)))


@lru_cache(maxsize=2)
def tables_at(mortality: Mortality) -> LifeTables:
    """Return the tables of life of the decade."""
    return decade_tables(load_evidence(), load_parameters(), load_atlas(), _founding()[2], mortality)


def expected_decade(mortality: Mortality = CENTRAL) -> Decade:
    """Return the expected lives of the decade, of all counties."""
    start = _founding()[2]
    return Decade(start, expected(tables_at(mortality), range(len(start))), mortality)


def live_market(number: int, mortality: Mortality, seed: int = SEED) -> Lived:
    """Found a market in 2010 and live it to 2020.

    Raises LawBroken where residents are not conserved.
    """
    begun = time.process_time()
    atlas, stream = load_atlas(), Stream.of(seed, 0)
    cells, founding, _ = _founding()
    tables = tables_at(mortality)
    people = found(cells, founding, tables, atlas, atlas.markets[number], stream)
    counties = len(atlas.counties.code)
    founders = np.bincount(people.county, minlength=counties)
    history = live(people, MONTHS, tables, stream)
    here = residents_by_month(history, people, counties)
    check_conserved(history, founders, here, atlas.counties.name.tolist())
    return Lived(_by_age(history, people), _by_year(history), time.process_time() - begun)


def _by_age(history: History, people: Residents) -> Floats:
    """Count who is here at the end by sex and completed age."""
    here = np.flatnonzero(history.lives["leaves"] > MONTHS - 1)
    age = np.minimum((MONTHS - 1 - people.whole("birth_month")[here].astype(np.int64)) // 12, OLDEST)
    cells = people.whole("sex")[here].astype(np.int64) * AGES + age
    return np.bincount(cells, minlength=2 * AGES).reshape(2, AGES).astype(np.float64)


def _by_year(history: History) -> Floats:
    years = np.array([int(year_in(month)) for month in range(MONTHS)])
    flows = [history.flows[flow].sum(axis=0) for flow in (BIRTHS, DEATHS)]
    return np.array([np.bincount(years, each, len(YEARS)) for each in flows])


def live_province(mortality: Mortality, workers: int = 0, tell: Tell = print) -> Lived:
    """Live all markets on some workers (0: one a core), the largest first."""
    markets = load_atlas().markets
    sizes = _founding()[0].residents.sum(axis=1)
    order = sorted(range(len(markets)), key=lambda n: -sizes[list(markets[n].counties)].sum())
    count = min(workers or os.cpu_count() or 1, len(order))
    total: Lived | None = None
    for done, (number, lived) in enumerate(_lived(order, mortality, count), start=1):
        total = lived if total is None else total + lived
        tell(f"{done}/{len(order)} {markets[number].name}")
    assert total is not None  # there are markets
    return total


def _lived(order: list[int], mortality: Mortality, workers: int) -> Iterator[tuple[int, Lived]]:
    if workers == 1:
        yield from ((number, live_market(number, mortality)) for number in order)
        return
    with ProcessPoolExecutor(workers, worker_context()) as pool:
        jobs = {pool.submit(live_market, number, mortality): number for number in order}
        yield from ((jobs[job], job.result()) for job in as_completed(jobs))


def hindcast(workers: int = 0, tell: Tell = print) -> Hindcast:
    """Fit mortality, live the decade and compare."""
    begun = time.process_time()
    observations = load_observations(Role.HINDCAST)
    fitted = [each for each in observations if is_fitted(each)]
    decade = expected_decade()
    mortality = fit(decade, fitted)
    tell(f"mortality: {mortality}")
    without = dict(zip(map(id, fitted), left_out(decade, fitted), strict=True))
    projected = expected_decade(mortality).at(mortality)
    unfitted = decade.at(Mortality(load_parameters()["life.mortality_scale"]))
    own = time.process_time() - begun
    lived = live_province(mortality, workers, tell)
    figures = tuple(
        Compared(
            indicator=each.figure.indicator, year=each.figure.first_year, published=each.figure.value,
            simulated=value_of(each.figure.indicator, each.figure.first_year, lived.by_age, lived.flows),
            expected=says(projected, each), within=each.within, basis=_basis(each),
            unfitted=each.miss(says(unfitted, each)), left_out=without.get(id(each)),
        )
        for each in observations
    )  # fmt: skip
    evidence, settings = load_evidence(), load_parameters()
    return Hindcast(
        seed=SEED, code=fingerprint(), evidence=digest_of_evidence(),
        level=mortality.level, trend=mortality.trend, slope=mortality.slope, figures=figures,
        births_without_given=_births_by_fewer_numbers(figures),
        beside=_life_expectancies(mortality), migrants_of_60_plus=gained_at(evidence, settings, 60),
        ages_published=_five_years(vital.population(evidence, LAST)),
        ages_simulated=_five_years(lived.by_age),
        imputed=tuple((each.zh, each.en) for each in imputed_2010()), cpu_seconds=own + lived.cpu_seconds,
    )  # fmt: skip


def _basis(observation: Observation) -> str:
    indicator = observation.figure.indicator
    if is_fitted(observation):
        return "fitted"
    partly = "partly" if indicator.startswith(PARTLY) else "predicted"
    return GIVEN.get(indicator, partly)


def _five_years(by_age: Floats) -> tuple[tuple[int, ...], ...]:
    """Sum residents by sex and group of five years, the last 100 and older."""
    starts = [0, *AGE_STARTS[2:]]
    return tuple(tuple(round(n) for n in np.add.reduceat(each, starts)) for each in by_age)


def _births_by_fewer_numbers(figures: tuple[Compared, ...]) -> dict[str, list[float]]:
    """Return the misses of births where Fujian's fertility relates to the UN's by one number, or by two.

    Births are in proportion to the scale of the year: within ten years nobody born gives birth.
    """
    births = [each for each in figures if each.indicator == "births_revised_base"]
    years = np.array([each.year for each in births])
    given = load_evidence().series("asfr_scale_fujian_vs_wpp")
    at_one = np.array([each.expected / given[each.year] / each.published for each in births])
    one = at_one * (at_one.sum() / (at_one**2).sum())
    columns = at_one[:, None] * np.stack((np.ones(len(years)), years - years.mean()), axis=1)
    two = columns @ np.linalg.lstsq(columns, np.ones(len(years)), rcond=None)[0]
    return {"one": [float(each) for each in one - 1], "two": [float(each) for each in two - 1]}


def _life_expectancies(mortality: Mortality) -> tuple[Beside, ...]:
    """Return life expectancy at birth of 2010 and 2015: published, and at the fitted mortality."""
    evidence, out = load_evidence(), []
    for year in (2010, 2015):
        by_sex = un_mortality(evidence)[year - FIRST] * mortality.scale()[year - FIRST]
        lived = np.exp(-np.cumsum(by_sex, axis=1) + by_sex / 2).sum(axis=1)
        boys = load_parameters()["life.sex_ratio_at_birth"]
        both = float(np.average(lived, weights=[boys, 100]))
        figure = evidence.figure("e0_both", year=year)
        out.append(
            Beside(f"life expectancy at birth, {year}", f"{year}年平均预期寿命", figure.value, round(both, 2),
                   figure.unit, figure.source)
        )  # fmt: skip
    return tuple(out)


@cache
def digest_of_evidence() -> str:
    """Return a hash of the tables of evidence."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.csv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def main() -> None:
    """Run the hindcast, print it and store it."""
    done = hindcast()
    FILE.write_text(written(done), encoding="utf-8")
    for each in done.figures:
        bound = "" if each.within is None else f"within {each.within:.0%}: {'yes' if each.holds else 'NO'}"
        print(f"{each.indicator:24} {each.year} {each.published:12,.0f} {each.simulated:12,.0f} "
              f"{each.miss:+7.2%} {each.basis:9} {bound}")  # fmt: skip
    print(f"{done.cpu_seconds:.0f} CPU seconds")


if __name__ == "__main__":
    main()
