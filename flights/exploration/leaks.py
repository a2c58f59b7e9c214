"""Find what may be the target in another coat: columns that explain nearly all of it, alone or a few together.

Whoever knows the data decides whether such a column is known when the prediction is made; a target may be easy.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from flights.exploration.pairs import BEST, OPERATIONS, computed, equal, within_bounds
from flights.exploration.presence import filled
from flights.exploration.separation import evident, explained, halves, is_classes
from flights.exploration.shallow import NAMED, tree, weighted
from flights.exploration.words import written

CLASSES, NUMBERS = 0.99, 0.995
"""Share of the errors, or of the variance, that nothing but the target is expected to take away."""

MORE = 0.5
"""What columns together may leave, of what the best of them leaves, to be worth a word."""

MOST = 100
"""Columns that are tried together: those that explain most by themselves."""

FEW = 2
"""Columns from which on they are tried together."""

REPEATED = (3, 0.5)
"""The fewest different values, and their most as a share of the rows, for one to one to be no accident."""

ROWS, CELLS = 5_000, 4_000_000
"""Rows, and values, that are looked at."""

BOUNDS = 2
"""Bounds of a rule of two questions, on each of which lies a row."""

HALF = 0.5
"""Share of the rows that what is fitted on the others is measured on."""

SHOWN = 4
"""Columns or words that a finding names."""


@dataclass(frozen=True)
class Leak:
    """Columns that may know the target, and what was seen of them."""

    columns: tuple[str, ...]
    statement: str


@dataclass(frozen=True)
class Column:
    """Numbers with NaN, or texts with None; the same as numbers; and the share of the target that these explain."""

    values: np.ndarray
    coded: np.ndarray
    alone: float


@dataclass(frozen=True)
class Table:
    """Columns in which rows have no order, and the target: numbers, or places in ``classes``."""

    columns: Mapping[str, Column]
    target: np.ndarray
    classes: Sequence[str]

    def without(self, names: Collection[str]) -> "Table":
        """Return the table without the columns ``names``."""
        columns = {name: column for name, column in self.columns.items() if name not in names}
        return Table(columns, self.target, self.classes)

    @property
    def numbers(self) -> dict[str, np.ndarray]:
        """Return the columns of numbers."""
        return {name: column.values for name, column in self.columns.items() if column.values.dtype != object}

    @property
    def texts(self) -> dict[str, np.ndarray]:
        """Return the columns of texts."""
        return {name: column.values for name, column in self.columns.items() if column.values.dtype == object}

    @property
    def enough(self) -> float:
        """Return the share that is suspicious."""
        return CLASSES if is_classes(self.target) else NUMBERS

    def says(
        self, columns: tuple[str, ...], subject: str, share: float, tries: int, part: float = 1.0, more: float = 0.0
    ) -> Iterator[Leak]:
        """Yield that ``subject`` explains ``share`` of the target, where that is much and more than each does.

        It is the best of ``tries``, and measured on a ``part`` of the rows: few rows prove little. ``more`` is the
        share of the errors that new rows would add.
        """
        alone = max(self.columns[name].alone for name in columns) if len(columns) > 1 else 0.0
        much = share >= self.enough and 1 - share <= MORE * (1 - alone)
        if much and evident(share - more, self.target, tries, part):
            if is_classes(self.target):
                wrong = (1 - share) * (1 - np.bincount(self.target).max() / len(self.target))
                yield Leak(columns, f"{subject} predicts the target in {1 - wrong:.1%} of the rows")
            else:
                yield Leak(columns, f"{subject} explains {share:.1%} of the target's variance")


def redundant(columns: Mapping[str, np.ndarray]) -> list[tuple[str, ...]]:
    """Return groups of columns that go one to one with each other: as a number of a shop with its name."""
    groups: dict[bytes, list[str]] = {}
    rows = _rows(columns)
    for name, values in columns.items():
        places: dict[object, int] = {}
        plain = [None if value != value else value for value in values[:rows].tolist()]
        codes = [places.setdefault(value, len(places)) for value in plain]
        if REPEATED[0] <= len(places) <= REPEATED[1] * len(codes):
            groups.setdefault(np.array(codes).tobytes(), []).append(name)
    return [tuple(names) for names in groups.values() if len(names) > 1]


def leaks(columns: Mapping[str, np.ndarray], target: np.ndarray, classes: Sequence[str] = ()) -> list[Leak]:
    """Return what explains ``target`` all but wholly, the plainest first; each column is named once.

    ``columns`` are numbers with NaN, or texts with None, for missing values; their rows have no order. ``target`` is
    numbers, or places in ``classes``.
    """
    rows = _rows(columns)
    target = target[:rows]
    table = Table({name: _column(values[:rows], target) for name, values in columns.items()}, target, classes)
    found: list[Leak] = []
    for search in (_alone, _filled, _written, _paired, _bounded, _summed, _asked):
        for leak in search(table):
            if set(leak.columns) <= set(table.columns):
                found.append(leak)
                table = table.without(leak.columns)
    return found


def _rows(columns: Mapping[str, np.ndarray]) -> int:
    return min(ROWS, CELLS // max(len(columns), 1))


def _alone(table: Table) -> Iterator[Leak]:
    for name, column in table.columns.items():
        yield from table.says((name,), f"{name} alone", column.alone, len(table.columns))


def _filled(table: Table) -> Iterator[Leak]:
    for name, column in table.columns.items():
        if said := filled(column.values, table.target, table.classes):
            yield Leak((name,), f"{name} {said}")


def _written(table: Table) -> Iterator[Leak]:
    for name, texts in table.texts.items() if is_classes(table.target) else ():
        words, share = written(texts, table.target)
        listed = ", ".join(f"'{word}'" for word in words[:SHOWN])
        yield from table.says((name,), f"{name}, by words such as {listed},", share, len(table.texts), HALF)


def _paired(table: Table) -> Iterator[Leak]:
    alone = {name: column.alone for name, column in table.columns.items()}
    pairs = [*computed(table.numbers, alone, table.target), *equal(table.texts, table.target)]
    columns = min(len(table.numbers), BEST)
    tries = len(OPERATIONS) * columns * (columns - 1) // 2
    for names, text, share in sorted(pairs, key=lambda pair: -pair[2]):
        yield from table.says(names, text, share, tries)


def _bounded(table: Table) -> Iterator[Leak]:
    """Yield two columns between whose bounds all rows of a class lie, and none of the other.

    Bounds are not chosen to separate classes, so that this is no accident; rows on them count as errors.
    """
    if is_classes(table.target) and len(np.unique(table.target)) == 2:
        alone = {name: column.alone for name, column in table.columns.items()}
        few = int(np.bincount(table.target).min())
        for names, class_, others in within_bounds(table.numbers, alone, table.target):
            subject = f"{_named(names)}, by bounds within which all rows of {table.classes[class_]} lie,"
            yield from table.says(names, subject, 1 - others / few, 1, more=BOUNDS / few)


def _summed(table: Table) -> Iterator[Leak]:
    """Yield a weighted sum of numbers, and for a product one of their logarithms."""
    numbers = {name: table.numbers[name] for name in _best(table, table.numbers)}
    if len(numbers) < FEW:
        return
    if len(np.unique(table.target)) == 2 or not is_classes(table.target):
        columns, share = weighted(numbers, table.target, table.enough)
        yield from table.says(columns, f"a weighted sum of {_named(columns)}", share, NAMED, HALF)
    if not is_classes(table.target) and table.target.min() > 0:
        positive = {name: np.log(values) for name, values in numbers.items() if np.nanmin(values, initial=np.inf) > 0}
        columns, share = weighted(positive, np.log(table.target), table.enough) if len(positive) >= FEW else ((), 0.0)
        yield from table.says(columns, f"a product of {_named(columns)}", share, NAMED, HALF)


def _asked(table: Table) -> Iterator[Leak]:
    names = _best(table, table.columns)
    if len(names) >= FEW:
        columns, share = tree({name: table.columns[name].coded for name in names}, table.target)
        yield from table.says(columns, f"a tree that asks for {_named(columns)}", share, 1, HALF)


def _best(table: Table, names: Collection[str]) -> list[str]:
    best = set(sorted(names, key=lambda name: -table.columns[name].alone)[:MOST])
    return [name for name in names if name in best]


def _named(columns: Sequence[str]) -> str:
    if len(columns) > SHOWN:
        return f"{', '.join(columns[:SHOWN])} and {len(columns) - SHOWN} more"
    return " and ".join(filter(None, (", ".join(columns[:-1]), *columns[-1:])))


def _column(values: np.ndarray, target: np.ndarray) -> Column:
    if values.dtype == object:
        coded = _coded(values, target)
    else:
        # Models see single precision: what is beyond it counts as missing, and the square of the rest fits a double.
        coded = values = np.where(np.abs(values) <= np.finfo(np.float32).max, values, np.nan)
    return Column(values, coded, explained(coded, target))


def _coded(texts: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the place of every text in the order of the target's mean in the rows to fit on; unknown ones first."""
    fit, _ = halves(len(texts))
    sums: dict[str | None, tuple[float, int]] = {}
    for text, value in zip(texts[fit], target[fit].tolist(), strict=True):
        before, rows = sums.get(text, (0.0, 0))
        sums[text] = (before + value, rows + 1)
    order = sorted(sums, key=lambda text: (sums[text][0] / sums[text][1], text or ""))
    places = {text: float(place) for place, text in enumerate(order, start=1)}
    return np.array([places.get(text, 0.0) for text in texts])
