"""Measure what a challenger gains over the version in production, on the same rows, each scored by its own bundle.

Of several groups or metrics, each has a wider interval, so that all of them hold together as often as one would.
"""

from collections.abc import Iterable
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from flights.common.settings import setting
from flights.evaluation.decision import payoffs, realised
from flights.evaluation.metrics import PRIMARY, Bootstrap, measure
from flights.evaluation.payoff import Payoff
from flights.evaluation.slices import groups

FEWEST_ROWS = 30  # of which a comparison can say anything
GUARDED = (
    "origin",
    "carrier",
)  # columns and features in whose groups nothing may become worse

Figure = dict[str, Any]
Found = dict[str, Any]


def tells(target: np.ndarray, score: np.ndarray) -> bool:
    """Return whether the rows are enough to measure anything on."""
    try:
        return len(target) >= FEWEST_ROWS and bool(measure(target, score))
    except ValueError:
        return False


def bootstrap() -> Bootstrap:
    """Return how intervals are computed."""
    return Bootstrap(**setting("metrics", "bootstrap"))


def figure(value: float, drawn: Iterable[float], of: int = 1) -> Figure:
    """Return ``value``, which varies as ``drawn`` does, with an interval that is one ``of`` several that hold together."""
    error = float(np.std([draw for draw in drawn if np.isfinite(draw)]))
    reach = error * NormalDist().inv_cdf(1 - (1 - setting("metrics", "bootstrap", "confidence")) / (2 * of))
    return {
        "value": round(value, 6),
        "interval": [round(value - reach, 6), round(value + reach, 6)],
        "error": round(error, 6),
    }


def gain_in(target: np.ndarray, new: np.ndarray, old: np.ndarray) -> Found:
    """Return how much better ``new`` is in the primary metric, with its interval: a paired bootstrap."""
    value, bounds = bootstrap().gain(target, new, old)
    return {"metric": PRIMARY, "value": value, "interval": bounds}


def by_slice(target: np.ndarray, new: np.ndarray, old: np.ndarray, fresh: np.ndarray) -> list[Found]:
    """Return the gain in each group of the ``fresh`` rows of the holdout that tells it."""
    found = []
    for column, value, inside in groups(GUARDED):
        rows = inside & fresh
        if tells(target[rows], new[rows]):
            gained, drawn = bootstrap().gains(target[rows], new[rows], old[rows])
            if np.isfinite(drawn).sum() > 1:
                found.append(({"column": column, "value": value, "rows": int(rows.sum())}, gained, drawn))
    return [{**group, "gain": figure(gained, drawn, len(found))} for group, gained, drawn in found]


def payoffs_of(folder: Path) -> Payoff:
    """Return the payoffs that the version in ``folder`` decides by; those of today where it decides nothing."""
    try:
        return Payoff(**setting("problem", "decision", "payoff", file=folder / "params.yaml"))
    except KeyError:
        return payoffs()


def in_money(target: np.ndarray, new: np.ndarray, old: np.ndarray, folder: Path) -> Found:
    """Return what ``new`` would have brought more per 1,000 rows; the champion in ``folder`` decides by its own payoffs."""
    payoff = payoffs()
    gained = 1_000 * (realised(payoff, target, payoff.act(new)) - realised(payoff, target, payoffs_of(folder).act(old)))
    drawn = (float(np.average(gained, weights=weight)) for weight in bootstrap().weights(len(target)))
    return {"currency": setting("problem", "decision", "currency"), "gain": figure(float(gained.mean()), drawn)}


def challenged(target: np.ndarray, new: np.ndarray, old: np.ndarray, fresh: np.ndarray, folder: Path) -> Found:
    """Return all that ``new`` gains over ``old``, the scores of the version in ``folder``, on the ``fresh`` rows."""
    rows = (target[fresh], new[fresh], old[fresh])
    found: Found = {"rows": int(fresh.sum()), "gain": gain_in(*rows)}
    found["slices"] = by_slice(target, new, old, fresh)
    found["money"] = in_money(*rows, folder)
    return found
