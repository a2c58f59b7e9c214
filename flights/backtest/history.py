"""Read the labelled rows in the order of time, divide them into windows, and find what was known when each began."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.evaluation.reference import in_order

TRAIN = Path("data/train.parquet")
HOLDOUT = Path("data/holdout.parquet")
PERIODS = ("day", "week", "month", "quarter", "year")
MOST_WINDOWS = 24  # where the config names no period, the shortest one that makes no more of them
DELAY = np.timedelta64(54000, "s")  # from the decision about a row until its outcome is certain


@dataclass(frozen=True)
class Window:
    """The rows numbered ``first`` to ``last`` - 1, in the order of time; ``known`` rows were certain when it began."""

    start: datetime
    first: int
    last: int
    known: int

    @property
    def rows(self) -> slice:
        """Return the places of its rows."""
        return slice(self.first, self.last)

    @property
    def name(self) -> str:
        """Return the day on which it begins."""
        return f"{self.start:%Y-%m-%d}"


def read_history() -> pa.Table:
    """Return every labelled row that has a time, with features, target and ``__time``, in the order of time."""
    rows = in_order(pa.concat_tables([pq.read_table(TRAIN), pq.read_table(HOLDOUT)]))
    return rows.filter(pc.is_valid(rows["__time"]))


def divide(times: pa.ChunkedArray, period: str) -> list[Window]:
    """Return the windows of ``times``, which are in order: the days, weeks, ... or years that have rows."""
    begun, moments = (part.to_numpy() for part in (pc.floor_temporal(times, unit=period), times))
    firsts = np.flatnonzero(np.r_[True, begun[1:] != begun[:-1]])
    known = np.searchsorted(moments, begun[firsts] - DELAY, side="right")
    lasts = np.r_[firsts[1:], len(moments)]
    return [
        Window(start.item(), *map(int, part)) for start, *part in zip(begun[firsts], firsts, lasts, known, strict=True)
    ]


def windows(times: pa.ChunkedArray, period: str | None) -> tuple[str, list[Window]]:
    """Return the period, the given one or one that suits the span of ``times``, and its windows."""
    if period is not None:
        return period, divide(times, period)
    divided = ((name, divide(times, name)) for name in PERIODS)
    return next((found for found in divided if len(found[1]) <= MOST_WINDOWS), ("year", divide(times, "year")))
