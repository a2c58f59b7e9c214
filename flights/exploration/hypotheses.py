"""Which techniques will work: each hypothesis is one function, tested on rows that nothing was fitted on."""

import numpy as np

from flights.exploration.models import constant, losses, trees
from flights.exploration.study import Finding, Study, compare, finding, untested


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
    """Missing values carry information: flags for gaps add to inputs whose gaps are filled."""
    gaps = np.isnan(study.matrix)
    gapped = gaps.any(axis=0) & ~gaps.all(axis=0)
    if not gapped.any():
        return untested("no input has gaps")
    middle = np.array(
        [np.nanmedian(column) if some else 0.0 for column, some in zip(study.matrix.T, gapped, strict=True)]
    )
    filled = np.where(gaps, middle, study.matrix)
    flagged = np.column_stack([filled, gaps[:, gapped]])
    both = (study.boosted(filled, study.coded), study.boosted(flagged, study.coded))
    return compare(*both, ("gaps filled", "gaps flagged"))


def categories(study: Study) -> Finding:
    """The text columns carry information that the others do not: trees that see them beat trees that do not."""
    others = [place for place in range(study.matrix.shape[1]) if place not in study.coded]
    if not study.coded:
        return untested("no input is a text")
    without = study.boosted(study.matrix[:, others], []) if others else study.base
    return compare(without, study.trees, ("without texts", "with texts"))


def more_data(study: Study) -> Finding:
    """More rows would help: trees fitted on all the rows beat trees fitted on half of them."""
    half = study.cut // 2
    matrix, test = study.matrix[:half], study.matrix[study.cut :]
    fewer = study.losses(trees(matrix, study.target[:half], test, study.coded))
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
