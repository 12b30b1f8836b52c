"""Turn published figures into what founding needs: the census's margins, and the tables drawn from.

``census_margins`` collects every total that the raking must meet; ``founding_tables`` builds ages in months,
marriage, motherhood and incomes. Figures come from ``calibration/evidence``, assumed numbers from
``calibration/parameters/founding.toml``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibration.evidence import PROVINCE, Evidence, Figure
from calibration.settings import load_parameters
from sim.errors import EvidenceError
from sim.founding import MONTHS_OF_AGE, YEARS_OF_AGE, FoundingTables
from sim.households import FamilyTables
from sim.kinds import Area, Quality, Sex
from sim.margins import AGE_STARTS, Imputed, Margin, Margins
from sim.parameters import Settings
from sim.places import Atlas

CENSUS = 2020
SEXES = ("male", "female")  # in the order of kinds.Sex
FIFTHS = ("low", "lower_middle", "middle", "upper_middle", "high")
INCOME_POINTS = 1000

_GROUPS = len(AGE_STARTS)
_NONE = -1
_HUSBAND_OLDER_YEARS = 2
_MARRIAGE_SPREAD_YEARS = 2.5
_WOMEN_NEVER_MARRYING = 0.01
_UNDER_AGE_MIGRANTS = 0.8  # children move with their parents, relative to ages 40–59

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def census_margins(evidence: Evidence, atlas: Atlas, settings: Settings | None = None) -> Margins:
    """Collect the margins of the census of 2020 and the seeds for what it leaves open.

    Tables, in the order in which they are raked: sexes and broad ages of cities and counties that published
    them, urban residents, province by age and sex, counties.
    """
    settings = settings or load_parameters()
    counties = evidence.by_county("resident_population", CENSUS)
    province = _province_ages(evidence)
    urban, urban_imputed = _urban(evidence, atlas, counties)
    tables = (
        *_place_tables(evidence, atlas, counties),
        urban,
        _age_sex(province),
        Margin("counties", np.arange(len(counties))[:, None, None, None], counties, tuple(atlas.counties.name),
               _county_qualities(evidence, atlas)),
    )  # fmt: skip
    collective, households = _household_margins(evidence, atlas, counties)
    return Margins(
        seed=_seed(evidence, atlas, settings, province, counties), counties=counties.astype(np.int64), tables=tables,
        collective=collective, households=households, collective_weight=_collective_weight(settings),
        household_size=_household_size(evidence, settings), imputed=(*urban_imputed, *_imputed(atlas, tables, collective)),
    )  # fmt: skip


def founding_tables(evidence: Evidence, settings: Settings) -> FoundingTables:
    """Build the tables that founding draws from; see ``sim.founding.FoundingTables``."""
    income, fit = _incomes(evidence)
    return FoundingTables(
        months=_ages_in_months(evidence), families=_family_tables(evidence, settings),
        extremely_poor=_by_area(evidence, "extremely_poor"), low_income=_by_area(evidence, "low_income_recipients"),
        extremely_poor_elder_share=settings["founding.extremely_poor_elder_share"],
        low_income_jobless_ratio=settings["founding.low_income_jobless_ratio"],
        income=income, income_fit=fit, income_work_weight=settings["founding.income_work_weight"],
        migrants=int(evidence.value("floating_population", year=CENSUS)),
        migrants_of_city=_migrants_of_cities(evidence), migrant_weight=_migrant_weight(settings),
    )  # fmt: skip


def _family_tables(evidence: Evidence, settings: Settings) -> FamilyTables:
    groups = np.searchsorted(AGE_STARTS, np.arange(YEARS_OF_AGE), side="right") - 1
    return FamilyTables(
        married=_married(evidence, settings),
        wed=_ever_married(settings["founding.marriage_age_women"], _WOMEN_NEVER_MARRYING),
        mother_age=_mother_ages(evidence),
        collective=_collective_weight(settings)[groups, Area.URBAN],
        next_birth=_next_birth(settings),
        elders_with_children=settings["founding.elders_with_children"],
        widowed_with_children_ratio=settings["founding.widowed_with_children_ratio"],
    )


# Margins


def _maybe(evidence: Evidence, indicator: str, place: str, year: int = CENSUS) -> Figure | None:
    """Return a figure, or None where there is none."""
    try:
        return evidence.figure(indicator, place, year)
    except EvidenceError:
        return None


def _places(atlas: Atlas) -> list[tuple[str, Ints]]:
    """List every city and every county with its counties, under the names that evidence uses."""
    cities = [(str(name), np.flatnonzero(atlas.counties.city == row)) for row, name in enumerate(atlas.cities.name)]
    homes = atlas.cities.name[atlas.counties.city]
    names = [f"{city}{county}" for city, county in zip(homes, atlas.counties.name, strict=True)]
    return cities + [(name, np.array([row])) for row, name in enumerate(names)]


def _province_ages(evidence: Evidence) -> Floats:
    """Return the province's residents by sex and age group, (2, 22)."""
    ends = (0, 4, *range(9, 100, 5))
    words = [str(a) if a == b else f"{a}-{b}" for a, b in zip(AGE_STARTS, ends, strict=False)] + ["100+"]
    return np.array([[evidence.value(f"population_{word}_{sex}", year=CENSUS) for word in words] for sex in SEXES])


def _age_sex(province: Floats) -> Margin:
    labels = tuple(f"{age} {sex}" for sex in SEXES for age in AGE_STARTS)
    groups = np.arange(province.size).reshape(1, *province.shape, 1)
    return Margin("age-sex", groups, province.ravel(), labels, (Quality.PUBLISHED,) * province.size)


def _county_qualities(evidence: Evidence, atlas: Atlas) -> tuple[Quality, ...]:
    names = [name for name, rows in _places(atlas)[len(atlas.cities.name) :]]
    return tuple(evidence.figure("resident_population", name, CENSUS).quality for name in names)


def _place_tables(evidence: Evidence, atlas: Atlas, counties: Floats) -> list[Margin]:
    """Make the tables of sexes and broad ages, of cities and then of counties."""
    places = _places(atlas)
    split = len(atlas.cities.name)
    tables = []
    for level, chosen in (("cities", places[:split]), ("counties", places[split:])):
        tables.append(_banded(f"sexes of {level}", chosen, counties, evidence, _sexes, axis=1))
        tables.append(_banded(f"ages of {level}", chosen, counties, evidence, _broad_ages, axis=2))
    return tables


def _banded(name, places, counties, evidence, bands, axis: int) -> Margin:  # type: ignore[no-untyped-def]
    """Make one table out of the bands that each place published along an axis (1 sexes, 2 age groups)."""
    length = len(Sex) if axis == 1 else _GROUPS
    groups = np.full((len(counties), length), _NONE)
    labels, totals, qualities = [], [], []
    for place, rows in places:
        for label, members, total, quality in bands(evidence, place, counties[rows].sum()):
            groups[np.ix_(rows, members)] = len(totals)
            labels.append(f"{place} {label}")
            totals.append(total)
            qualities.append(quality)
    shaped = groups[:, :, None, None] if axis == 1 else groups[:, None, :, None]
    return Margin(name, shaped, np.array(totals), tuple(labels), tuple(qualities))


def _sexes(evidence: Evidence, place: str, residents: float):  # type: ignore[no-untyped-def]
    """Yield men and women where they are published, as counts or as a share."""
    men = _maybe(evidence, "male", place) or _maybe(evidence, "share_male", place)
    if men is None:
        return
    count = men.value if men.unit == "persons" else men.value / 100 * residents
    yield "male", [int(Sex.MALE)], count, men.quality
    yield "female", [int(Sex.FEMALE)], residents - count, men.quality


def _broad_ages(evidence: Evidence, place: str, residents: float):  # type: ignore[no-untyped-def]
    """Yield the bands between the ages 0, 15, 60 and 65 at which a place published a count or a share."""
    above: dict[int, tuple[float, Quality]] = {0: (residents, Quality.PUBLISHED)}
    for age, word in ((15, "0_14"), (60, "60_plus"), (65, "65_plus")):
        figure = _maybe(evidence, f"age_{word}", place) or _maybe(evidence, f"share_{word}", place)
        if figure:
            count = figure.value if figure.unit == "persons" else figure.value / 100 * residents
            above[age] = (residents - count if age == 15 else count, figure.quality)
    cuts = [*above, 1000]
    for start, end in zip(cuts, cuts[1:], strict=False):
        members = [row for row, age in enumerate(AGE_STARTS) if start <= age < end]
        quality = max((above[cut][1] for cut in (start, end) if cut in above), key=list(Quality).index)
        if len(above) > 1:
            yield _band(start, end), members, above[start][0] - above.get(end, (0.0,))[0], quality


def _band(start: int, end: int) -> str:
    return f"{start}+" if end > 200 else f"{start}–{end - 1}"


def _urban(evidence: Evidence, atlas: Atlas, counties: Floats) -> tuple[Margin, list[Imputed]]:
    """Make the table of urban and rural residents: known counties, the rest of each city.

    Cities that published no share for 2020 take their share of 2018, its odds raised by one factor so that
    the province adds up.
    """
    known = evidence.by_county("urban_population", CENSUS)
    shares, published = _city_urban_shares(evidence, atlas, counties)
    groups = atlas.counties.city.copy()
    totals = [shares[city] * counties[groups == city].sum() for city in range(len(shares))]
    labels = [str(name) for name in atlas.cities.name]
    qualities = [Quality.PUBLISHED if done else Quality.DERIVED for done in published]
    for row in np.flatnonzero(~np.isnan(known)):
        totals[groups[row]] -= known[row]
        groups[row] = len(totals)
        totals.append(known[row])
        labels.append(str(atlas.counties.name[row]))
        qualities.append(Quality.PUBLISHED)
    cells, both = _both_areas(groups, np.array(totals), counties)
    names = [f"{label} {area}" for label in labels for area in ("rural", "urban")]
    table = Margin("urban", cells, both, tuple(names), tuple(np.repeat(np.array(qualities, dtype=object), 2)))
    missing = "、".join(str(name) for name, done in zip(atlas.cities.name, published, strict=True) if not done)
    return table, [_imputed_urban(missing)]


def _both_areas(groups: Ints, urban: Floats, counties: Floats) -> tuple[Ints, Floats]:
    """Split each group into rural (2g) and urban (2g + 1)."""
    whole = np.bincount(groups, counties)
    cells = (2 * groups[:, None] + np.array([Area.RURAL, Area.URBAN]))[:, None, None, :]
    return cells, np.column_stack([whole - urban, urban]).ravel()


def _city_urban_shares(evidence: Evidence, atlas: Atlas, counties: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return urban shares of the cities and which were published for 2020."""
    names = [str(name) for name in atlas.cities.name]
    published = [_maybe(evidence, "urban_share_yearend", name) for name in names]
    done = np.array([figure is not None for figure in published])
    past = np.array([evidence.value("urban_share_as_first_published", name, 2018) / 100 for name in names])
    fixed = np.array([figure.value / 100 if figure else 0.0 for figure in published])
    residents = np.bincount(atlas.counties.city, counties)
    total = evidence.value("urban_population", year=CENSUS)

    def raised(factor: float) -> Floats:
        odds = past / (1 - past) * factor
        return np.where(done, fixed, odds / (1 + odds))

    factor = _solve(lambda log: float(raised(np.exp(log)) @ residents) - total, -3.0, 3.0)
    return raised(np.exp(factor)), done


def _household_margins(evidence: Evidence, atlas: Atlas, counties: Floats) -> tuple[Margin, Margin]:
    """Make the margins of people in collective households and of family households.

    Places that published both stand for themselves; the rest share the province's remainder.
    """
    totals = [evidence.value("population_in_collective_households"), evidence.value("family_households", year=CENSUS)]
    groups = np.zeros(len(counties), dtype=np.int64)
    found = [[totals[0]], [totals[1]]]
    labels, qualities = [PROVINCE], [Quality.PUBLISHED]
    for place, rows in _places(atlas):
        known = _family_households(evidence, place, counties[rows].sum())
        if known is not None:
            parent = groups[rows[0]]
            groups[rows] = len(labels)
            labels.append(place)
            qualities.append(known[2])
            for column, value in zip(found, known[:2], strict=True):
                column[parent] -= value
                column.append(value)
    collective, households = (np.round(np.array(column)) for column in found)
    shared = (groups[:, None], tuple(labels), tuple(qualities))
    return (
        Margin("collective", shared[0], collective, *shared[1:]),
        Margin("households", shared[0], households, *shared[1:]),
    )


def _family_households(evidence: Evidence, place: str, residents: float) -> tuple[float, float, Quality] | None:
    """Return people in collective households and the number of family households of a place, if published."""
    households, people = (
        _maybe(evidence, name, place) for name in ("family_households", "population_in_family_households")
    )
    if households is None:
        return None
    if people is not None:
        return residents - people.value, households.value, people.quality
    size = evidence.value("mean_family_household_size", place, CENSUS)
    return residents - size * households.value, households.value, Quality.DERIVED


def _household_size(evidence: Evidence, settings: Settings) -> Floats:
    """Return relative household sizes by county: residents per family household in 2010, drawn together."""
    size = evidence.by_county("resident_population", 2010) / evidence.by_county("family_households_table_5_3", 2010)
    return np.where(np.isnan(size), np.nanmean(size), size) ** settings["founding.household_size_memory"]


# Seeds


def _seed(evidence: Evidence, atlas: Atlas, settings: Settings, province: Floats, counties: Floats) -> Floats:
    """Guess each cell from county, province's ages, urban share, sexes of 2010 and older villages."""
    men, women = (evidence.by_county(sex, 2010) for sex in SEXES)
    ratio = np.where(np.isnan(men), np.nansum(men) / np.nansum(women), men / women)
    by_sex = np.stack([ratio / (1 + ratio), 1 / (1 + ratio)], axis=1)
    urban = _urban_guess(evidence, atlas, counties)
    by_area = np.stack([1 - urban, urban], axis=1)
    rural = np.ones(_GROUPS)
    rural[:4] = settings["founding.rural_child_ratio"]
    rural[13:] = settings["founding.rural_elder_ratio"]
    by_age = np.stack([rural, np.ones(_GROUPS)], axis=1)
    return (
        counties[:, None, None, None] * by_sex[:, :, None, None] * by_area[:, None, None, :]
        * (province / province.sum(axis=1, keepdims=True))[None, :, :, None] * by_age[None, None]
    )  # fmt: skip


def _urban_guess(evidence: Evidence, atlas: Atlas, counties: Floats) -> Floats:
    """Guess counties' urban shares from their committees: a residents' committee stands for as many times the
    people of a village committee as makes the province's urban total."""
    committees = np.bincount(atlas.communities.county, atlas.communities.urban, len(counties))
    villages = np.bincount(atlas.communities.county, ~atlas.communities.urban, len(counties))
    total = evidence.value("urban_population", year=CENSUS)

    def shares(log: float) -> Floats:
        return np.exp(log) * committees / (np.exp(log) * committees + villages)

    return shares(_solve(lambda log: float(shares(log) @ counties) - total, 0.0, 6.0))


def _solve(function, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    """Find where an increasing function is zero, by halving."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def _collective_weight(settings: Settings) -> Floats:
    """Return the relative chance of living in a collective household by age group and area, (22, 2)."""
    weight = np.ones(_GROUPS)
    weight[:4] = 0.0  # under 15
    weight[4:6] = settings["founding.collective_student_ratio"]
    weight[13:] = settings["founding.collective_elder_ratio"]
    return np.stack([weight * settings["founding.collective_rural_ratio"], weight], axis=1)


def _imputed_urban(cities: str) -> Imputed:
    return Imputed(
        f"{cities}：2020年城镇人口占比未见公布，用2018年占比按同一倍数调整优势比，使全省合计等于普查数；"
        "城区与县的差别按居委会与村委会数量推算。",
        f"{cities}: no urban share for 2020; the odds of 2018 raised by one factor so that the province adds up, "
        "counties within a city by their residents' and village committees.",
    )


def _imputed(atlas: Atlas, tables: tuple[Margin, ...], collective: Margin) -> list[Imputed]:
    """Say what else is imputed, from what the tables leave out."""
    by_name = {table.name: table for table in tables}
    ages = _cities_outside(atlas, by_name["ages of cities"])
    sexes = _cities_outside(atlas, by_name["sexes of cities"])
    shared = "、".join(label for label in collective.labels[1:])
    return [
        Imputed(f"{ages}：年龄构成未见公布，分担全省余数。", f"{ages}: ages not published; they share the remainder."),
        Imputed(f"{sexes}：性别构成未见公布，以2010年普查为初值分担余数。",
                f"{sexes}: sexes not published; they share the remainder, seeded with 2010."),
        Imputed("城乡分年龄未见公布：乡村老人、儿童占比高于城镇的倍数为假定。",
                "Ages by urban and rural were not found: how much older villages are is assumed."),
        Imputed(f"集体户与家庭户：除{shared}外分担全省余数（户规模以2010年为初值）。",
                f"Collective and family households: all but {shared} share the remainder (sizes seeded with 2010)."),
    ]  # fmt: skip


def _cities_outside(atlas: Atlas, table: Margin) -> str:
    """Name the cities of which a table says nothing."""
    inside = (table.groups.reshape(len(atlas.counties.code), -1) != _NONE).any(axis=1)
    return "、".join(str(name) for row, name in enumerate(atlas.cities.name) if not inside[atlas.counties.city == row].any())


# Tables


def _ages_in_months(evidence: Evidence) -> Floats:
    """Return the share of each sex younger than m completed months, (2, 1321).

    Below 5 years by births month by month, a monotone curve (PCHIP, Fritsch & Butland 1984) through yearly
    births; from 5 to 99 by the same curve through the census's groups; above 100 by the death rate.
    """
    from scipy.interpolate import PchipInterpolator

    province = _province_ages(evidence)
    edges = np.array(AGE_STARTS) * 12
    curve = np.zeros((len(Sex), MONTHS_OF_AGE + 1))
    months = np.arange(MONTHS_OF_AGE + 1)
    born = _born_since(evidence)
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


def _born_since(evidence: Evidence) -> Floats:
    """Return births in the m months before the census of 2020-11-01, m from 0 to 60."""
    from scipy.interpolate import PchipInterpolator

    births = evidence.series("births_revised_base")
    years = [year for year in sorted(births) if year >= 2014]
    curve = PchipInterpolator([*years, years[-1] + 1], np.cumsum([0.0, *(births[year] for year in years)]))
    census = CENSUS + 10 / 12
    return np.asarray(curve(census) - curve(census - np.arange(61) / 12))


def _married(evidence: Evidence, settings: Settings) -> Floats:
    """Return the chance of living with a spouse by sex and age, (2, 110).

    Who has married follows a logistic curve; a spouse, two years older or younger, has survived since by the
    life table; a fixed share lives apart. Remarriage is left out.
    """
    ages = np.arange(YEARS_OF_AGE)
    survival = {sex: _survival(evidence, sex) for sex in SEXES}
    rows = []
    for sex, spouse, older in (("male", "female", -_HUSBAND_OLDER_YEARS), ("female", "male", _HUSBAND_OLDER_YEARS)):
        median = settings[f"founding.marriage_age_{'men' if sex == 'male' else 'women'}"]
        never = settings["founding.never_marrying_men"] if sex == "male" else _WOMEN_NEVER_MARRYING
        wed = _ever_married(median, never)
        partner = np.clip(ages + older, 0, YEARS_OF_AGE - 1)
        alive = survival[spouse][partner] / survival[spouse][round(median) + older]
        rows.append(np.where(ages < 20, 0.0, wed * np.minimum(alive, 1.0) * (1 - settings["founding.spouses_apart"])))
    return np.stack(rows)


def _ever_married(median: float, never: float) -> Floats:
    """Return the share that has married by each age, 0 to 109."""
    return (1 - never) / (1 + np.exp(-(np.arange(YEARS_OF_AGE) - median) / _MARRIAGE_SPREAD_YEARS))


def _survival(evidence: Evidence, sex: str) -> Floats:
    """Return survivors to each exact age, 0 to 109, by the UN's rates of 2015–2020 scaled to Fujian."""
    scale = evidence.value("mx_scale_fujian_vs_wpp_2020_2025")
    words = [str(age) for age in AGE_STARTS[:-1]] + ["100+"]
    rates = np.array([evidence.value(f"mx_{word}_{sex}", "China", "2015-2020") for word in words]) * scale
    yearly = rates[np.searchsorted(AGE_STARTS, np.arange(YEARS_OF_AGE), side="right") - 1]
    return np.exp(-np.append(0.0, yearly.cumsum()[:-1]))


def _mother_ages(evidence: Evidence) -> Floats:
    """Return births per woman and year by age, 0 to 109: the mean of the UN's rates for China, 2010 to 2020."""
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
    return np.where(before == 0, 1.0, second * later ** np.maximum(before - 1, 0))


def _by_area(evidence: Evidence, name: str) -> Ints:
    """Return a count of mid-2021, rural and urban, in the order of kinds.Area."""
    return np.array([int(evidence.value(f"{area}_{name}", year="2021-06")) for area in ("rural", "urban")])


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
            return _thousandths(logs).reshape(len(FIFTHS), -1).mean(axis=1) / means - 1

        fit = least_squares(miss, np.log([means[2], 2.5, 1.0]), bounds=([5, -1, -2], [14, 3, 3]))
        curves.append(np.round(_thousandths(fit.x)).astype(np.int64))
        errors.append(miss(fit.x))
    return np.stack(curves), np.stack(errors)


def _thousandths(logs: Floats) -> Floats:
    """Return mean income in each thousandth of a Singh–Maddala curve: log of scale and of both shapes."""
    scale, a, q = np.exp(logs)
    ranks = (np.arange(INCOME_POINTS * 20) + 0.5) / (INCOME_POINTS * 20)
    return np.asarray((scale * ((1 - ranks) ** (-1 / q) - 1) ** (1 / a)).reshape(INCOME_POINTS, 20).mean(axis=1))


def _migrants_of_cities(evidence: Evidence) -> Floats:
    """Return floating residents of each city of the registry, NaN where not published."""
    from sim.places import load_atlas

    found = [_maybe(evidence, "floating_in", str(name)) for name in load_atlas().cities.name]
    return np.array([figure.value if figure else np.nan for figure in found])


def _migrant_weight(settings: Settings) -> Floats:
    """Return the relative chance of being registered elsewhere by age group and area, (22, 2)."""
    weight = np.ones(_GROUPS)
    weight[:4] = _UNDER_AGE_MIGRANTS
    weight[4:9] = settings["founding.migrant_young_ratio"]
    weight[13:] = settings["founding.migrant_elder_ratio"]
    return np.stack([weight * settings["founding.migrant_rural_ratio"], weight], axis=1)
