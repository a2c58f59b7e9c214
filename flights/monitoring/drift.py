"""How far the values of a column are from those of the reference, or of other rows."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PLAUSIBLE = 2  # times as far outside of the range of the reference as that is wide: means of the past leave a range of weeks by one
QUANTILES = np.linspace(0, 1, 1_001)  # of numbers, between which no difference is made


@dataclass(frozen=True)
class Scale:
    """The places of values among those of the reference: ordered for numbers, implausible and missing ones last.

    A number is implausible where it is outside of the range of the reference by more than PLAUSIBLE times its width, as one in
    another unit is. Of categories, those that the reference has not are last.
    """

    values: np.ndarray | pa.Array
    ordered: bool

    def places(self, column: pa.ChunkedArray | np.ndarray) -> np.ndarray:
        """Return the place of each value of ``column``."""
        if not self.ordered:
            return pc.fill_null(pc.index_in(column, value_set=self.values), len(self.values)).to_numpy()
        numbers = np.asarray(column, dtype=np.float64)
        found = np.searchsorted(self.values, numbers, side="right")
        return np.where(np.isfinite(numbers) & ~self.implausible(numbers), found, len(self.values) + 1)

    def implausible(self, numbers: np.ndarray) -> np.ndarray:
        """Return which numbers are that far outside; none where the reference has no range."""
        if len(self.values) < 2:
            return np.zeros(len(numbers), dtype=bool)
        least, greatest = self.values[[0, -1]]
        return np.abs(numbers - (least + greatest) / 2) > (PLAUSIBLE + 0.5) * (greatest - least)

    def counts(self, places: np.ndarray) -> np.ndarray:
        """Return the rows at each place."""
        return np.bincount(places, minlength=len(self.values) + 2)

    def lost(self, counts: np.ndarray) -> float:
        """Return the share of rows that are missing or implausible, or of a category that the reference has not."""
        return float((counts[-1] if self.ordered else counts[-2:].sum()) / max(counts.sum(), 1))


def scale_of(column: pa.ChunkedArray | np.ndarray) -> Scale:
    """Return the scale that the ``column`` of the reference makes."""
    if isinstance(column, pa.ChunkedArray) and pa.types.is_string(column.type):
        return Scale(pc.drop_null(pc.unique(column)), ordered=False)
    numbers = np.asarray(column, dtype=np.float64)
    known = numbers[np.isfinite(numbers)]
    return Scale(np.unique(np.quantile(known, QUANTILES, method="lower")) if len(known) else known, ordered=True)


def distance(one: np.ndarray, other: np.ndarray, ordered: bool = True) -> float:
    """Return how far the distributions with these counts are apart, 0 to 1.

    For numbers the largest gap between the two cumulative distributions (Kolmogorov-Smirnov); for categories the share
    of rows that would have to change theirs (total variation). Counts may have several rows: the largest distance counts.
    """
    apart = one / np.maximum(one.sum(axis=-1, keepdims=True), 1) - other / np.maximum(
        other.sum(axis=-1, keepdims=True), 1
    )
    return float(np.abs(np.cumsum(apart, axis=-1)).max() if ordered else np.abs(apart).sum() / 2)


class ScoreScale:
    """The places of scores among those of the reference, for each class by itself where there are several."""

    def __init__(self, score: np.ndarray) -> None:
        self.scales = [scale_of(column) for column in np.atleast_2d(score.T)]

    def counts(self, score: np.ndarray) -> np.ndarray:
        """Return the rows at each place, shape (classes, places)."""
        found = np.zeros((len(self.scales), len(QUANTILES) + 2), dtype=np.int64)
        for row, scale, column in zip(found, self.scales, np.atleast_2d(score.T), strict=True):
            counts = scale.counts(scale.places(column))
            row[: len(counts)] = counts
        return found
