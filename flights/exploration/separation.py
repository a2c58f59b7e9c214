"""How much of the target one list of values explains: 1 is all of it, 0 is nothing."""

import math

import numpy as np

KNOWN = 0.2
"""Share of the rows that has to have a value."""

FEWEST = 10
"""Rows outside the most frequent class; with fewer, chance separates as well."""

GROUP = 5
"""Rows that share a value from which on they speak for themselves; fewer are compared with their neighbours."""

HONEST, CHANCE = 0.85, 0.1
"""The share of the errors that an honest column may take away, and how likely an accident may be."""

MIDDLE = (0.05, 0.95)
"""The part of the target's range in which a straight line has to fit as well, not only through a few large values."""


def is_classes(target: np.ndarray) -> bool:
    """Return whether ``target`` holds the places of classes, and not measurements."""
    return target.dtype.kind in "iu"


def explained(values: np.ndarray, target: np.ndarray) -> float:
    """Return the share of ``target`` that ``values`` explain, over the rows that have a value.

    For classes it is the share of errors that go away, against guessing the most frequent class, when each row is
    guessed from the others with its value, or next to it in order. For numbers it is the squared correlation.
    """
    known = np.isfinite(values)
    if known.mean() < KNOWN:
        return 0.0
    return separated(values[known], target[known]) if is_classes(target) else correlated(values[known], target[known])


def separated(values: np.ndarray, target: np.ndarray) -> float:
    """Return the share of errors that the order of ``values`` takes away: all, where the classes lie side by side."""
    counts = np.bincount(target)
    others = len(target) - int(counts.max())
    if others < FEWEST:
        return 0.0
    order = np.lexsort((target, values))
    values, target = values[order], target[order]
    runs = _starts((values[1:] != values[:-1]) | (target[1:] != target[:-1]))
    sizes = np.diff(runs, append=len(target))
    groups = _starts(values[runs][1:] != values[runs][:-1])
    rows = np.add.reduceat(sizes, groups)
    largest, class_ = np.divmod(np.maximum.reduceat(sizes * len(counts) + target[runs], groups), len(counts))
    small = np.minimum(rows[1:], rows[:-1]) < GROUP
    jumps = int(((class_[1:] != class_[:-1]) & small).sum())
    wrong = len(target) - int(largest.sum()) + max(0, jumps - int((counts > 0).sum()) + 1)
    return max(0.0, 1 - wrong / others)


def _starts(new: np.ndarray) -> np.ndarray:
    """Return where groups of rows start, from which rows differ from those before them."""
    return np.concatenate([[0], np.flatnonzero(new) + 1])


def correlated(values: np.ndarray, target: np.ndarray) -> float:
    """Return the squared correlation, on all rows or in the middle of the target's range, whichever is less."""
    if len(target) < FEWEST:
        return 0.0
    low, high = np.quantile(target, MIDDLE)
    middle = (target >= low) & (target <= high)
    return min(_squared(values, target), _squared(values[middle], target[middle]))


def _squared(values: np.ndarray, target: np.ndarray) -> float:
    if len(target) < FEWEST:
        return 0.0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        values, target = values - values.mean(), target - target.mean()
        size = float((values @ values) * (target @ target))
        found = float(values @ target) ** 2 / size if size > 0 else 0.0
    return found if np.isfinite(found) else 0.0


def evident(share: float, target: np.ndarray, tries: int, part: float = 1.0) -> bool:
    """Return whether an honest column would hardly have taken away so much of the errors in so few rows.

    The errors that it leaves are counted, as rare ones are, by Poisson's law. ``tries`` is how many columns, or pairs
    of them, the best was taken of; ``part`` the share of the rows that it was measured on. Numbers have no errors.
    """
    if not is_classes(target):
        return True
    others = part * (len(target) - int(np.bincount(target).max()))
    expected, left = (1 - HONEST) * others, int((1 - share) * others + 0.5)
    if left >= expected:
        return False
    logs = (count * math.log(expected) - expected - math.lgamma(count + 1) for count in range(left + 1))
    return tries * sum(map(math.exp, logs)) <= CHANCE


def halves(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to fit on and those to measure on."""
    return np.arange(0, rows, 2), np.arange(1, rows, 2)


def improvement(guess: np.ndarray, target: np.ndarray) -> float:
    """Return the share of errors, or of the variance, that ``guess`` takes away against always guessing the same."""
    if is_classes(target):
        others = len(target) - int(np.bincount(target).max())
        return 1 - int((guess != target).sum()) / others if others else 0.0
    spread = float(((target - target.mean()) ** 2).sum())
    return 1 - float(((target - guess) ** 2).sum()) / spread if spread else 0.0


def standard(values: np.ndarray) -> np.ndarray:
    """Return ``values`` about their mean, in units of their spread, gaps at the mean."""
    known = np.isfinite(values)
    spread = values[known].std() if known.any() else 0.0
    return np.where(known, (values - values[known].mean()) / spread, 0.0) if spread else np.zeros(len(values))
