"""Choose a candidate on the validation part, and say what is to be expected of it on the holdout."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from flights.evaluation.metrics import HIGHER_IS_BETTER, PRIMARY, Bootstrap, measure

Scores = Mapping[str, np.ndarray]


def select(target: np.ndarray, scores: Scores, bootstrap: Bootstrap) -> dict[str, Any]:
    """Return the best candidate on the validation part, and whether its lead over the next is more than noise."""
    values = {name: measure(target, score)[PRIMARY] for name, score in scores.items()}
    order = sorted(values, key=values.__getitem__, reverse=HIGHER_IS_BETTER)
    selection: dict[str, Any] = {"chosen": order[0], "values": {name: round(values[name], 6) for name in order}}
    if len(order) > 1:
        value, bounds = bootstrap.gain(target, scores[order[0]], scores[order[1]])
        lead = {"over": order[1], "gain": value, "interval": bounds, "beyond_noise": bounds[0] > 0}
        selection["lead"] = lead
    return selection


def expected(target: np.ndarray, score: np.ndarray, rows: int, bootstrap: Bootstrap) -> dict[str, Any]:
    """Return the primary metric on the validation part, and the interval in which that of a holdout of ``rows`` rows is expected.

    It is as much wider than the metric's own as the other rows are fewer, since these are drawn by chance too: the
    variance of both adds up. It does not know of rows that change with time.
    """
    value = measure(target, score)[PRIMARY]
    drawn = bootstrap.resample(target, {"chosen": score}, [PRIMARY])["chosen"][PRIMARY]
    wider = math.sqrt(1 + len(target) / rows)
    return {"value": round(value, 6), "interval": bootstrap.interval(value + (one - value) * wider for one in drawn)}
