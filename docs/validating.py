"""What the validation page says: tables and the picture that ``docs/generate.py`` lays out.

Each function returns the head and the rows of one table of ``docs/validation.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

Laid = tuple[Iterable[object], Sequence[Iterable[object]]]


def hindcast(part: str) -> Laid:
    """Return a table of the hindcast."""
    from calibration.validation import load_hindcast
    from results.hindcasts import TABLES

    return TABLES[part](load_hindcast())


def three_states(layout: str) -> Laid:
    """Return cohorts through loss of function: ages that are shown, or the widest differences."""
    from calibration import three_states

    laid: Laid = getattr(three_states, layout)(three_states.of_2020())
    return laid


def back_test() -> Laid:
    """Return the forecast's method, from 2015, beside what followed."""
    from calibration.forecast import table_of_test

    return table_of_test()


def table_one() -> Laid:
    """Return the loads of the plan's Table 1, 2015 to 2020."""
    from calibration.table_one import table

    return table()


def fit(part: str) -> Laid:
    """Return a table of the fit."""
    from calibration.fitted import load_fitted
    from results import fits
    from scenarios.load import load_scenario

    if part == "numbers":
        return fits.numbers(load_fitted(), load_scenario("baseline-2020").settings)
    laid: Laid = getattr(fits, part)(load_fitted())
    return laid


def picture() -> str:
    """Draw the hindcast."""
    from calibration.validation import load_hindcast
    from results.hindcast_picture import draw

    return draw(load_hindcast())


TABLES: dict[str, Callable[[], Laid]] = {
    **{
        f"hindcast-{part}": partial(hindcast, part)
        for part in ("figures", "bases", "mortality", "births", "beside", "assumed")
    },
    **{f"three-states-{part}": partial(three_states, part) for part in ("shown", "widest")},
    "forecast-back-test": back_test,
    "table-one": table_one,
    **{f"fit-{part}": partial(fit, part) for part in ("numbers", "targets", "judged", "tests")},
}
