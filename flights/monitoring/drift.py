"""How far logged rows are from the reference, and how far rows are from each other while nothing changes."""

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

QUANTILES = np.linspace(0, 1, 1_001)  # of numbers, between which no difference is made


@dataclass(frozen=True)
class Watched:
    """A column of the reference and of the rows that are compared with it, as places among the values of the reference."""

    reference: np.ndarray
    compared: np.ndarray
    ordered: bool

    @cached_property
    def counts(self) -> np.ndarray:
        """The rows of the reference at each place."""
        places = 1 + max(self.reference.max(initial=0), self.compared.max(initial=0))
        return np.bincount(self.reference, minlength=places)

    def distance(self, apart: np.ndarray) -> float:
        """Return how far two distributions are from each other, 0 to 1, by what is between their shares of each place.

        For numbers the largest gap between the two cumulative distributions (Kolmogorov-Smirnov, missing values last);
        for categories the share that would have to change its value (total variation).
        """
        return float(np.abs(np.cumsum(apart)).max() if self.ordered else np.abs(apart).sum() / 2)

    def drift(self, places: np.ndarray) -> float:
        """Return how far rows at ``places`` are from the reference."""
        shares = np.bincount(places, minlength=len(self.counts)) / len(places)
        return self.distance(shares - self.counts / len(self.reference))

    def drift_within(self, block: slice) -> float:
        """Return how far the rows of the reference in ``block`` are from its other rows."""
        inside = np.bincount(self.reference[block], minlength=len(self.counts))
        rows = inside.sum()
        return self.distance(inside / rows - (self.counts - inside) / (len(self.reference) - rows))

    def explained(self, cells: np.ndarray) -> float:
        """Return which share of the variance of the reference the ``cells`` of its rows explain, at most 1."""
        values = self.reference.astype(np.float64)
        count = np.bincount(cells)
        if self.ordered:
            total = values.var()
            means = np.bincount(cells, weights=values) / np.maximum(count, 1)
            left = np.mean((values - means[cells]) ** 2)
        else:
            both = np.unique(np.column_stack([cells, self.reference]), axis=0, return_counts=True)
            total = 1 - np.sum((self.counts / len(values)) ** 2)
            left = 1 - np.sum(both[1] ** 2 / count[both[0][:, 0]]) / len(values)
        free = max(len(values) - np.count_nonzero(count), 1)
        return float(1 - left / total * (len(values) - 1) / free) if total > 0 else 0.0


def numbers(reference: np.ndarray, compared: np.ndarray) -> Watched:
    """Return a column of numbers; what is missing stands behind the largest."""
    known = reference[np.isfinite(reference)]
    values = np.unique(np.quantile(known, QUANTILES, method="lower")) if len(known) else known

    def places(column: np.ndarray) -> np.ndarray:
        return np.where(np.isfinite(column), np.searchsorted(values, column, side="right"), len(values) + 1)

    return Watched(places(reference), places(compared), ordered=True)


def categories(reference: pa.ChunkedArray, compared: pa.ChunkedArray) -> Watched:
    """Return a column of categories; all that the reference has never seen share one place."""
    values = pc.unique(reference)

    def places(column: pa.ChunkedArray) -> np.ndarray:
        return pc.fill_null(pc.index_in(column, value_set=values), len(values)).to_numpy()

    return Watched(places(reference), places(compared), ordered=False)


def watch(reference: pa.Table, compared: pa.Table) -> list[Watched]:
    """Return the columns that both tables have."""
    pairs = [(reference[name], compared[name]) for name in reference.column_names]
    return [
        categories(*pair) if pa.types.is_string(pair[0].type) else numbers(*(column.to_numpy() for column in pair))
        for pair in pairs
    ]


def watch_scores(reference: np.ndarray, compared: np.ndarray) -> list[Watched]:
    """Return the scores as columns of numbers: one, or one for each class."""
    return [numbers(*pair) for pair in zip(np.atleast_2d(reference.T), np.atleast_2d(compared.T), strict=True)]


def merged(drifts: np.ndarray, features: int) -> np.ndarray:
    """Return ``drifts``, shape (chunks, columns), with the largest of the columns behind the ``features`` for them all."""
    return np.column_stack([drifts[:, :features], drifts[:, features:].max(axis=1)])


def blocks(size: int, rows: int, most: int) -> list[slice]:
    """Return ``most`` blocks at most of ``rows`` consecutive rows out of ``size``; none where there is no room for two."""
    count = size // rows if size >= 2 * rows else 0
    starts = rows * np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))
    return [slice(start, start + rows) for start in starts.tolist()]


def in_blocks(columns: list[Watched], rows: int, most: int) -> np.ndarray:
    """Return the drift of blocks of ``rows`` consecutive rows of the reference, ``most`` at most, shape (blocks, columns).

    Rows that follow one another are like each other, as those of a chunk of the log are: they have the same weather, the
    same day of the week. Rows that were drawn from all over the reference are not, and would be too close to it.
    """
    found = blocks(len(columns[0].reference), rows, most)
    return np.array([[column.drift_within(block) for column in columns] for block in found]).reshape(-1, len(columns))


def in_draws(columns: list[Watched], rows: int, draws: int, seed: int) -> np.ndarray:
    """Return the drift of chunks of ``rows`` rows drawn from the reference, shape (draws, columns): rows without an order."""
    draw, size = np.random.default_rng(seed), len(columns[0].reference)
    # Rows that were logged are no part of the reference, those of a chunk are: without the factor it is too close.
    factor = math.sqrt(1 + rows / size)
    drawn = (draw.integers(0, size, rows) for _ in range(draws))
    return factor * np.array([[column.drift(column.reference[places]) for column in columns] for places in drawn])


def thresholds(drifts: np.ndarray, false_alarms: float) -> np.ndarray:
    """Return a threshold for each column, such that some column exceeds its own in ``false_alarms`` of unchanged chunks.

    Drifts are put on one scale, each by the mean and spread of the other chunks, as those of a new chunk will be; the
    quantile of each chunk's largest counts for every column. Where chunks are too few to have that quantile, it is beyond
    them all, and beyond that of a normal distribution with their mean and spread.
    """
    if not drifts.size:
        return np.empty(0)
    mean, spread = drifts.mean(axis=0), drifts.std(axis=0)
    others = max(len(drifts) - 1, 1)
    means = (drifts.sum(axis=0) - drifts) / others
    spreads = np.sqrt(np.maximum(((drifts**2).sum(axis=0) - drifts**2) / others - means**2, 0))
    largest = np.sort(((drifts - means) / np.where(spreads > 1e-9, spreads, 1)).max(axis=1))
    rank = math.ceil((len(largest) + 1) * (1 - false_alarms))
    if rank <= len(largest):
        return mean + largest[rank - 1] * spread
    beyond = NormalDist().inv_cdf(1 - false_alarms) * math.sqrt(1 + 1 / len(largest))
    return mean + max(largest[-1], largest.mean() + beyond * largest.std()) * spread


def limits(drifts: np.ndarray, false_alarms: float) -> np.ndarray:
    """Return the thresholds of the features together, and by itself that of the scores, which are the last column."""
    return np.append(thresholds(drifts[:, :-1], false_alarms), thresholds(drifts[:, -1:], false_alarms))


def exceeding(drifts: np.ndarray, false_alarms: float) -> np.ndarray:
    """Return where a chunk exceeds the thresholds that all the others set, shape (chunks, columns)."""
    others = (np.delete(drifts, place, axis=0) for place in range(len(drifts)))
    return np.array([drift > limits(rest, false_alarms) for drift, rest in zip(drifts, others, strict=True)])
