"""Two columns that are the target together: their sum, difference, product or ratio, the larger one, or equality."""

from collections.abc import Iterator, Mapping
from itertools import combinations, permutations

import numpy as np

from flights.exploration.separation import explained, is_classes, standard

BEST = 24
"""Columns, those that explain most by themselves, of which every two are tried."""

ALIKE = 0.8
"""Correlation of two columns from which on their difference may hold what neither does: a start and an end."""

MOST = 1_000
"""Pairs of columns that are alike."""

SCREEN = 300
"""Rows on which a pair has to do well before it is tried on all."""

PROMISING = 0.9

OPERATIONS = {
    "{} + {}": np.add,
    "{} - {}": np.subtract,
    "{} * {}": np.multiply,
    "{} / {}": np.divide,
    "greatest({}, {})": np.maximum,  # with a threshold, whether either is beyond it
    "least({}, {})": np.minimum,  # and whether both are
}

Pair = tuple[tuple[str, str], str, float]
"""The names of two columns, what is made of them, and the share of the target that it explains."""


def computed(numbers: Mapping[str, np.ndarray], alone: Mapping[str, float], target: np.ndarray) -> Iterator[Pair]:
    """Yield what OPERATIONS make of two columns, where promising; ``alone`` is what each explains."""
    few = _screen(target)
    for first, second in _pairs(numbers, alone):
        for words, operation in OPERATIONS.items():
            for left, right in permutations((first, second)) if operation is np.divide else [(first, second)]:
                with np.errstate(all="ignore"):
                    if explained(operation(numbers[left][few], numbers[right][few]), target[few]) < PROMISING:
                        continue
                    values = operation(numbers[left], numbers[right])
                yield (left, right), words.format(left, right), explained(values, target)


def equal(texts: Mapping[str, np.ndarray], target: np.ndarray) -> Iterator[Pair]:
    """Yield of every two columns of texts whether they are the same."""
    for left, right in combinations(list(texts)[:BEST], 2):
        missing = (texts[left] == None) | (texts[right] == None)  # noqa: E711  element by element
        same = np.where(missing, np.nan, (texts[left] == texts[right]).astype(np.float64))
        yield (left, right), f"{left} = {right}", explained(same, target)


def within_bounds(
    numbers: Mapping[str, np.ndarray], alone: Mapping[str, float], target: np.ndarray
) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Yield every two columns with a class of two, and how many rows of the other are within the bounds of its own.

    There is none where a rule such as ``a > 80 and b < 5`` made the class.
    """
    names = sorted(sorted(numbers, key=lambda name: -alone[name])[:BEST], key=list(numbers).index)
    for class_ in (0, 1):
        inside = np.zeros((len(names), int((target != class_).sum())), dtype=np.float32)
        for place, name in enumerate(names):
            inside[place] = _within(numbers[name], target == class_)
        both = inside @ inside.T
        for left, right in combinations(range(len(names)), 2):
            yield (names[left], names[right]), class_, int(both[left, right])


def _within(values: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Return which of the rows that are not ``here`` have a value from the least to the largest of those, or none."""
    own, others = values[here], values[~here]
    if np.isnan(own).any():
        return np.ones(len(others), dtype=bool)
    return np.asarray((others >= own.min()) & (others <= own.max()))


def _pairs(numbers: Mapping[str, np.ndarray], alone: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    names = list(numbers)
    best = sorted(names, key=lambda name: -alone[name])[:BEST]
    yield from combinations(sorted(best, key=names.index), 2)
    if len(names) > BEST:
        matrix = np.column_stack([standard(numbers[name]) for name in names])
        alike = np.abs(matrix.T @ matrix) / len(matrix)
        left, right = np.nonzero(np.triu(alike >= ALIKE, 1))
        strongest = np.argsort(-alike[left, right], kind="stable")[:MOST]
        known = set(best)
        yield from (
            (names[one], names[other])
            for one, other in zip(left[strongest], right[strongest], strict=True)
            if not {names[one], names[other]} <= known
        )


def _screen(target: np.ndarray) -> np.ndarray:
    """Return the rows that pairs are tried on first: as many of each class as there are, up to a share."""
    if not is_classes(target):
        return np.arange(min(SCREEN, len(target)))
    classes = np.unique(target)
    share = max(1, SCREEN // len(classes))
    return np.sort(np.concatenate([np.flatnonzero(target == class_)[:share] for class_ in classes]))
