"""A service made up for tests, in one file."""

from __future__ import annotations

from pathlib import Path

NUMBER = """value = {0}
unit = "days"
source = "a test"
year = 2020
quality = "assumed"
reason = "a test"
"""

MADE_UP = (
    """id = "reading-aloud"
name = { zh = "读报", en = "reading aloud" }
plan = "三.2"
mechanism = "occupancy"
pool = "reader"
group = "reading-aloud"
unit = { zh = "名", en = "readers" }
client = { zh = "听众", en = "listener" }
targets = []
first = ["state"]

[asks]
every_months = 6
reason = "a test"

[needed.blind]
label = { zh = "视力残疾人", en = "people with a visual disability" }
who = { age_years = [18, 200], disability_kind = ["visual"], living = ["alone"] }
reason = "a test"

[needed.blind.place]
"""
    + NUMBER.format(0.25)
    + "[wish]\n"
    + NUMBER.format(0.5)
    + "[patience_days]\n"
    + NUMBER.format(60)
    + "[reach_km]\n"
    + NUMBER.format(500)
    + """
[odds.young]
label = { zh = "年轻人", en = "the young" }
who = { age_years = [18, 30] }
ratio = "elder-bed.odds.aged-80"
reason = "a test"

[standard]
within_days = 14
share = 0.9
reason = "a test"
"""
)


def write_made_up(folder: Path, old: str = "", new: str = "") -> Path:
    """Write the definition, a part of it replaced."""
    assert old in MADE_UP, "the fault must be made"
    path = folder / "reading-aloud.toml"
    path.write_text(MADE_UP.replace(old, new, 1), encoding="utf-8")
    return path
