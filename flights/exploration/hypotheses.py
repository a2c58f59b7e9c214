"""Test which techniques will work: each hypothesis is one function, judged on rows that nothing was fitted on."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from flights.exploration.models import LOSS, constant, losses, trees
from flights.exploration.sample import Part
from flights.exploration.study import Finding, Study, compare, finding, study, untested


def signal(study: Study) -> Finding:
    """The inputs say something about the target: trees beat predicting the same for every row."""
    return compare(study.base, study.trees, ("no inputs", "trees"))


def nonlinear(study: Study) -> Finding:
    """Effects bend or depend on each other: trees beat a linear model."""
    return compare(study.linear, study.trees, ("linear", "trees"))


def interactions(study: Study) -> Finding:
    """Inputs matter together: deep trees beat trees of one split, which only add up effects."""
    return compare(study.boosted(study.matrix, study.coded, leaves=2), study.trees, ("one split", "deep trees"))


def missingness(study: Study) -> Finding:
    """That a value is missing tells something: flags for gaps add to inputs whose gaps are filled."""
    gaps = np.isnan(study.matrix)
    gapped = gaps.any(axis=0) & ~gaps.all(axis=0)
    if not gapped.any():
        return untested("no input has gaps")
    middle = np.array(
        [np.nanmedian(column) if some else 0.0 for column, some in zip(study.matrix.T, gapped, strict=True)]
    )
    filled = np.where(gaps, middle, study.matrix)
    flagged = np.column_stack([filled, gaps[:, gapped]])
    losses = (study.boosted(filled, study.coded), study.boosted(flagged, study.coded))
    return compare(*losses, ("gaps filled", "gaps flagged"))


def categories(study: Study) -> Finding:
    """The text columns tell what the others do not: trees that see them beat trees that do not."""
    others = [place for place in range(study.matrix.shape[1]) if place not in study.coded]
    if not study.coded:
        return untested("no input is a text")
    without = study.boosted(study.matrix[:, others], []) if others else study.base
    return compare(without, study.trees, ("without texts", "with texts"))


def more_data(study: Study) -> Finding:
    """More rows would help: trees fitted on all the rows beat trees fitted on half of them."""
    half = study.cut // 2
    matrix, judge = study.matrix[:half], study.matrix[study.cut :]
    fewer = study.judged(trees(matrix, study.target[:half], judge, study.coded))
    return compare(fewer, study.trees, ("half the rows", "all the rows"))


def drift(study: Study) -> Finding:
    """The world changes: what a model of the older half explains, it explains less of on the newest rows.

    Explained is the loss of predicting those rows' own average, minus the loss of the model: so a mere change of the
    average, or a time that is harder to predict, is not taken for drift of the relations.
    """
    order = np.argsort(study.time, kind="stable")
    older, newest = np.sort(order[: len(order) // 2]), np.sort(order[-(len(order) // 5) :])
    own, fit = np.split(older, [len(older) // 4])
    explained = []
    for rows in (own, newest):
        prediction = trees(study.matrix[fit], study.target[fit], study.matrix[rows], study.coded)
        target = study.target[rows]
        explained.append(losses(target, constant(target, len(rows))) - losses(target, prediction))
    before, after = (float(part.mean()) for part in explained)
    error = sum(float(part.var()) / max(len(part), 1) for part in explained) ** 0.5
    reference = max(float(study.base.mean()), 1e-9)
    return finding(
        before - after, error, reference, {"explained in its time": before, "explained on the newest": after}
    )


TESTS: dict[str, tuple[Callable[[Study], Finding], str, dict[str, str]]] = {
    "signal": (
        signal,
        "The inputs tell something about the target.",
        {
            "confirmed": "a model can help",
            "rejected": "look for other inputs before you look for a better model",
            "cannot tell": "ask again with more rows: raise explore.rows or collect more",
        },
    ),
    "nonlinear": (
        nonlinear,
        "Trees beat a linear model.",
        {
            "confirmed": "prefer trees, or give the linear model bent features",
            "rejected": "a linear model is as good, and can be read",
            "cannot tell": "ask again with more rows: raise explore.rows or collect more",
        },
    ),
    "interactions": (
        interactions,
        "Inputs matter together, not only one by one.",
        {
            "confirmed": "allow deep trees; features that combine inputs may help a linear model",
            "rejected": "shallow trees or single effects are enough",
            "cannot tell": "ask again with more rows: raise explore.rows or collect more",
        },
    ),
    "missingness": (
        missingness,
        "That a value is missing tells something.",
        {
            "confirmed": "keep gaps as they are, or flag them",
            "rejected": "fill gaps in whichever way is convenient",
            "cannot tell": "ask again with more rows: raise explore.rows or collect more",
        },
    ),
    "categories": (
        categories,
        "Texts tell what numbers do not.",
        {
            "confirmed": "encode texts with care; lookups by them may tell even more",
            "rejected": "texts can be left out",
            "cannot tell": "ask again with more rows: raise explore.rows or collect more",
        },
    ),
    "more_data": (
        more_data,
        "More rows would help.",
        {
            "confirmed": "collect more rows, or learn from more of them",
            "rejected": "spend effort on inputs, not on more rows",
            "cannot tell": "ask again with more rows: raise explore.rows or collect more",
        },
    ),
    "drift": (
        drift,
        "What is learned goes out of date.",
        {
            "confirmed": "train on recent rows, watch closely, retrain often",
            "rejected": "old rows are as good as new ones",
            "cannot tell": "ask again with more rows: raise explore.rows or collect more",
        },
    ),
}


def judge(sample: pa.Table, parts: list[Part], target: np.ndarray) -> list[dict[str, Any]]:
    """Return every hypothesis with its finding and what follows from it."""
    studied = study(parts, target, sample["departure"])
    found = []
    for name, (test, statement, advice) in TESTS.items():
        outcome = test(studied)
        head = {"name": name, "statement": statement, "loss": LOSS}
        found.append(head | outcome | {"advice": advice[outcome["verdict"]]})
    return found
