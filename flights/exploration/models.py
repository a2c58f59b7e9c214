"""Models that are quick to fit: evidence on what will work, not candidates. Each returns its predictions for new rows."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from flights.common.boosting import lightgbm as lgb
from flights.common.settings import setting

ROUNDS = 200
PATIENCE = 15
FEWEST_CELLS = 2_000_000  # for which threads save more than they cost
SETTINGS = {
    "learning_rate": 0.15,
    "feature_fraction": 0.6,
    "cat_smooth": 50,
    "cat_l2": 20,
    "verbosity": -1,
    "deterministic": True,
    "force_col_wise": True,
    "seed": 0,
}


LOSS = "log loss"
EXACT_WEIGHTS = 500  # Newton's method ends at the same weights on every processor, and takes too long for many


def objective(target: np.ndarray) -> dict[str, object]:
    """Return what trees are to minimise."""
    return {"objective": "binary"}


def losses(target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Return the log loss of each row."""
    likelihood = np.where(target > 0, prediction, 1 - prediction)
    return -np.log(np.clip(likelihood, 1e-6, 1))


def constant(target: np.ndarray, rows: int) -> np.ndarray:
    """Return the base rate for each of ``rows`` rows."""
    return np.full(rows, (target.sum() + 0.5) / (len(target) + 1))


def linear(matrix: np.ndarray, target: np.ndarray, new: np.ndarray, coded: Sequence[int]) -> np.ndarray:
    """Return predictions of a logistic regression."""
    if target.min() == target.max():
        return constant(target, len(new))
    left, right = indicators(matrix, new, coded)
    solver = "newton-cholesky" if left.shape[1] <= EXACT_WEIGHTS else "lbfgs"
    return LogisticRegression(C=0.1, solver=solver, max_iter=500).fit(left, target).predict_proba(right)[:, 1]


def trees(
    matrix: np.ndarray, target: np.ndarray, new: np.ndarray, coded: Sequence[int], leaves: int = 15
) -> np.ndarray:
    """Return predictions of boosted trees; their number is chosen on the last fifth of the rows."""
    cut = len(target) * 4 // 5
    settings = (
        SETTINGS
        | objective(target)
        | {
            "num_leaves": leaves,
            "min_data_in_leaf": max(3, min(50, cut // 100)),
            "num_threads": setting("engine", "threads") if matrix.size >= FEWEST_CELLS else 1,
        }
    )
    fit = lgb.Dataset(matrix[:cut], target[:cut], categorical_feature=list(coded), params=settings)
    watched = lgb.Dataset(matrix[cut:], target[cut:], reference=fit)
    stop = lgb.early_stopping(PATIENCE, verbose=False)
    return np.asarray(
        lgb.train(settings, fit, ROUNDS, valid_sets=[watched], callbacks=[stop]).predict(
            new, num_threads=settings["num_threads"]
        )
    )


def indicators(matrix: np.ndarray, new: np.ndarray, coded: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return both matrices for a linear model: scaled numbers, gaps at the mean with a flag, one column for each code."""
    columns: list[tuple[np.ndarray, np.ndarray]] = []
    for place in range(matrix.shape[1]):
        pair = (matrix[:, place], new[:, place])
        if place in coded:
            columns += [
                tuple((part == code).astype(float) for part in pair) for code in np.unique(pair[0][~np.isnan(pair[0])])
            ]
            continue
        mean, scale = (np.nanmean(pair[0]), np.nanstd(pair[0]) or 1.0) if not np.isnan(pair[0]).all() else (0.0, 1.0)
        columns.append(tuple(np.clip(np.nan_to_num((part - mean) / scale), -10, 10) for part in pair))
        columns.append(tuple(np.isnan(part).astype(float) for part in pair))
    left, right = zip(*columns, strict=True)
    return np.column_stack(left), np.column_stack(right)
