"""Build the tables that founders are drawn from: ages in months, marriage, motherhood, incomes, migrants.

Figures come from ``evidence/tables``, assumed numbers from ``evidence/parameters/founding.toml``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from evidence.table import Evidence, Figure
from sim.families import YEARS_OF_AGE, FamilyTables
from sim.founding import MONTHS_OF_AGE, FoundingTables
from sim.kinds import Area, Sex
from sim.margins import AGE_STARTS
from sim.parameters import Settings
from sim.places import load_atlas

CENSUS = 2020
SEXES = ("male", "female")  # in the order of kinds.Sex
FIFTHS = ("low", "lower_middle", "middle", "upper_middle", "high")
INCOME_POINTS = 1000

_GROUPS = len(AGE_STARTS)
_HUSBAND_OLDER_YEARS = 2
_MARRIAGE_SPREAD_YEARS = 2.5
_WOMEN_NEVER_MARRYING = 0.01
_YOUNGEST_SPOUSE = 20  # years
_UNDER_AGE_MIGRANTS = 0.8  # children move with their parents, relative to ages 40–59

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def founding_tables(evidence: Evidence, settings: Settings, census: int = CENSUS) -> FoundingTables:
    """Build the tables that founding draws from; see ``sim.founding.FoundingTables``.

    For the census of 2010 ages and migrants are its own; incomes and support stay those of 2020.
    """
    income, fit = _incomes(evidence)
    return FoundingTables(
        months=_ages_in_months(evidence, census),
        families=_family_tables(evidence, settings),
        extremely_poor=_by_area(evidence, "extremely_poor"),
        extremely_poor_elder_share=settings["founding.extremely_poor_elder_share"],
        low_income=_by_area(evidence, "low_income_recipients"),
        low_income_jobless_ratio=settings["founding.low_income_jobless_ratio"],
        income=income,
        income_fit=fit,
        income_work_weight=settings["founding.income_work_weight"],
        migrants=int(evidence.value("floating_population", year=census)),
        migrants_of_city=_migrants_of_cities(evidence, census),
        migrant_weight=_migrant_weight(settings),
    )


def _family_tables(evidence: Evidence, settings: Settings) -> FamilyTables:
    groups = np.searchsorted(AGE_STARTS, np.arange(YEARS_OF_AGE), side="right") - 1
    return FamilyTables(
        married=_married(evidence, settings),
        wed=_ever_married(settings["founding.marriage_age_women"], _WOMEN_NEVER_MARRYING),
        mother_age=_mother_ages(evidence),
        collective=collective_weight(settings)[groups, Area.URBAN],
        next_birth=_next_birth(settings),
        elders_with_children=settings["founding.elders_with_children"],
        widowed_with_children_ratio=settings["founding.widowed_with_children_ratio"],
    )


def maybe(evidence: Evidence, indicator: str, place: str, year: int = CENSUS) -> Figure | None:
    """Return a figure, or None where there is none."""
    return evidence.known(indicator, place, year)


def province_ages(evidence: Evidence, census: int = CENSUS) -> Floats:
    """Return the province's residents by sex and age group, (2, 22)."""
    ends = (0, 4, *range(9, 100, 5))
    words = [str(a) if a == b else f"{a}-{b}" for a, b in zip(AGE_STARTS, ends, strict=False)] + ["100+"]
    names = [[f"population_{word}_{sex}" for word in words] for sex in SEXES]
    return np.array([[evidence.value(name, year=census) for name in row] for row in names])


def collective_weight(settings: Settings) -> Floats:
    """Return the relative chance of living in a collective household by age group and area, (22, 2)."""
    weight = np.ones(_GROUPS)
    weight[:4] = 0.0  # under 15
    weight[4:6] = settings["founding.collective_student_ratio"]
    weight[13:] = settings["founding.collective_elder_ratio"]
    return np.stack([weight * settings["founding.collective_rural_ratio"], weight], axis=1)


def _ages_in_months(evidence: Evidence, census: int) -> Floats:
    """Return the share of each sex younger than m completed months, (2, 1321).

    Below 5 years by births month by month, a monotone curve (PCHIP, Fritsch & Butland 1984) through yearly
    births; from 5 to 99 by the same curve through the census's groups; above 100 by the death rate.
    """
    from scipy.interpolate import PchipInterpolator

    province = province_ages(evidence, census)
    edges = np.array(AGE_STARTS) * 12
    curve = np.zeros((len(Sex), MONTHS_OF_AGE + 1))
    months = np.arange(MONTHS_OF_AGE + 1)
    born = _born_since(evidence, census)
    for sex in Sex:
        below = np.append(0.0, province[sex].cumsum())
        curve[sex] = PchipInterpolator(edges, below[:-1])(np.minimum(months, 1200))
        for group, (start, end) in enumerate(((0, 12), (12, 60))):
            inside = (born[start : end + 1] - born[start]) / (born[end] - born[start])
            curve[sex, start : end + 1] = below[group] + inside * province[sex, group]
        rate = evidence.value(f"mx_100+_{SEXES[sex]}", "China", "2020-2025")
        old = -np.expm1(-rate * (months[1200:] - 1200) / 12)
        curve[sex, 1200:] = below[-2] + province[sex, -1] * old / old[-1]
    return curve / curve[:, -1:]


def _born_since(evidence: Evidence, census: int) -> Floats:
    """Return births in the m months before a census on 1 November, m from 0 to 60.

    Where the five years before have no births on record, before 2010, they are taken as even.
    """
    from scipy.interpolate import PchipInterpolator

    births = evidence.series("births_revised_base")
    years = [year for year in sorted(births) if census - 6 <= year <= census]
    if not years:
        return np.arange(61) / 12
    curve = PchipInterpolator([*years, years[-1] + 1], np.cumsum([0.0, *(births[year] for year in years)]))
    day = census + 10 / 12
    return np.asarray(curve(day) - curve(day - np.arange(61) / 12))


def _married(evidence: Evidence, settings: Settings) -> Floats:
    """Return the chance of living with a spouse by sex and age, (2, 110).

    Who has married follows a logistic curve; a spouse, two years older or younger, has survived since by the
    life table; a fixed share lives apart. Remarriage is left out.
    """
    together = 1 - settings["founding.spouses_apart"]
    men = _ever_married(settings["founding.marriage_age_men"], settings["founding.never_marrying_men"])
    women = _ever_married(settings["founding.marriage_age_women"], _WOMEN_NEVER_MARRYING)
    wives = _spouse_alive(evidence, "female", settings["founding.marriage_age_men"], -_HUSBAND_OLDER_YEARS)
    husbands = _spouse_alive(evidence, "male", settings["founding.marriage_age_women"], _HUSBAND_OLDER_YEARS)
    grown = np.arange(YEARS_OF_AGE) >= _YOUNGEST_SPOUSE
    return np.stack([men * wives, women * husbands]) * together * grown


def _spouse_alive(evidence: Evidence, spouse: str, married_at: float, older: int) -> Floats:
    """Return the chance that a spouse, so many years older, has lived from marriage to each own age."""
    survivors = _survival(evidence, spouse)
    ages = np.clip(np.arange(YEARS_OF_AGE) + older, 0, YEARS_OF_AGE - 1)
    return np.asarray(np.minimum(survivors[ages] / survivors[round(married_at) + older], 1.0))


def _ever_married(median: float, never: float) -> Floats:
    """Return the share that has married by each age, 0 to 109."""
    late = (median - np.arange(YEARS_OF_AGE)) / _MARRIAGE_SPREAD_YEARS
    return np.asarray((1 - never) / (1 + np.exp(late)))


def _survival(evidence: Evidence, sex: str) -> Floats:
    """Return survivors to each exact age, 0 to 109, by the UN's rates of 2015–2020 scaled to Fujian."""
    scale = evidence.value("mx_scale_fujian_vs_wpp_2020_2025")
    words = [str(age) for age in AGE_STARTS[:-1]] + ["100+"]
    rates = np.array([evidence.value(f"mx_{word}_{sex}", "China", "2015-2020") for word in words]) * scale
    yearly = rates[np.searchsorted(AGE_STARTS, np.arange(YEARS_OF_AGE), side="right") - 1]
    return np.asarray(np.exp(-np.append(0.0, yearly.cumsum()[:-1])))


def _mother_ages(evidence: Evidence) -> Floats:
    """Return births per woman and year by age, 0 to 109: the UN's rates for China, mean of 2010 to 2020."""
    from scipy.interpolate import PchipInterpolator

    starts = range(15, 50, 5)
    rates = [np.mean(list(evidence.series(f"asfr_{age}-{age + 4}", "China").values())) for age in starts]
    curve = PchipInterpolator([*starts, 50], np.cumsum([0.0, *(5 * rate for rate in rates)]))
    weights = np.zeros(YEARS_OF_AGE)
    weights[15:50] = np.diff(curve(np.arange(15, 51)))
    return weights


def _next_birth(settings: Settings) -> Floats:
    """Return the relative chance of another birth by births before, (256,)."""
    before = np.arange(256)
    second, later = settings["founding.second_birth_ratio"], settings["founding.later_birth_ratio"]
    return np.asarray(np.where(before == 0, 1.0, second * later ** np.maximum(before - 1, 0)))


def _by_area(evidence: Evidence, name: str) -> Ints:
    """Return a count of mid-2021, rural and urban, in the order of kinds.Area."""
    return np.array([int(evidence.value(f"{area}_{name}", year="2021-06")) for area in ("rural", "urban")])


@lru_cache(maxsize=1)
def _incomes(evidence: Evidence) -> tuple[Ints, Floats]:
    """Fit incomes to the means of fifths, rural and urban.

    Returns mean income in each thousandth, yuan a head and year, (2, 1000), and the relative error of each
    fifth's mean, (2, 5). The curve is Singh & Maddala's (1976, Econometrica 44:963; Burr XII).
    """
    from scipy.optimize import least_squares

    curves, errors = [], []
    for area in ("rural", "urban"):
        names = [f"disposable_income_{area}_quintile_{fifth}" for fifth in FIFTHS]
        means = np.array([evidence.value(name, year=CENSUS) for name in names])

        def miss(logs: Floats, means: Floats = means) -> Floats:
            return np.asarray(_thousandths(logs).reshape(len(FIFTHS), -1).mean(axis=1) / means - 1)

        fit = least_squares(miss, np.log([means[2], 2.5, 1.0]), bounds=([5, -1, -2], [14, 3, 3]))
        curves.append(np.round(_thousandths(fit.x)).astype(np.int64))
        errors.append(miss(fit.x))
    return np.stack(curves), np.stack(errors)


def _thousandths(logs: Floats) -> Floats:
    """Return mean income in each thousandth of a Singh–Maddala curve: log of scale and of both shapes."""
    scale, a, q = np.exp(logs)
    ranks = (np.arange(INCOME_POINTS * 20) + 0.5) / (INCOME_POINTS * 20)
    incomes = scale * ((1 - ranks) ** (-1 / q) - 1) ** (1 / a)
    return np.asarray(incomes.reshape(INCOME_POINTS, 20).mean(axis=1))


def _migrants_of_cities(evidence: Evidence, census: int) -> Floats:
    """Return floating residents of each city of the registry, NaN where not published."""
    found = [maybe(evidence, "floating_in", str(name), census) for name in load_atlas().cities.name]
    return np.array([figure.value if figure else np.nan for figure in found])


def _migrant_weight(settings: Settings) -> Floats:
    """Return the relative chance of being registered elsewhere by age group and area, (22, 2)."""
    weight = np.ones(_GROUPS)
    weight[:4] = _UNDER_AGE_MIGRANTS
    weight[4:9] = settings["founding.migrant_young_ratio"]
    weight[13:] = settings["founding.migrant_elder_ratio"]
    return np.stack([weight * settings["founding.migrant_rural_ratio"], weight], axis=1)
