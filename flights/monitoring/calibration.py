"""Set the thresholds of alarms by chunks of the reference, in which nothing has changed.

The chunks are blocks of consecutive rows: those that follow one another are like each other, as the rows of a window are.
All alarms together have the rate `monitor.false_alarms_per_quarter`. It is divided by the tests and by the windows of a
quarter, since monitoring looks again after each.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import stdtrit

from flights.monitoring.drift import distance

QUARTER = 365.25 / 4 * 86_400e6  # microseconds
WEEK = 7 * 86_400e6
SPANS = (1, 8)  # windows that are tested together, the latest: one for what breaks, several for what fades
SHARE = 1.0  # of the rows of its time that the reference has: a window is as long as a block, not as large
FEWEST_BLOCKS = 8  # that thresholds are set by; of fewer, rows are drawn
FOLLOWS = 0.9  # of the variance of a feature that the calendar explains: then it drifts with the calendar

Rows = slice | np.ndarray


@dataclass(frozen=True)
class Chunks:
    """Chunks of the reference; ``ordered`` says whether they are consecutive blocks, which are as like as windows are."""

    rows: list[Rows]
    ordered: bool


def chunks_of(size: int, rows: int, most: int, seed: int) -> Chunks:
    """Return ``most`` chunks at most for windows of ``rows`` rows, out of ``size`` rows of the reference."""
    length = max(round(rows * SHARE), 1)
    first = max(size // length - most, 0)
    starts = range(size - length * (size // length - first), size - length + 1, length)
    if len(starts) >= FEWEST_BLOCKS:
        return Chunks([slice(start, start + length) for start in starts], ordered=True)
    draw = np.random.default_rng(seed)
    return Chunks([draw.integers(0, size, rows) for _ in range(most)], ordered=False)


def windows_per_quarter(windows: float, microseconds: float) -> float:
    """Return how many windows a quarter has, where there were as many in this time, which is a week at least."""
    return max(windows * QUARTER / max(microseconds, WEEK), 1.0)


def limit(values: np.ndarray, rate: float, span: int = 1) -> float:
    """Return what one more value like ``values`` exceeds at ``rate``, or less often; infinite where fewer than four tell it.

    Of enough values it is a quantile. Of fewer, the tail of Student's t that they predict, and never less than the largest.
    Those that overlap, since each is of ``span`` chunks, count as one in ``span``.
    """
    count = len(values) / span
    if count < 4:
        return math.inf
    place = math.ceil((count + 1) * (1 - rate))
    if place <= count:
        return float(np.quantile(values, place / (count + 1), method="higher"))
    beyond = stdtrit(count - 1, 1 - rate) * math.sqrt(1 + 1 / count)
    return float(max(values.max(), values.mean() + beyond * values.std(ddof=1)))


def change(counts: Sequence[np.ndarray], end: int, span: int, before: int) -> float:
    """Return how far the ``span`` chunks that end before ``end`` are from the ``before`` chunks before them, by ``counts``."""
    return distance(np.sum(counts[end - span : end], axis=0), np.sum(counts[end - span - before : end - span], axis=0))


def changes(counts: Sequence[np.ndarray], span: int, before: int) -> np.ndarray:
    """Return that for every end which has enough chunks before it."""
    return np.array([change(counts, end, span, before) for end in range(before + span, len(counts) + 1)])


def limit_of_means(values: np.ndarray, rate: float, span: int) -> float:
    """Return what the mean of ``span`` consecutive values like ``values`` exceeds at ``rate``, or less often.

    Values that follow one another are alike: their correlation makes the mean vary more, and tells less of how much.
    """
    if span == 1:
        return limit(values, rate)
    apart = values - values.mean() if len(values) else values
    lags = [float(apart[lag:] @ apart[:-lag]) for lag in range(1, min(span, len(values)))]
    total = float(apart @ apart)
    alike = (
        1 + 2 * sum((1 - lag / span) * max(part / total, 0) for lag, part in enumerate(lags, start=1))
        if total > 0
        else 1.0
    )
    count = len(values) / alike
    if count < 4:
        return math.inf
    beyond = stdtrit(count - 1, 1 - rate) * math.sqrt(alike / span + 1 / count)
    return float(values.mean() + beyond * values.std(ddof=1))


def exceeding(values: np.ndarray, rate: float, span: int) -> float:
    """Return the share of ``values`` that exceed the limit which the others set, without those that overlap with it."""
    places = np.arange(len(values))
    others = (values[np.abs(places - place) >= span] for place in places)
    over = [value > limit(rest, rate, span) for value, rest in zip(values, others, strict=True)]
    return float(np.mean(over)) if over else 0.0


def cells_of(times: pa.ChunkedArray) -> np.ndarray:
    """Return a number for the month, the day of the week and the hour of each of ``times``."""
    parts = [part(times).to_numpy() for part in (pc.month, pc.day_of_week, pc.hour)]
    return np.unique(np.column_stack(parts), axis=0, return_inverse=True)[1].ravel()


def explained(places: np.ndarray, ordered: bool, cells: np.ndarray) -> float:
    """Return which share of the variance of values at ``places`` the ``cells`` of their rows explain, at most 1."""
    count = np.bincount(cells)
    if ordered:
        values = places.astype(np.float64)
        total = values.var()
        left = np.mean((values - (np.bincount(cells, weights=values) / np.maximum(count, 1))[cells]) ** 2)
    else:
        both = np.unique(np.column_stack([cells, places]), axis=0, return_counts=True)
        total = 1 - np.sum((np.bincount(places) / len(places)) ** 2)
        left = 1 - np.sum(both[1] ** 2 / count[both[0][:, 0]]) / len(places)
    free = max(len(places) - np.count_nonzero(count), 1)
    return float(1 - left / total * (len(places) - 1) / free) if total > 0 else 0.0
