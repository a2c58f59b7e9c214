"""Test every hypothesis on the sample, and say what follows from each verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from flights.common.progress import Progress
from flights.exploration import hypotheses
from flights.exploration.models import LOSS
from flights.exploration.sample import Part
from flights.exploration.study import Finding, Study, study

UNSURE = "ask again with more rows: raise explore.rows, or collect more"


@dataclass(frozen=True)
class Hypothesis:
    """A test with the statement that it is about, and what follows when that is confirmed or rejected."""

    test: Callable[[Study], Finding]
    statement: str
    confirmed: str
    rejected: str

    def advice(self, verdict: str) -> str:
        """Return what follows from ``verdict``."""
        return {"confirmed": self.confirmed, "rejected": self.rejected}.get(verdict, UNSURE)


HYPOTHESES = {
    "signal": Hypothesis(
        hypotheses.signal,
        "The inputs carry information about the target.",
        confirmed="a model can help",
        rejected="look for other inputs before you look for a better model",
    ),
    "nonlinear": Hypothesis(
        hypotheses.nonlinear,
        "Trees beat a linear model.",
        confirmed="prefer trees, or give the linear model bent features",
        rejected="a linear model is as good, and can be read",
    ),
    "interactions": Hypothesis(
        hypotheses.interactions,
        "Inputs matter together, not only one by one.",
        confirmed="allow deep trees; features that combine inputs may help a linear model",
        rejected="shallow trees or single effects are enough",
    ),
    "missingness": Hypothesis(
        hypotheses.missingness,
        "Missing values carry information.",
        confirmed="keep gaps as they are, or flag them",
        rejected="fill gaps in whichever way is convenient",
    ),
    "categories": Hypothesis(
        hypotheses.categories,
        "Texts carry information that numbers do not.",
        confirmed="encode texts with care; lookups by them may add more",
        rejected="texts can be left out",
    ),
    "more_data": Hypothesis(
        hypotheses.more_data,
        "More rows would help.",
        confirmed="collect more rows, or learn from more of them",
        rejected="spend effort on inputs, not on more rows",
    ),
    "drift": Hypothesis(
        hypotheses.drift,
        "What is learned goes out of date.",
        confirmed="train on recent rows, watch closely, retrain often",
        rejected="old rows are as good as new ones",
    ),
}


def verdicts_on(sample: pa.Table, parts: list[Part], target: np.ndarray) -> list[dict[str, Any]]:
    """Return every hypothesis with its finding and what follows from it."""
    studied = study(parts, target, sample["departure"])
    found, progress = [], Progress(len(HYPOTHESES), "hypotheses tested")
    for name, hypothesis in HYPOTHESES.items():
        outcome = hypothesis.test(studied)
        head = {"name": name, "statement": hypothesis.statement, "loss": LOSS}
        found.append(head | outcome | {"advice": hypothesis.advice(outcome["verdict"])})
        progress.add(1)
    return found
