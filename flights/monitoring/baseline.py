"""What windows are compared with: the rows of the reference, and the thresholds that its chunks set."""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.settings import setting
from flights.monitoring.calibration import (
    FOLLOWS,
    SHARE,
    SPANS,
    cells_of,
    changes,
    chunks_of,
    exceeding,
    explained,
    limit,
    limit_of_means,
    windows_per_quarter,
)
from flights.monitoring.drift import ScoreScale, distance, scale_of
from flights.monitoring.performance import Rows, falls_of
from flights.monitoring.summary import Calibration

BEFORE = 8  # windows at most that the scores of a window are compared with


class Baseline:
    """The rows of the reference in the order of time, its chunks, and for windows of ``size`` rows the thresholds.

    ``names`` are the features that are logged. The reference says how many windows a quarter has.
    """

    def __init__(self, path: Path, names: list[str], size: int) -> None:
        self.settings, self.size = setting("monitor"), size
        table = pq.read_table(path).sort_by([("__time", "ascending")])
        self.features = table.select(names)
        self.scales = {name: scale_of(self.features[name]) for name in self.features.column_names}
        score = np.array(table["__score"].to_pylist(), dtype=np.float64)
        self.rows = self.rows_of(self.features, score, table["__target"].to_numpy().astype(np.float64))
        self.counts = [
            scale.counts(places) for scale, places in zip(self.scales.values(), self.rows.places.T, strict=True)
        ]
        self.whole = self.rows.value()
        self.holdout = self.rows.take((np.array(table["__part"].to_pylist()) == "holdout").nonzero()[0]).value()
        self.score_scale = ScoreScale(score)
        self.chunks = chunks_of(len(table), size, self.settings["chunks"], self.settings["seed"])
        times = table["__time"]
        microseconds = float(pc.max(times).cast(pa.int64()).as_py() - pc.min(times).cast(pa.int64()).as_py())
        windows = len(table) / SHARE / size
        cells = cells_of(times)
        follows = (
            explained(places, scale.ordered, cells) > FOLLOWS
            for places, scale in zip(self.rows.places.T, self.scales.values(), strict=True)
        )
        self.calendar = {name for name, found in zip(self.scales, follows, strict=True) if found}
        self.per_quarter = windows_per_quarter(windows, microseconds)
        self.before = min(BEFORE, len(self.chunks.rows) // 3)
        self.score_counts = [self.score_scale.counts(score[which]) for which in self.chunks.rows]
        self.set_limits()

    def rows_of(self, features: pa.Table, score: np.ndarray, target: np.ndarray) -> Rows:
        """Return rows with these features, scores and targets."""
        places = np.empty((len(score), len(self.scales)), dtype=np.int32)  # of no feature where none is logged
        for place, (name, scale) in enumerate(self.scales.items()):
            places[:, place] = scale.places(features[name])
        return Rows(target, score, places)

    def set_limits(self) -> None:
        """Set the thresholds: of changes of the scores, of falls of the metric, and of biases up and down."""
        asked = self.settings["false_alarms_per_quarter"]
        parts = [self.rows.take(which) for which in self.chunks.rows]
        apart = {span: changes(self.score_counts, span, self.before) for span in SPANS}
        fall, bias = falls_of(self.rows, self.chunks), np.array([rows.bias() for rows in parts])
        tests = [*((values, span) for span, values in apart.items() if len(values) >= 4 * span)]
        tests += [(values, 1) for values in (fall, bias, -bias) if len(values) >= 4]
        # Falls and biases are tested over each span; twice, since a window is looked at before it has all its outcomes.
        count = 2 * (len(apart) + 3 * len(SPANS))
        self.rate = min(asked / self.per_quarter / count, 0.25)
        self.changes = {span: limit(values, self.rate, span) for span, values in apart.items()}
        self.falls = {span: max(limit_of_means(fall, self.rate, span), 0.0) for span in SPANS}
        self.biases = {
            span: [max(limit_of_means(side * bias, self.rate, span), 0.0) for side in (1, -1)] for span in SPANS
        }
        provable = (max(self.rate, span / (len(values) + span)) for values, span in tests)
        self.calibration = Calibration(
            rows=self.size,
            blocks=len(self.chunks.rows) if self.chunks.ordered else 0,
            windows_per_quarter=round(self.per_quarter, 2),
            asked=asked,
            promised=round(self.per_quarter * sum(provable), 4) if tests else None,
            measured=round(self.per_quarter * sum(exceeding(values, self.rate, span) for values, span in tests), 4),
        )

    def feature_limits(self) -> dict[str, float]:
        """Return how far each feature may drift from the reference; infinitely where it follows the calendar."""
        found = {}
        rate = self.rate / max(len(self.scales), 1)
        for place, (name, scale) in enumerate(self.scales.items()):
            if name in self.calendar:
                found[name] = math.inf
                continue
            whole = self.counts[place]
            inside = [scale.counts(self.rows.places[which, place]) for which in self.chunks.rows]
            outside = [whole - counts if self.chunks.ordered else whole for counts in inside]
            apart = np.array([distance(*pair, scale.ordered) for pair in zip(inside, outside, strict=True)])
            found[name] = limit(apart, rate)
        return found

    def drift(self, rows: Rows) -> dict[str, float]:
        """Return how far each feature of ``rows`` is from the reference."""
        return {
            name: round(distance(scale.counts(rows.places[:, place]), self.counts[place], scale.ordered), 6)
            for place, (name, scale) in enumerate(self.scales.items())
        }

    def lost(self) -> dict[str, float]:
        """Return the share of rows of a window in which each feature may be missing, by how much of the chunks is."""
        found = {}
        for place, (name, scale) in enumerate(self.scales.items()):
            counts = [scale.counts(self.rows.places[which, place]) for which in self.chunks.rows]
            found[name] = min(limit(np.array([scale.lost(one) for one in counts]), self.rate / len(self.scales)), 1.0)
        return found
