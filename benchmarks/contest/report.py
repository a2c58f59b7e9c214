"""The figures of all contestants beside each other, as text and as data."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np

from contest.scores import BETTER_HIGH
from contest.tables import Table

NEAR = 0.01  # of the best score: what counts as good where one is not first
SHARE, LEAST = 0.25, 10.0  # of AutoGluon's seconds that fitting may take, and what it may take always
COVERED = 0.87, 0.93
REFERENCE = "HistGradientBoosting"


@dataclass(frozen=True)
class Entry:
    """The score of a contestant on a table, its standard error, what it took, and the scores of all resamples."""

    value: float
    error: float
    facts: dict[str, Any]
    resamples: np.ndarray | None


Found = list[tuple[Table, dict[str, Entry]]]


def ranks(table: Table, entries: dict[str, Entry]) -> dict[str, float]:
    """Return the rank of each: 1 and one more for each that is better."""
    values = {name: loss(table, one.value) for name, one in entries.items()}
    return {name: 1 + sum(other < value for other in values.values()) for name, value in values.items()}


def loss(table: Table, value: float) -> float:
    """Return ``value`` so that less is better."""
    return -value if BETTER_HIGH[table.metric] else value


def gap(table: Table, entries: dict[str, Entry], name: str) -> float:
    """Return by how much of the best score ``name`` is worse than that."""
    best = min((one.value for one in entries.values()), key=lambda value: loss(table, value))
    return (loss(table, entries[name].value) - loss(table, best)) / max(abs(best), 1e-12)


def behind(table: Table, entries: dict[str, Entry], name: str, other: str) -> tuple[float, float] | None:
    """Return by how much ``name`` is worse than ``other``, and the standard error of that: on the same rows."""
    one, two = entries.get(name), entries.get(other)
    if one is None or two is None or one.resamples is None or two.resamples is None:
        return None
    sign = -1 if BETTER_HIGH[table.metric] else 1
    return sign * (one.value - two.value), float((one.resamples - two.resamples).std())


def as_data(found: Found, ours: str) -> dict[str, Any]:
    """Return all figures as data."""
    rows = {}
    for table, entries in found:
        said = {name: {"value": one.value, "error": one.error, **one.facts} for name, one in entries.items()}
        facts = asdict(table)
        del facts["folder"], facts["classes"]
        apart = {name: behind(table, entries, ours, name) for name in entries if name != ours}
        places = {"ranks": ranks(table, entries), "behind": apart}
        rows[table.name] = {**facts, "metric": table.metric, "contestants": said, **places}
    return rows


def as_text(found: Found, names: tuple[str, ...]) -> str:
    """Return the tables that people read: scores, ranks, seconds, and what holds."""
    parts = [scores(found, names), seconds(found, names), verdicts(found, names[0])]
    return "\n\n".join(parts)


def scores(found: Found, names: tuple[str, ...]) -> str:
    """Return the scores, the best of each line marked, and the ranks below."""
    lines = [f"{'score ± standard error':24} {'':8} " + " ".join(f"{name:>21}" for name in names)]
    for table, entries in found:
        place = ranks(table, entries)
        cells = [cell(entries[name], place[name] == 1) if name in entries else "" for name in names]
        lines.append(f"{table.name:13} {table.rows:>10,} {table.metric:8} " + " ".join(f"{text:>21}" for text in cells))
    whole = [ranks(table, entries) for table, entries in found if len(entries) == len(names)]
    if whole:
        middle = " ".join(f"{median(one[name] for one in whole):>20.1f} " for name in names)
        mean = " ".join(f"{sum(one[name] for one in whole) / len(whole):>20.2f} " for name in names)
        lines += [f"{'median rank':24} {'':8} {middle}", f"{f'mean rank, {len(whole)} tables':24} {'':8} {mean}"]
    return "\n".join(lines)


def cell(entry: Entry, first: bool) -> str:
    """Return a score with its error."""
    return (
        f"{entry.value:,.4g} ± {entry.error:.2g}{'*' if first else ' '}"
        if entry.value >= 10
        else (f"{entry.value:.4f} ± {entry.error:.4f}{'*' if first else ' '}")
    )


def seconds(found: Found, names: tuple[str, ...]) -> str:
    """Return the seconds of fitting, of all processors and by the clock."""
    lines = [f"{'seconds of fitting: processors / clock':42} " + " ".join(f"{name:>20}" for name in names)]
    for table, entries in found:
        cells = [took(entries[name].facts) if name in entries else "" for name in names]
        lines.append(f"{table.name:42} " + " ".join(f"{text:>20}" for text in cells))
    return "\n".join(lines)


def took(facts: dict[str, Any]) -> str:
    """Return the seconds of a fit."""
    return f"{facts['processor']:.1f} / {facts['seconds']:.1f}"


def verdicts(found: Found, ours: str) -> str:
    """Return what holds and what does not: against the reference, the best, and in time."""
    lines = []
    for table, entries in [(table, entries) for table, entries in found if ours in entries]:
        said = [f"rank {ranks(table, entries)[ours]:.0f} of {len(entries)}"]
        if (apart := gap(table, entries, ours)) > NEAR:
            said.append(f"{100 * apart:.1f} % from the best")
        if (worse := behind(table, entries, ours, REFERENCE)) and worse[0] > worse[1]:
            said.append(
                f"worse than {REFERENCE} by {worse[0]:.4g}, {worse[0] / max(worse[1], 1e-12):.1f} standard errors"
            )
        said += late(entries, ours)
        facts = entries[ours].facts
        if facts.get("refused"):
            said.append(f"{facts['refused']:,} rows refused")
        lines.append(f"{table.name:13} {facts.get('chosen', ''):12} {'; '.join(said)}")
    return "\n".join([*lines, "", *summary(found, ours)])


def summary(found: Found, ours: str) -> Iterator[str]:
    """Yield what holds of all tables together."""
    mine = [(table, entries) for table, entries in found if ours in entries]
    worse = [behind(table, entries, ours, REFERENCE) for table, entries in mine]
    beyond = [one for one in worse if one and one[0] > one[1]]
    yield f"worse than {REFERENCE} by more than a standard error: {len(beyond)} of {len(worse)} tables"
    near = [gap(table, entries, ours) <= NEAR for table, entries in mine]
    yield f"first, or within {NEAR:.0%} of the best: {sum(near)} of {len(near)} tables"
    held = [inside(one) for one in (entries[ours] for _, entries in mine) if one.facts.get("expected")]
    yield f"score within the interval that the project's own report gives: {sum(held)} of {len(held)} tables"
    facts = [entries[ours].facts for _, entries in mine]
    known = [one["validated"] for one in facts if one.get("validated")]
    right = [one["interval"][0] <= one["holdout"] <= one["interval"][1] for one in known]
    yield f"own holdout within what validated rows let expect: {sum(right)} of {len(right)} tables"
    shares = [one["coverage"] for one in facts if one.get("coverage") is not None]
    close = [COVERED[0] <= share <= COVERED[1] for share in shares]
    yield (
        f"prediction intervals of 90 % hold {COVERED[0]:.0%} to {COVERED[1]:.0%} of the held-out targets: "
        f"{sum(close)} of {len(close)} tables ({', '.join(f'{share:.1%}' for share in sorted(shares))})"
    )


def inside(entry: Entry) -> bool:
    """Return whether the score lies in the interval that was expected."""
    low, high = entry.facts["expected"]["interval"]
    return bool(low <= entry.value <= high)


def late(entries: dict[str, Entry], ours: str) -> list[str]:
    """Return what is to be said where ours takes longer than it may beside AutoGluon."""
    if "AutoGluon" not in entries:
        return []
    mine, theirs = entries[ours].facts["processor"], entries["AutoGluon"].facts["processor"]
    over = mine > max(LEAST, SHARE * theirs)
    return [f"{100 * mine / theirs:.0f} % of AutoGluon's seconds{', too many' if over else ''}"]
