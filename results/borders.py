"""The borders of the counties, for drawing: outer rings in degrees, their centres and extent."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

FILE = Path(__file__).parent / "map" / "counties.geojson"
Ring = npt.NDArray[np.float64]  # (points, 2): degrees east and north, the first point again at the end


@cache
def polygons() -> dict[int, list[Ring]]:
    """Read the outer rings of every county, by code.

    >>> len(polygons())
    83
    """
    features = json.loads(FILE.read_text(encoding="utf-8"))["features"]
    return {
        int(each["properties"]["county_code"]): [
            np.asarray(part[0], dtype=float) for part in each["geometry"]["coordinates"]
        ]
        for each in features
    }


def centre(ring: Ring) -> tuple[float, float]:
    """Return the centroid of a ring's area.

    >>> centre(np.array([[0, 0], [2, 0], [2, 4], [0, 4], [0, 0]], dtype=float))
    (1.0, 2.0)
    """
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    cross = x * next_y - next_x * y
    three_areas = 3 * cross.sum()
    centre_x = ((x + next_x) * cross).sum() / three_areas
    centre_y = ((y + next_y) * cross).sum() / three_areas
    return float(centre_x + ring[0, 0]), float(centre_y + ring[0, 1])


def bounds(codes: Collection[int]) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of some counties, degrees."""
    points = np.concatenate([ring for code, rings in polygons().items() if code in codes for ring in rings])
    left, bottom = points.min(axis=0)
    right, top = points.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def tallness(codes: Collection[int]) -> float:
    """Return height over width of some counties on the ground."""
    left, bottom, right, top = bounds(codes)
    return (top - bottom) / ((right - left) * float(np.cos(np.radians((bottom + top) / 2))))
