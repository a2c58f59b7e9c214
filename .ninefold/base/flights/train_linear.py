"""Fit the candidate linear on data/train.parquet: logistic regression on scaled and one-hot features."""

from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from flights.columns import CATEGORIES, FEATURES, NUMBERS
from flights.encoding import Encoders, read_matrix, read_parts, read_target
from flights.outputs import new_folder, read_json, write_json
from flights.scoring.linear import Model
from flights.settings import setting

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
FOLDER = Path("models/linear")


def scales(matrix: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of each number; 0 and 1 where there is nothing to measure."""
    found = {}
    for name in NUMBERS:
        values = matrix[:, FEATURES.index(name)].astype(np.float64)
        known = values[~np.isnan(values)]
        spread = float(known.std()) if len(known) else 0.0
        found[name] = (float(known.mean()) if len(known) else 0.0, spread or 1.0)
    return found


def design(matrix: np.ndarray, scale: dict[str, tuple[float, float]], kept: dict[str, int]) -> sparse.csr_array:
    """Return the columns the weights belong to: for a number its scaled value and a gap, for a category its values.

    ``kept`` says how many of a category's values have a column of their own; one more column takes all others.
    """
    blocks = []
    for place, name in enumerate(FEATURES):
        values = matrix[:, place].astype(np.float64)
        gaps = np.isnan(values)
        if name in CATEGORIES:
            codes = np.where(gaps | (values >= kept[name]), kept[name], values).astype(np.int64)
            entries = (np.ones(len(codes)), (np.arange(len(codes)), codes))
            blocks.append(sparse.csr_array(entries, shape=(len(codes), kept[name] + 1)))
        else:
            mean, spread = scale[name]
            scaled = np.where(gaps, 0.0, (values - mean) / spread)
            blocks.append(sparse.csr_array(np.column_stack([scaled, gaps])))
    return sparse.hstack(blocks, format="csr")


def to_model(
    estimator: LogisticRegression, encoders: Encoders, scale: dict[str, tuple[float, float]], kept: dict[str, int]
) -> Model:
    """Return the fitted weights under the names of the features and values they belong to."""
    weights = np.atleast_2d(estimator.coef_).T
    numbers: dict[str, dict[str, Any]] = {}
    categories: dict[str, dict[str, Any]] = {}
    start = 0
    for name in FEATURES:
        if name in CATEGORIES:
            own = weights[start : start + kept[name] + 1].tolist()
            values = list(encoders["categories"][name])
            table = {value: own[min(code, kept[name])] for code, value in enumerate(values)}
            categories[name] = {"weights": table, "other": own[-1]}
            start += kept[name] + 1
        else:
            mean, spread = scale[name]
            weight, missing = weights[start : start + 2].tolist()
            numbers[name] = {"mean": mean, "scale": spread, "weight": weight, "missing": missing}
            start += 2
    return Model(np.atleast_1d(estimator.intercept_).tolist(), numbers, categories)


def main() -> None:
    params = setting("model", "linear", "params")
    encoders = read_json(ENCODERS)
    matrix, target, validation = read_matrix(TRAIN, encoders), read_target(TRAIN, encoders), read_parts(TRAIN)
    kept = {
        name: sum(count >= params["min_count"] for count in counts.values())
        for name, counts in encoders["categories"].items()
    }
    scale = scales(matrix[~validation])
    columns = design(matrix, scale, kept)
    estimator = LogisticRegression(C=1 / params["regularization"], max_iter=params["max_iter"], warm_start=True)
    estimator.fit(columns[~validation], target[~validation])
    judged = to_model(estimator, encoders, scale, kept)
    estimator.fit(columns, target)
    model = to_model(estimator, encoders, scale, kept)
    with new_folder(FOLDER) as folder:
        np.save(folder / "validation.npy", judged.predict(matrix[validation]))
        model.save(folder)
        write_json(folder / "summary.json", {"kind": "linear", "columns": columns.shape[1]})


if __name__ == "__main__":
    main()
