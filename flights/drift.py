"""How far logged rows are from the reference, and how far unchanged rows would be."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Watched:
    """A column of the reference and of the rows that are judged, as places among the values of the reference."""

    reference: np.ndarray
    judged: np.ndarray
    ordered: bool

    @cached_property
    def shares(self) -> np.ndarray:
        """The share of the reference at each place."""
        places = 1 + max(self.reference.max(), self.judged.max())
        return np.bincount(self.reference, minlength=places) / len(self.reference)

    def drift(self, places: np.ndarray) -> float:
        """Return how far rows at ``places`` are from the reference, 0 to 1.

        For numbers the largest gap between the two cumulative distributions (Kolmogorov-Smirnov, missing values last);
        for categories the share that would have to change its value (total variation).
        """
        apart = np.bincount(places, minlength=len(self.shares)) / len(places) - self.shares
        return float(np.abs(np.cumsum(apart)).max() if self.ordered else np.abs(apart).sum() / 2)


def numbers(reference: np.ndarray, judged: np.ndarray) -> Watched:
    """Return a column of numbers; what is missing stands behind the largest."""
    values = np.unique(reference[np.isfinite(reference)])
    places = (
        np.where(np.isfinite(column), np.searchsorted(values, column, side="right"), len(values) + 1)
        for column in (reference, judged)
    )
    return Watched(*places, ordered=True)


def categories(reference: pa.ChunkedArray, judged: pa.ChunkedArray) -> Watched:
    """Return a column of categories; all that the reference has never seen share one place."""
    values = pc.unique(reference)
    places = (
        pc.fill_null(pc.index_in(column, value_set=values), len(values)).to_numpy() for column in (reference, judged)
    )
    return Watched(*places, ordered=False)


def watch(reference: pa.Table, judged: pa.Table) -> list[Watched]:
    """Return the columns that both tables have."""
    pairs = [(reference[name], judged[name]) for name in reference.column_names]
    return [
        categories(*pair) if pa.types.is_string(pair[0].type) else numbers(*(column.to_numpy() for column in pair))
        for pair in pairs
    ]


def watch_scores(reference: np.ndarray, judged: np.ndarray) -> list[Watched]:
    """Return the scores as columns of numbers: one, or one for each class."""
    return [numbers(*pair) for pair in zip(np.atleast_2d(reference.T), np.atleast_2d(judged.T), strict=True)]


def merged(drifts: np.ndarray, features: int) -> np.ndarray:
    """Return ``drifts``, shape (chunks, columns), with the largest of the columns behind the ``features`` for them all."""
    return np.column_stack([drifts[:, :features], drifts[:, features:].max(axis=1)])


def unchanged(columns: list[Watched], rows: int, chunks: int, seed: int) -> np.ndarray:
    """Return the drift of every column in chunks of ``rows`` rows drawn from the reference, shape (chunks, columns)."""
    draw, size = np.random.default_rng(seed), len(columns[0].reference)
    # Rows that were logged are no part of the reference, those of a chunk are: without the factor it is too close.
    factor = math.sqrt(1 + rows / size)
    drawn = (draw.integers(0, size, rows) for _ in range(chunks))
    return factor * np.array([[column.drift(column.reference[places]) for column in columns] for places in drawn])


def thresholds(drifts: np.ndarray, false_alarms: float) -> np.ndarray:
    """Return a threshold for each column, such that some column exceeds its own in ``false_alarms`` of unchanged chunks.

    Drifts are put on one scale (mean 0, spread 1); the quantile of each chunk's largest counts for every column.
    """
    mean, spread = drifts.mean(axis=0), drifts.std(axis=0)
    largest = np.sort(((drifts - mean) / np.where(spread > 0, spread, 1)).max(axis=1))
    rank = math.ceil((len(largest) + 1) * (1 - false_alarms))
    return mean + largest[min(rank, len(largest)) - 1] * spread
