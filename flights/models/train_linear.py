"""Fit the candidate linear on data/train.parquet: logistic regression on scaled and one-hot features."""

import hashlib
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from flights.common.outputs import new_folder, read_json, write_json
from flights.common.rounding import rounded
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.features.encoders import Encoders, categorical, column_features, read_parts, read_target, read_training
from flights.models.scoring.linear import Model

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
FOLDER = Path("models/linear")
EXACT_WEIGHTS = 500  # Newton's method ends at the same weights on every processor, and takes too long for many


def kept_values(encoders: Encoders, min_count: int) -> dict[int, list[str]]:
    """Return, for each column of codes, the values that have a weight of their own: those of the first codes."""
    features = column_features(encoders)
    states = {place: encoders["features"][features[place]] for place in categorical(encoders)}
    return {
        place: [value for value, count in state["values"].items() if count >= max(min_count, state["min_count"])]
        for place, state in states.items()
    }


def scales(matrix: np.ndarray, kept: dict[int, list[str]]) -> dict[int, tuple[float, float]]:
    """Return mean and standard deviation of each column of numbers; 0 and 1 where there is nothing to measure."""
    found = {}
    for place in range(matrix.shape[1]):
        if place not in kept:
            values = matrix[:, place].astype(np.float64)
            known = values[~np.isnan(values)]
            spread = float(known.std()) if len(known) else 0.0
            found[place] = (float(known.mean()) if len(known) else 0.0, spread or 1.0)
    return found


def design(matrix: np.ndarray, scale: dict[int, tuple[float, float]], kept: dict[int, list[str]]) -> sparse.csr_array:
    """Return the columns the weights belong to: for a number its scaled value and a gap, for a code its values.

    The values of ``kept`` have a column of their own; one more takes all others.
    """
    blocks = []
    for place in range(matrix.shape[1]):
        values = matrix[:, place].astype(np.float64)
        gaps = np.isnan(values)
        if place in kept:
            most = len(kept[place])
            codes = np.where(gaps | (values >= most), most, values).astype(np.int64)
            entries = (np.ones(len(codes)), (np.arange(len(codes)), codes))
            blocks.append(sparse.csr_array(entries, shape=(len(codes), most + 1)))
        else:
            mean, spread = scale[place]
            scaled = np.where(gaps, 0.0, (values - mean) / spread)
            blocks.append(sparse.csr_array(np.column_stack([scaled, gaps])))
    return sparse.hstack(blocks, format="csr")


def fit(columns: sparse.csr_array, target: np.ndarray, regularization: float, max_iter: int) -> LogisticRegression:
    """Fit a logistic regression: exactly, while its weights are few enough for Newton's method."""
    solver, tol = ("newton-cholesky", 1e-8) if columns.shape[1] <= EXACT_WEIGHTS else ("lbfgs", 1e-5)
    estimator = LogisticRegression(C=1 / regularization, solver=solver, tol=tol, max_iter=max_iter)
    return estimator.fit(columns, target)


def rounded_weights(weights: np.ndarray, intercept: np.ndarray) -> tuple[list[list[float]], list[float]]:
    """Return both to the digits that every processor agrees on: a millionth of the largest weight."""
    places = 6 - magnitude(weights)
    return np.round(weights, places).tolist(), np.round(intercept, min(places, 12 - magnitude(intercept))).tolist()


def magnitude(values: np.ndarray) -> int:
    """Return the power of ten that no value exceeds."""
    return math.ceil(math.log10(max(np.abs(values).max(), 1e-100)))


def to_model(
    estimator: LogisticRegression, names: list[str], scale: dict[int, tuple[float, float]], kept: dict[int, list[str]]
) -> Model:
    """Return the fitted weights with the names of the columns and values they belong to."""
    weights, intercept = rounded_weights(np.atleast_2d(estimator.coef_).T, np.atleast_1d(estimator.intercept_))
    columns: list[dict[str, Any]] = []
    start = 0
    for place, name in enumerate(names):
        if place in kept:
            end = start + len(kept[place])
            own = dict(zip(kept[place], weights[start:end], strict=True))
            columns.append({"column": name, "weights": own, "other": weights[end]})
            start = end + 1
        else:
            mean, spread = scale[place]
            weight, missing = weights[start : start + 2]
            column = {"column": name, "mean": mean, "scale": spread, "weight": weight, "missing": missing}
            start += 2
            columns.append(column)
    return Model(intercept, columns)


def train(matrix: np.ndarray, target: np.ndarray, encoders: Encoders, params: dict[str, Any]) -> Model:
    """Return the model of these rows, with ``params`` of params.yaml."""
    kept = kept_values(encoders, params["min_count"])
    scale = scales(matrix, kept)
    estimator = fit(design(matrix, scale, kept), target, params["regularization"], params["max_iter"])
    return to_model(estimator, encoders["columns"], scale, kept)


def refit(rows: Path, encoders: Encoders) -> Model:
    """Return the model of all ``rows``, with the settings that training had."""
    params = read_json(FOLDER / "summary.json")["params"]
    return train(read_training(rows, encoders), read_target(rows, encoders), encoders, params)


def validate(
    matrix: np.ndarray, target: np.ndarray, encoders: Encoders, tried: list[dict[str, Any]]
) -> list[np.ndarray]:
    """Return, for each of the params that are ``tried``, the predictions of the validation part."""
    validation = read_parts(TRAIN)
    models = [train(matrix[~validation], target[~validation], encoders, params) for params in tried]
    return [model.predict(matrix[validation]) for model in models]


def main() -> None:
    params = setting("model", "linear", "params")
    encoders = read_json(ENCODERS)
    matrix, target = read_training(TRAIN, encoders), read_target(TRAIN, encoders)
    (validated,) = validate(matrix, target, encoders, [params])
    model = train(matrix, target, encoders, params)
    with new_folder(FOLDER) as folder:
        np.save(folder / "validation.npy", rounded(validated))
        model.save(folder)
        write_json(folder / "encoders.json", encoders)
        summary = {"kind": "linear", "params": params}
        summary["code"] = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()  # refit follows this file
        write_json(folder / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
