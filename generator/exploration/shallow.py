"""Small models, fitted on one half of the rows and measured on the other: a few questions, or a weighted sum."""

from collections.abc import Mapping

import numpy as np

from generator.exploration.separation import halves, improvement, is_classes, standard

DEPTH = 3
LEAF = 5
"""The questions that lead to a leaf of a tree, and the rows that it needs."""

ROUNDS = 20
RIDGE = 1e-3
"""Newton steps of a logistic regression, and what keeps its weights finite where classes are apart."""

NAMED = 5
"""Columns up to which a weighted sum is said to be one of these."""


def tree(columns: Mapping[str, np.ndarray], target: np.ndarray) -> tuple[tuple[str, ...], float]:
    """Return the columns that a tree of :data:`DEPTH` questions asks, and the share that it explains."""
    names = list(columns)
    fit, test = halves(len(target))
    matrix = np.column_stack([np.where(np.isfinite(columns[name]), columns[name], -np.inf) for name in names])
    shown = np.eye(target.max() + 1)[target] if is_classes(target) else target[:, None] - target.mean()
    guess = np.empty((len(target), shown.shape[1]))
    asked: dict[str, None] = {}
    leaves = [(fit, test, DEPTH)]
    while leaves:
        known, new, depth = leaves.pop(0)
        found = _cut(matrix[known], shown[known]) if depth else None
        if found is None:
            guess[new] = shown[known].mean(axis=0)
            continue
        place, bound = found
        asked[names[place]] = None
        for side in (matrix[:, place] <= bound, matrix[:, place] > bound):
            leaves.append((known[side[known]], new[side[new]], depth - 1))
    said = guess[test].argmax(axis=1) if is_classes(target) else guess[test, 0] + target.mean()
    return tuple(asked), improvement(said, target[test])


def _cut(matrix: np.ndarray, shown: np.ndarray) -> tuple[int, float] | None:
    """Return the column and the bound that leave the least spread of ``shown``; None where no cut takes any away."""
    rows = len(matrix)
    best: tuple[float, tuple[int, float] | None] = (1e-9, None)
    total = shown.sum(axis=0)
    base = float((total**2).sum()) / rows
    for place in range(matrix.shape[1]):
        order = np.argsort(matrix[:, place], kind="stable")
        values = matrix[order, place]
        sums = np.cumsum(shown[order], axis=0)[:-1]
        left = np.arange(1, rows)
        gain = (sums**2).sum(axis=1) / left + ((total - sums) ** 2).sum(axis=1) / (rows - left) - base
        gain[(values[1:] == values[:-1]) | (left < LEAF) | (rows - left < LEAF)] = 0.0
        if len(gain) and gain.max() > best[0]:
            cut = int(gain.argmax())
            best = (float(gain[cut]), (place, _between(values[cut], values[cut + 1])))
    return best[1]


def _between(low: float, high: float) -> float:
    middle = (low + high) / 2
    return middle if np.isfinite(middle) and low <= middle < high else low


def weighted(columns: Mapping[str, np.ndarray], target: np.ndarray, enough: float) -> tuple[tuple[str, ...], float]:
    """Return the columns of the shortest weighted sum that explains ``enough`` of the target, and what it explains.

    Where no sum does, these are all columns. The target is a number, or of two classes.
    """
    names, values = list(columns), [standard(columns[name]) for name in columns]
    matrix = np.column_stack([np.ones(len(target)), *values])
    weights, found = _fitted(matrix, target)
    if found >= enough:
        order = np.argsort(-np.abs(weights[1:]), kind="stable")
        for size in range(2, min(NAMED, len(names)) + 1):
            kept = np.sort(order[:size])
            _, part = _fitted(matrix[:, [0, *(kept + 1)]], target)
            if part >= enough:
                return tuple(names[place] for place in kept), part
    return tuple(names), found


def _fitted(matrix: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the weights of the columns of ``matrix``, fitted on one half, and the share they explain on the other."""
    fit, test = halves(len(target))
    if not is_classes(target):
        weights = np.linalg.lstsq(matrix[fit], target[fit], rcond=None)[0]
        return weights, improvement(matrix[test] @ weights, target[test])
    yes, rows = (target == target.max()).astype(np.float64), matrix[fit]
    weights = np.zeros(matrix.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (yes[fit] - chance) - RIDGE * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    guess = np.where(matrix[test] @ weights > 0, target.max(), target.min())
    return weights, improvement(guess, target[test])
