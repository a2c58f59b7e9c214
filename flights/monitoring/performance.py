"""Realised performance: the primary metric of predictions whose outcomes are known, beside that of the holdout.

What was answered counts, so the score is that of the log. How far the metric falls without any change is measured on
blocks of consecutive rows of the reference, as many as there are predictions with an outcome.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.settings import setting
from flights.evaluation.metrics import HIGHER_IS_BETTER, METRICS, PRIMARY, Bootstrap, gain
from flights.monitoring.calibration import SHARES
from flights.monitoring.drift import blocks, thresholds
from flights.monitoring.logs import Outcome, Prediction

COLUMNS = ["__part", "__target", "__score"]  # of the reference
Known = tuple[Prediction, Outcome]
NO_LIMIT: dict[str, Any] = {"holdout": None, "threshold": None, "promised": None, "blocks": 0}
"""Where the reference does not tell the metric, or the version was released before targets were kept with it."""


@dataclass(frozen=True)
class Rows:
    """Rows whose outcome is known: targets and scores as `metrics` takes them, shape (rows,)."""

    target: np.ndarray
    score: np.ndarray

    def __len__(self) -> int:
        return len(self.target)

    def take(self, which: Any) -> "Rows":
        """Return some of the rows."""
        return Rows(self.target[which], self.score[which])

    def value(self) -> float:
        """Return the primary metric; not a number where the rows do not tell it, as with a single class."""
        with np.errstate(invalid="ignore", divide="ignore"):
            try:
                return float(METRICS[PRIMARY](self.target, self.score, None)) if len(self) else math.nan
            except ValueError:  # a metric of the project's own, or of scikit-learn
                return math.nan


def reference_rows(table: pa.Table, part: str) -> Rows:
    """Return the rows of a ``part`` of the reference."""
    rows = table.filter(pc.equal(table["__part"], part))
    return Rows(rows["__target"].to_numpy(), np.array(rows["__score"].to_pylist(), dtype=np.float64))


def known_rows(known: list[Known]) -> Rows:
    """Return predictions and outcomes as rows."""
    target = np.array([outcome.outcome for _, outcome in known], dtype=np.int64)
    return Rows(target, np.array([prediction.score for prediction, _ in known], dtype=np.float64))


def falls_of_blocks(rows: Rows, length: int, most: int) -> list[float]:
    """Return by how much blocks of ``length`` consecutive rows, ``most`` at most, are worse than the other rows."""
    size = len(rows)
    whole = rows.value()
    # A block is a part of the whole; against the other rows alone it is further off, exactly so for a mean.
    factor = size / max(size - length, 1)
    return [factor * gain(whole, rows.take(block).value()) for block in blocks(size, length, most)]


def falls_of_draws(rows: Rows, length: int, draws: int, seed: int) -> list[float]:
    """Return by how much chunks of ``length`` rows drawn from ``rows`` are worse than all of them."""
    draw, size, whole = np.random.default_rng(seed), len(rows), rows.value()
    factor = math.sqrt(1 + length / max(size, 1))  # what is predicted later is no part of the reference, these are
    return [
        factor * gain(whole, rows.take(draw.integers(0, size, length)).value()) for _ in range(draws if size else 0)
    ]


def limit_for(table: pa.Table, length: int) -> dict[str, Any]:
    """Return the value beyond which ``length`` rows are worse than the holdout more seldom than `monitor` allows.

    None where the reference does not tell. ``promised`` is the share of unchanged chunks that fall below all the same,
    ``blocks`` says of how many blocks that is known: 0 for rows that were drawn.
    """
    settings = setting("monitor")
    most, rate = settings["chunks"], settings["false_alarms"]
    parts = {part: reference_rows(table, part) for part in SHARES}
    holdout, lengths = parts["holdout"], {part: max(round(length * share), 1) for part, share in SHARES.items()}
    falls = finite([fall for part, rows in parts.items() for fall in falls_of_blocks(rows, lengths[part], most)])
    count = len(falls) if len(falls) > 1 else 0
    if not count:
        falls = finite(falls_of_draws(holdout, length, most, settings["seed"]))
    expected = holdout.value()
    if len(falls) < 2 or not math.isfinite(expected):
        return NO_LIMIT
    fall = max(float(thresholds(falls[:, None], rate)[0]), 0.0)
    return {
        "holdout": round(expected, 6),
        "threshold": round(expected - fall if HIGHER_IS_BETTER else expected + fall, 6),
        "promised": round(max(rate, 1 / (len(falls) + 1)), 6),
        "blocks": count,
    }


def finite(values: list[float]) -> np.ndarray:
    """Return the ``values`` that are numbers."""
    found = np.array(values, dtype=np.float64)
    return found[np.isfinite(found)]


def realised(known: list[Known], champion: Path, reference: Path) -> dict[str, Any] | None:
    """Return the primary metric of ``known`` with its interval, and whether it is an alarm; None where rows do not tell it."""
    rows = known_rows(known)
    value = rows.value()
    if not math.isfinite(value):
        return None
    drawn = Bootstrap(**setting("metrics", "bootstrap"))
    interval = drawn.interval(drawn.resample(rows.target, {"answered": rows.score}, [PRIMARY])["answered"][PRIMARY])
    known_targets = "__target" in pq.read_schema(reference).names
    limit = limit_for(pq.read_table(reference, columns=COLUMNS), len(rows)) if known_targets else NO_LIMIT
    alarm = limit["threshold"] is not None and gain(value, limit["threshold"]) < 0
    return {
        "metric": PRIMARY,
        "rows": len(rows),
        "value": round(value, 6),
        "interval": interval,
        **limit,
        "alarm": alarm,
    }
