"""Fit the candidate baseline on data/train.parquet: the base rate."""

import hashlib
from pathlib import Path

import numpy as np

from flights.common.outputs import new_folder, read_json, write_json
from flights.common.rounding import rounded
from flights.common.stage import run_stage
from flights.features.encoders import Encoders, read_parts, read_target
from flights.models.scoring.baseline import Model

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
FOLDER = Path("models/baseline")


def fit(target: np.ndarray) -> Model:
    """Return the mean of ``target``."""
    return Model(float(target.mean()))


def refit(rows: Path, encoders: Encoders) -> Model:
    """Return the model of all ``rows``."""
    return fit(read_target(rows, encoders))


def main() -> None:
    encoders = read_json(ENCODERS)
    target = read_target(TRAIN, encoders)
    validation = read_parts(TRAIN)
    validation_model, model = fit(target[~validation]), fit(target)
    with new_folder(FOLDER) as folder:
        np.save(folder / "validation.npy", rounded(validation_model.predict(target[validation])))
        model.save(folder)
        write_json(folder / "encoders.json", encoders)
        summary = {"kind": "baseline", "prediction": model.prediction}
        summary["code"] = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()  # refit follows this file
        write_json(folder / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
