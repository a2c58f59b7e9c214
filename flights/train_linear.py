"""Fit the candidate linear on data/train.parquet: logistic regression on scaled and one-hot features."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from flights.encoders import Encoders, categorical, column_features, read_parts, read_target, read_training
from flights.outputs import new_folder, read_json, write_json
from flights.scoring.linear import Model
from flights.settings import setting

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
FOLDER = Path("models/linear")


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


def to_model(
    estimator: LogisticRegression, names: list[str], scale: dict[int, tuple[float, float]], kept: dict[int, list[str]]
) -> Model:
    """Return the fitted weights with the names of the columns and values they belong to."""
    weights = np.atleast_2d(estimator.coef_).T.tolist()
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
            columns.append({"column": name, "mean": mean, "scale": spread, "weight": weight, "missing": missing})
            start += 2
    return Model(np.atleast_1d(estimator.intercept_).tolist(), columns)


def refit(rows: Path, encoders: Encoders) -> Model:
    """Return the model of all ``rows``, with the settings that training had."""
    params = read_json(FOLDER / "summary.json")["params"]
    matrix, target = read_training(rows, encoders), read_target(rows, encoders)
    kept = kept_values(encoders, params["min_count"])
    scale = scales(matrix, kept)
    columns = design(matrix, scale, kept)
    estimator = LogisticRegression(C=1 / params["regularization"], max_iter=params["max_iter"], warm_start=True)
    estimator.fit(columns, target)
    return to_model(estimator, encoders["columns"], scale, kept)


def main() -> None:
    params = setting("model", "linear", "params")
    encoders = read_json(ENCODERS)
    matrix, target, validation = read_training(TRAIN, encoders), read_target(TRAIN, encoders), read_parts(TRAIN)
    names, kept = encoders["columns"], kept_values(encoders, params["min_count"])
    scale = scales(matrix[~validation], kept)
    columns = design(matrix, scale, kept)
    estimator = LogisticRegression(C=1 / params["regularization"], max_iter=params["max_iter"], warm_start=True)
    estimator.fit(columns[~validation], target[~validation])
    judged = to_model(estimator, names, scale, kept)
    estimator.fit(columns, target)
    model = to_model(estimator, names, scale, kept)
    with new_folder(FOLDER) as folder:
        np.save(folder / "validation.npy", judged.predict(matrix[validation]))
        model.save(folder)
        write_json(folder / "encoders.json", encoders)
        summary = {"kind": "linear", "params": params, "columns": columns.shape[1]}
        summary["code"] = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()  # refit follows this file
        write_json(folder / "summary.json", summary)


if __name__ == "__main__":
    main()
