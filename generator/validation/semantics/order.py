"""In what order names that are derived from one another can be worked out."""

from collections.abc import Iterable, Mapping

from sqlglot import exp

from generator.sql.parsing import column_names


def needs(trees: Mapping[str, exp.Expression]) -> dict[str, set[str]]:
    """Return which of the names each tree reads, in the spelling of ``trees``."""
    actual = {name.lower(): name for name in trees}
    return {
        name: {actual[read.lower()] for read in column_names(tree) if read.lower() in actual}
        for name, tree in trees.items()
    }


def levels(wanted: Mapping[str, set[str]]) -> dict[str, int]:
    """Return how many steps of derivation each name needs, 1 for the first; names behind a circle have none."""
    found: dict[str, int] = {}
    while ready := [name for name in wanted if name not in found and wanted[name] <= found.keys()]:
        found |= {name: 1 + max((found[other] for other in wanted[name]), default=0) for name in ready}
    return found


def circles(wanted: Mapping[str, set[str]]) -> list[list[str]]:
    """Return each circle once, as the names along it from the one that comes first in ``wanted``."""
    order = list(wanted)
    found: dict[frozenset[str], list[str]] = {}
    for start in order:
        for walk in _ways_back(start, wanted):
            found.setdefault(frozenset(walk), walk)
    return list(found.values())


def reaching(start: Iterable[str], trees: Mapping[str, exp.Expression]) -> set[str]:
    """Return the names in small letters that are in ``start`` or derived from it, however indirectly."""
    reached = set(start)
    while True:
        more = {name.lower() for name, tree in trees.items() if {n.lower() for n in column_names(tree)} & reached}
        if more <= reached:
            return reached
        reached |= more


def _ways_back(start: str, wanted: Mapping[str, set[str]]) -> list[list[str]]:
    """Return one shortest walk from ``start`` back to itself, if there is any."""
    seen: set[str] = set()
    walks = [[start]]
    while walks:
        walk = walks.pop(0)
        for name in sorted(wanted[walk[-1]]):
            if name == start:
                return [walk]
            if name not in seen:
                seen.add(name)
                walks.append([*walk, name])
    return []
