"""How a candidate is measured: evaluation, release and monitoring all measure with these functions.

A target is 1 where the target is true, else 0; a score is the probability that the target is true.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from flights.common.progress import Progress

GROUPS = 5_000  # of rows of a class with neighbouring scores, by which resamples are measured


class Metric(Protocol):
    """A measure of ``score`` against ``target``, in which a row counts as often as its ``weight`` says."""

    def __call__(self, target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float: ...


def ranked(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight of positives and of negatives at each distinct score, lowest first."""
    order = np.argsort(score, kind="stable")
    weights = np.ones(len(score)) if weight is None else weight[order]
    positive, ordered = target[order] * weights, score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    positives = np.add.reduceat(positive, starts)
    return positives, np.add.reduceat(weights, starts) - positives


def roc_auc(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Chance that a random positive row scores higher than a random negative one; ties count half."""
    positive, negative = ranked(target, score, weight)
    below = np.cumsum(negative) - negative / 2
    return float(positive @ below / (positive.sum() * negative.sum()))


def average_precision(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Precision, averaged over the recall that each threshold adds."""
    positive, negative = (part[::-1] for part in ranked(target, score, weight))
    found, flagged = np.cumsum(positive), np.cumsum(positive + negative)
    precision = np.divide(found, flagged, out=np.zeros(len(found)), where=flagged > 0)
    return float(positive @ precision / found[-1])


def log_loss(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Mean of -log of the probability predicted for the outcome."""
    likelihood = np.where(target, score, 1 - score)
    return float(-np.average(np.log(np.maximum(likelihood, 1e-15)), weights=weight))


def brier(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Mean squared error of the probability."""
    return float(np.average((score - target) ** 2, weights=weight))


def calibration_error(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Mean distance between predicted probability and observed frequency, over twenty equal ranges of the former."""
    weights = np.ones(len(target)) if weight is None else weight
    place = np.minimum((score * 20).astype(np.int64), 19)
    gap = np.bincount(place, weights * (score - target), minlength=20)
    return float(np.abs(gap).sum() / weights.sum())


METRICS: dict[str, Metric] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "log_loss": log_loss,
    "brier": brier,
    "calibration_error": calibration_error,
}
PRIMARY = "roc_auc"
HIGHER_IS_BETTER = True


def measure(target: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """Return every metric of ``score``; raise where the rows do not allow one, as with a single class."""
    with np.errstate(invalid="ignore", divide="ignore"):
        values = {name: metric(target, score, None) for name, metric in METRICS.items()}
    unknown = [name for name, value in values.items() if not np.isfinite(value)]
    if unknown:
        raise ValueError(
            f"rows that are measured, {len(target):,} of them, do not determine {', '.join(unknown)}: hold out more, of every class"
        )
    return values


def gain(new: float, old: float) -> float:
    """Return how much better, in the primary metric, ``new`` is than ``old``."""
    return new - old if HIGHER_IS_BETTER else old - new


def grouped(target: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the targets and scores of groups of rows, in the order of the scores, and the group of each row.

    Of many rows of a class, those with neighbouring scores are one group, which has the score in its middle: what that
    changes is far less than what resamples differ by. Of few rows, and of all others, each is a group.
    """
    group = np.arange(len(target))
    if score.ndim == 1 and target.dtype.kind == "i" and len(target) > 2 * GROUPS:
        for kind in np.unique(target):
            rows = np.flatnonzero(target == kind)
            for part in np.array_split(rows[np.argsort(score[rows], kind="stable")], min(len(rows), GROUPS)):
                group[part] = part[len(part) // 2]
    middle, group = np.unique(group, return_inverse=True)
    order = np.argsort(score.reshape(len(score), -1)[middle, 0], kind="stable")
    return target[middle[order]], score[middle[order]], np.argsort(order)[group]


@dataclass(frozen=True)
class Bootstrap:
    """Intervals from resamples of the rows, which are the same for every score that is compared."""

    rounds: int
    confidence: float
    seed: int

    def weights(self, rows: int) -> Iterator[np.ndarray]:
        """Yield how often each of ``rows`` rows is drawn, once for each round."""
        draw, progress = np.random.default_rng(self.seed), Progress(self.rounds, f"resamples of {rows:,} rows")
        for _ in range(self.rounds):
            yield np.bincount(draw.integers(0, rows, rows), minlength=rows).astype(np.float64)
            progress.add(1)

    def resample(
        self, target: np.ndarray, scores: Mapping[str, np.ndarray], names: Iterable[str]
    ) -> dict[str, dict[str, list[float]]]:
        """Return the metrics ``names`` of every score on each resample."""
        drawn: dict[str, dict[str, list[float]]] = {scored: {name: [] for name in names} for scored in scores}
        parts = {name: grouped(target, score) for name, score in scores.items()}
        with np.errstate(invalid="ignore", divide="ignore"):
            for weight in self.weights(len(target)):
                for scored, (targets, values, group) in parts.items():
                    weights = np.bincount(group, weight, minlength=len(targets))
                    for name, found in drawn[scored].items():
                        found.append(METRICS[name](targets, values, weights))
        return drawn

    def interval(self, values: Iterable[float], digits: int = 6) -> list[float]:
        """Return what encloses the middle ``confidence`` of ``values``, leaving out resamples in which it is not defined."""
        tail = (1 - self.confidence) / 2
        known = [value for value in values if np.isfinite(value)]
        return [round(float(bound), digits) for bound in np.quantile(known, [tail, 1 - tail])]

    def gain(self, target: np.ndarray, new: np.ndarray, old: np.ndarray) -> tuple[float, list[float]]:
        """Return how much better ``new`` is than ``old`` in the primary metric, and the interval of that."""
        value, drawn = self.gains(target, new, old)
        return round(value, 6), self.interval(drawn)

    def gains(self, target: np.ndarray, new: np.ndarray, old: np.ndarray) -> tuple[float, list[float]]:
        """Return how much better ``new`` is than ``old`` in the primary metric, and that on each resample."""
        value = gain(METRICS[PRIMARY](target, new, None), METRICS[PRIMARY](target, old, None))
        drawn = self.resample(target, {"new": new, "old": old}, [PRIMARY])
        return value, [gain(*pair) for pair in zip(drawn["new"][PRIMARY], drawn["old"][PRIMARY], strict=True)]
