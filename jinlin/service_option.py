"""The option ``--service``: a service by its id, or by its name in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from sim.errors import RunError


def service_ids(words: Sequence[str]) -> list[str]:
    """Return the ids of services that were named; raises RunError with the names that there are.

    >>> service_ids(["nursing-bed", "护理型床位"])
    ['nursing-bed', 'nursing-bed']
    """
    from scenarios.load import define

    services = define().services
    ids = {name: each.id for each in services for name in (each.id, each.name.en, each.name.zh)}
    for word in words:
        if word not in ids:
            near = get_close_matches(word, ids, 1) or [name for name in ids if word and word in name]
            known = ", ".join(f"{each.id} {each.name.zh}" for each in services)
            remedy = f"; did you mean {near[0]}?" if near else ""
            raise RunError(f"--service {word!r} must be one of {known}{remedy}")
    return [ids[word] for word in words]
