"""Whole numbers that name something, as the number of a customer: which are more than how large they are."""

from collections.abc import Iterator

import numpy as np

from generator.new.answers import Choice
from generator.new.reading import Raw
from generator.new.shares import sampled
from generator.schema.problem import Task

FEWEST_VALUES = 50
"""Different values of a column of names; with fewer, trees can tell each from the others by itself."""

FEWEST_ROWS = 3
"""Rows that a value has on average: less say nothing of it."""

FOLDS = 5
BINS = 60
"""Bins of as many values each: how large a number is, and no more."""

SMOOTH_BIN, SMOOTH = 1.0, 10.0
"""Rows that the mean of all counts as, beside the many rows of a bin and the few of a value."""

SHARE, ERRORS = 0.005, 6.0
"""The share of the target that the names explain beyond their size, at least, and how many standard errors that is."""

NONE = -1.0
"""Where a number is missing."""


def codes_of(
    raw: Raw, choices: tuple[Choice, ...], target: Choice, task: Task, time: Choice | None
) -> dict[str, float]:
    """Return the share of the target that the values of each column of names explain beyond how large they are.

    It is measured on some rows that the means are not made of: later ones too where rows have a time. A quantity has no
    such share, as its neighbours say as much of it.
    """
    some = {choice.name: choice for choice in choices if _repeats(choice)}
    if not some:
        return {}
    columns, values, classes = sampled(raw, some if time is None else some | {time.name: time}, target, task)
    about = np.eye(len(classes))[values] if classes else values[:, None]
    about = about - about.mean(axis=0)
    folds = _folds(columns[time.name] if time else np.arange(len(about)), blocks=time is not None)
    return dict(_more({name: columns[name] for name in some}, about, folds))


def _repeats(choice: Choice) -> bool:
    """Return whether a column has whole numbers, many different ones, and each of them several times."""
    distinct, present = choice.measure.distinct, choice.measure.present
    many = distinct >= FEWEST_VALUES and present >= FEWEST_ROWS * distinct
    return many and choice.role == "input" and choice.kind.type == "integer"


def _folds(order: np.ndarray, *, blocks: bool) -> np.ndarray:
    """Return the fold of each row: ``blocks`` of ``order``, or one row after the other."""
    places = np.argsort(np.argsort(order, kind="stable"), kind="stable")
    return places * FOLDS // len(places) if blocks else places % FOLDS


def _more(columns: dict[str, np.ndarray], about: np.ndarray, folds: np.ndarray) -> Iterator[tuple[str, float]]:
    """Yield the columns whose values say more of ``about``, shape (rows, outcomes), than their bins, and how much."""
    for name, numbers in columns.items():
        known = np.where(np.isnan(numbers), NONE, numbers)
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)))
        left = about - _means(np.searchsorted(edges, known), about, folds, SMOOTH_BIN)
        more = _means(np.unique(known, return_inverse=True)[1], left, folds, SMOOTH)
        gain = (left**2 - (left - more) ** 2).sum(axis=1)
        error = gain.std() / np.sqrt(len(gain))
        if gain.mean() > max(SHARE * (about**2).sum(axis=1).mean(), ERRORS * error):
            yield name, float(gain.sum() / (about**2).sum())


def _means(groups: np.ndarray, about: np.ndarray, folds: np.ndarray, smooth: float) -> np.ndarray:
    """Return the mean of ``about`` in each row's group by rows of other folds, with ``smooth`` rows of zero added."""
    cells, size = groups * FOLDS + folds, (int(groups.max()) + 1) * FOLDS

    def others(weights: np.ndarray | None) -> np.ndarray:
        table = np.bincount(cells, weights=weights, minlength=size).reshape(-1, FOLDS)
        return np.asarray((table.sum(axis=1, keepdims=True) - table).ravel()[cells])

    sums = np.stack([others(outcome) for outcome in about.T], axis=1)
    return np.asarray(sums / (others(None) + smooth)[:, None])
