"""What provincial totals are spread by: persons of the census, county by county, from the raked cells."""

from __future__ import annotations

import numpy as np

from sim.margins import Cells
from sim.supply import CensusBase

# Age groups of the cells: 0, 1-4, 5-9, …; those from 60-64 on.
_FROM_60 = 13
_UNDER_3_OF_1_TO_4 = (
    0.48  # derived: births of 2017-11 to 2019-10 among those of 2015-11 to 2019-10 (revised series)
)


def census_base(cells: Cells) -> CensusBase:
    """Count residents, urban residents, people of 60 and over, and children under 3 in each county."""
    counts = np.asarray(cells.counts)
    by_age = counts.sum(axis=(1, 3))
    return CensusBase(
        residents=counts.sum(axis=(1, 2, 3)),
        urban_residents=counts[..., 1].sum(axis=(1, 2)),
        age_60_plus=by_age[:, _FROM_60:].sum(axis=1),
        under_3=by_age[:, 0] + np.rint(_UNDER_3_OF_1_TO_4 * by_age[:, 1]).astype(np.int64),
    )
