"""Which accounts of staff a scenario keeps: a cadre's, where any [workforce.<cadre>.…] is written.

Elsewhere a cadre has no turnover: its numbers are those that the scenario dates, and what would move its
staff is neither read nor drawn nor probed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scenarios.schema import DatedValue, Written
from sim.errors import Fault, ScenarioError
from sim.supply import Cadre, Turnover

Cadres = tuple[Cadre, ...]
Turnovers = Mapping[str, Turnover]  # by cadre


def kept_accounts(cadres: Cadres, turnovers: Turnovers, written: Written) -> Cadres:
    """Give a turnover to the cadres whose account a scenario keeps."""
    owners = {key.split(".")[1] for key in written.dated if key.startswith("workforce.")}
    return tuple(replace(each, turnover=turnovers[each.id]) if each.id in owners else each for each in cadres)


def turnover_names(cadres: Iterable[Cadre]) -> set[str]:
    """Name the settings that move the staff of some cadres."""
    return {name for cadre in cadres if cadre.turnover for name in cadre.turnover.names}


def check_accounts(turnovers: Turnovers, cadres: Cadres, written: Written) -> None:
    """Refuse a number of turnover that nothing reads, and a filled share beside the account that makes it.

    Raises ScenarioError, one line, for the first that is found.
    """
    for owner, turnover in turnovers.items():
        for name in sorted((set(turnover.names) - turnover_names(cadres)) & set(written.overrides)):
            each = written.overrides[name]
            allowed = f"left out where no [workforce.{owner}.…] is written"
            remedy = f"write [workforce.{name}] to keep the account of this staff"
            raise _fault(each.file, f"set.{name}", each.value, allowed, remedy)
    for cadre in cadres:
        dated = written.dated.get(f"staff.{cadre.id}")
        share = dated is not None and dated.unit.setting == cadre.staffed_share
        if cadre.turnover and dated and share and len(set(dated.values)) > 1:
            raise _moving(cadre, dated)


def _moving(cadre: Cadre, dated: DatedValue) -> ScenarioError:
    allowed = f"one value, that of 2020, where [workforce.{cadre.id}.…] is written"
    remedy = "the share filled is then what comes of hiring and attrition; leave it out or extend another"
    return _fault(dated.file, f"{dated.key}.path", dated.written(), allowed, remedy)


def _fault(file: str, key: str, value: object, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(str(Fault(file, key, value, allowed, remedy)))
