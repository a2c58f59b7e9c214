"""The primary metric and the money of rows whose outcome is known, and an estimate of the metric where it is not.

What was answered counts, so the score is that of the log. The estimate draws outcomes as they were, before the release,
for rows like these; its interval is as wide as its errors were on chunks of the reference.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from flights.common.settings import setting
from flights.evaluation.decision import payoffs, realised
from flights.evaluation.metrics import METRICS, PRIMARY, Bootstrap, gain
from flights.monitoring.calibration import Chunks, limit
from flights.monitoring.summary import Figure

DRAWS = 30  # of outcomes, by which the metric is estimated
MISSED = 0.1  # of intervals of the estimate do not contain the realised value


@dataclass(frozen=True)
class Rows:
    """Rows of the reference or of a window; ``places`` are those of features on their scales, shape (rows, features).

    A target is not a number where it is not known; scores have the shape (rows,).
    """

    target: np.ndarray
    score: np.ndarray
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.target)

    def take(self, which: Any) -> "Rows":
        """Return some of the rows."""
        return Rows(self.target[which], self.score[which], self.places[which])

    @classmethod
    def joined(cls, parts: "list[Rows]") -> "Rows":
        """Return the rows of all ``parts``."""
        return cls(
            *(
                np.concatenate(columns)
                for columns in zip(*((part.target, part.score, part.places) for part in parts), strict=True)
            )
        )

    def known(self) -> "Rows":
        """Return the rows whose target is known."""
        return self.take(np.isfinite(self.target))

    def value(self, target: np.ndarray | None = None) -> float:
        """Return the primary metric for their target, or another; not a number where it is not defined, as with one class."""
        found = (self.target if target is None else target).astype(np.int64)
        with np.errstate(invalid="ignore", divide="ignore"):
            try:
                return float(METRICS[PRIMARY](found, self.score, None)) if len(self) else math.nan
            except ValueError:  # a metric of the project's own, or of scikit-learn
                return math.nan

    def bias(self) -> float:
        """Return how much targets exceed predictions."""
        return float(self.target.mean() - self.score.mean())

    def figure(self) -> Figure | None:
        """Return the primary metric with its interval; None where it is not defined."""
        value, target = self.value(), self.target.astype(np.int64)
        if not math.isfinite(value):
            return None
        drawn = Bootstrap(**setting("metrics", "bootstrap"))
        values = drawn.resample(target, {"answered": self.score}, [PRIMARY])["answered"][PRIMARY]
        low, high = drawn.interval(values)
        return Figure(round(value, 6), (low, high))

    def money(self) -> float:
        """Return the money per 1,000 rows that the decisions brought."""
        payoff = payoffs()
        return round(1_000 * float(realised(payoff, self.target, payoff.act(self.score)).mean()), 2)


class Outcomes:
    """Draws outcomes as likely as the scores say, once these are calibrated (as CBPE has it)."""

    def __init__(self, rows: Rows) -> None:
        self.calibrated = IsotonicRegression(out_of_bounds="clip").fit(rows.score, rows.target)

    def draw(self, rows: Rows, draw: np.random.Generator) -> np.ndarray:
        """Return DRAWS targets for each row, shape (draws, rows)."""
        return (draw.random((DRAWS, len(rows))) < self.calibrated.predict(rows.score)).astype(np.float64)


class Estimator:
    """Estimates the metric without outcomes; ``errors`` are those on chunks of the reference, of rows that it was not fitted on."""

    def __init__(self, reference: Rows, chunks: Chunks, seed: int) -> None:
        self.seed = seed
        half = np.arange(len(reference)) < len(reference) / 2
        if not chunks.ordered:
            half = np.random.default_rng(seed).permutation(half)
        first, second = Outcomes(reference.take(half)), Outcomes(reference.take(~half))
        errors = []
        for which in chunks.rows:
            rows, inside = reference.take(which), half[which]
            draw = np.random.default_rng(seed)
            drawn = np.where(inside, second.draw(rows, draw), first.draw(rows, draw))
            errors.append(rows.value() - float(np.mean([rows.value(target) for target in drawn])))
        self.errors = np.array([error for error in errors if math.isfinite(error)])
        self.size = len(reference.take(chunks.rows[0]))
        self.outcomes = Outcomes(reference)

    def figure(self, rows: Rows) -> Figure | None:
        """Return the estimate for ``rows`` with an interval that contains the realised value in nine of ten windows."""
        drawn = self.outcomes.draw(rows, np.random.default_rng(self.seed))
        value = float(np.mean([rows.value(target) for target in drawn]))
        above, below = limit(self.errors, MISSED / 2), limit(-self.errors, MISSED / 2)
        if not math.isfinite(value + above + below):
            return None
        wider = math.sqrt(max(self.size / len(rows), 1))
        return Figure(
            round(value, 6), (round(value - wider * max(below, 0), 6), round(value + wider * max(above, 0), 6))
        )


def falls_of(reference: Rows, chunks: Chunks) -> np.ndarray:
    """Return by how much chunks of the ``reference`` are worse than all of it; empty where the metric is not defined."""
    whole, size = reference.value(), len(reference)
    falls = []
    for which in chunks.rows:
        rows = reference.take(which)
        # A block is a part of the whole, and closer to it than other rows are; one that was drawn as much as if it were not.
        factor = size / max(size - len(rows), 1) if chunks.ordered else math.sqrt(1 + len(rows) / size)
        falls.append(factor * gain(whole, rows.value()))
    return np.array([fall for fall in falls if math.isfinite(fall)])
