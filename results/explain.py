"""Explain a number of the first page: its rows, formula, scenario values and sources."""

from __future__ import annotations

from difflib import get_close_matches

from results.facts import first_page
from results.notation import interval_word
from results.provenance import Fact
from results.tables import Run
from results.words import say
from sim.errors import RunError

_MOST = 12


def explain(run: Run, id: str, language: str = "en") -> str:
    """Return the account of a first-page number.

    Raises RunError, with candidates, where no number has that id, and where only a report would ask for it.
    """
    facts = first_page(run, language).facts
    if id not in facts and _of_probes(id) and not run.has("turning"):
        raise RunError(
            f"the assumed numbers of {run.folder} were not moved yet, so it has no {id!r}: "
            f"'jinlin report {run.folder}' moves them"
        )
    if id not in facts:
        raise RunError(
            f"no number {id!r} on the first page of {run.name}; "
            f"candidates: {', '.join(_near(id, list(facts)))}"
        )
    return "\n".join(account(facts[id], language))


def account(fact: Fact, language: str) -> list[str]:
    """Write a fact as lines of text."""
    parts = (
        ("rows", fact.rows),
        ("formula", (fact.formula,)),
        ("inputs", fact.inputs),
        ("scenario_values", fact.scenario),
        ("sources", fact.sources),
    )
    lines = [f"{fact.id}", f"  {fact.title}", f"  = {fact.text}  [{interval_word(fact.number, language)}]"]
    for key, entries in parts:
        lines += [f"  {say(key, language)}{say('colon', language)}{entry}" for entry in entries]
    return lines


def _of_probes(id: str) -> bool:
    """Tell whether an id can name a number that rests on probes."""
    return id.startswith(("turning.", "effect.")) or (id.startswith("verdict.") and id.endswith(".binding"))


def _near(id: str, known: list[str]) -> list[str]:
    """List the ids that resemble one, those that hold it as a part first."""
    inside = [each for each in known if id and id in each]
    alike = get_close_matches(id, known, n=_MOST, cutoff=0.4)
    return list(dict.fromkeys([*inside, *alike]))[:_MOST] or known[:_MOST]
