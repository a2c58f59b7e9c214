"""Fit the candidate baseline on data/train.parquet: the base rate."""

from pathlib import Path

import numpy as np

from flights.encoders import read_parts, read_target
from flights.outputs import new_folder, read_json, write_json
from flights.scoring.baseline import Model

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
FOLDER = Path("models/baseline")


def fit(target: np.ndarray) -> Model:
    """Return the mean of ``target``."""
    return Model(float(target.mean()))


def main() -> None:
    encoders = read_json(ENCODERS)
    target = read_target(TRAIN, encoders)
    validation = read_parts(TRAIN)
    judged, model = fit(target[~validation]), fit(target)
    with new_folder(FOLDER) as folder:
        np.save(folder / "validation.npy", judged.predict(target[validation]))
        model.save(folder)
        write_json(folder / "encoders.json", encoders)
        write_json(folder / "summary.json", {"kind": "baseline", "prediction": model.prediction})


if __name__ == "__main__":
    main()
