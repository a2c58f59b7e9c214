"""Columns that are set together with the target: a date of the event, an amount that was recovered."""

from collections.abc import Iterator, Sequence

import numpy as np

from flights.exploration.separation import is_classes

FEWEST = 10
"""Rows that have to be of one class, and all but alone."""

PURE = 0.99
COMMON = 0.9
"""Share of all rows up to which a class is rare enough for this to mean something."""

CHANCE = 1e-6
"""How likely it may be by accident."""


def filled(values: np.ndarray, target: np.ndarray, classes: Sequence[str]) -> str:
    """Return in words that for one class alone a column has a value, none, or an uncommon one; else nothing.

    Where the target is a number, its most frequent value is one class, and everything else the other.
    """
    if not is_classes(target):
        found, counts = np.unique(target, return_counts=True)
        common = found[counts.argmax()]
        target, classes = (target != common).astype(np.int64), (f"{common:g}", f"not {common:g}")
    for here, words in _sides(values):
        if said := _pure(here, target, classes):
            return f"{words} only where the target is {said}"
    return ""


def _sides(values: np.ndarray) -> Iterator[tuple[np.ndarray, str]]:
    """Yield which rows have a value, which have none, and which have another number than most, each in words."""
    texts = values.dtype == object
    missing = values == None if texts else np.isnan(values)  # noqa: E711  element by element
    if missing.any():
        yield ~missing, "has a value"
        yield missing, "has no value"
    if not texts and not missing.all():
        found, counts = np.unique(values[~missing], return_counts=True)
        common = found[counts.argmax()]
        if counts.max() > counts.sum() / 2:
            yield ~missing & (values != common), f"is not {common:g}"


def _pure(here: np.ndarray, target: np.ndarray, classes: Sequence[str]) -> str:
    """Return the class that all but all rows ``here`` are of, where that is no accident, and how many are."""
    counts, rows = np.bincount(target[here], minlength=len(classes)), int(here.sum())
    place = int(counts.argmax())
    share = float((target == place).mean())
    pure = rows >= FEWEST and counts[place] >= PURE * rows and share <= COMMON and share**rows < CHANCE
    return f"{classes[place]} ({counts[place]:,} of {rows:,} rows)" if pure else ""
