"""Fit the candidate lightgbm on data/train.parquet: trees, stopped early, then fitted again on all rows."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from flights.common.boosting import lightgbm as lgb
from flights.common.outputs import new_folder, read_json, write_json
from flights.common.progress import Progress
from flights.common.rounding import rounded
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.features.columns import FEATURES
from flights.features.encoders import Encoders, categorical, column_features, read_parts, read_target, read_training
from flights.models.scoring.lightgbm import Model, threads

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
FOLDER = Path("models/lightgbm")
FIXED = {
    "objective": "binary",
    "metric": "binary_logloss",
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}


def dataset(matrix: np.ndarray, target: np.ndarray, codes: list[int], params: dict[str, Any]) -> lgb.Dataset:
    """Return ``matrix`` binned once, for fitting on all of it or on a part; ``codes`` are columns of categories."""
    return lgb.Dataset(matrix, target, categorical_feature=codes, params=params).construct()


def stop_early(
    fit: lgb.Dataset, watched: lgb.Dataset, params: dict[str, Any], rounds: int, patience: int
) -> lgb.Booster:
    """Fit on the rows of ``fit``, as long as the loss on those that are ``watched`` falls."""
    stop = lgb.early_stopping(patience, first_metric_only=True, verbose=False)
    callbacks: list[Callable[..., Any]] = [stop, lgb.log_evaluation(50)]
    return lgb.train(params, fit, rounds, valid_sets=[watched], valid_names=["validation"], callbacks=callbacks)


def grown(rounds: int, most: int, fitted: int, rows: int) -> int:
    """Return the rounds for ``rows`` rows, at most ``most``, where ``rounds`` were best on ``fitted`` of them.

    More rows bear more rounds before they overfit: half as many again 1.17 times as many, on average over ten tables.
    """
    return min(round(rounds * (rows / fitted) ** 0.39), most)


def importance(booster: lgb.Booster, features: list[str]) -> dict[str, float]:
    """Return each feature's share of the total gain, largest first; ``features`` says which each column comes from."""
    gain = booster.feature_importance("gain")
    shares = dict.fromkeys(FEATURES, 0.0)
    for name, part in zip(features, gain / max(gain.sum(), 1e-12), strict=True):
        shares[name] += float(part)
    return {name: round(share, 6) for name, share in sorted(shares.items(), key=lambda item: -item[1])}


def boosted(rows: lgb.Dataset, params: dict[str, Any], rounds: int) -> lgb.Booster:
    """Fit ``rounds`` rounds on all ``rows``."""
    progress = Progress(rounds, "rounds on all rows")
    return lgb.train(params, rows, rounds, callbacks=[lambda _: progress.add(1)])


def refit(rows: Path, encoders: Encoders) -> Model:
    """Return the model of all ``rows``, with the settings that training chose, and its rounds for as many rows."""
    summary = read_json(FOLDER / "summary.json")
    matrix = read_training(rows, encoders)
    params = {**FIXED, **summary["params"], "num_threads": threads(matrix)}
    target = read_target(rows, encoders)
    binned = dataset(matrix, target, categorical(encoders), params)
    rounds = grown(**summary["stopped"], rows=len(matrix))
    return Model(boosted(binned, params, rounds))


def main() -> None:
    settings = setting("model", "lightgbm")
    encoders = read_json(ENCODERS)
    matrix = read_training(TRAIN, encoders)
    params = {**FIXED, **settings["params"], "num_threads": threads(matrix)}
    target = read_target(TRAIN, encoders)
    rows = dataset(matrix, target, categorical(encoders), params)
    validation = read_parts(TRAIN)
    fit, watched = (rows.subset(np.flatnonzero(part)) for part in (~validation, validation))  # type: ignore[arg-type]
    validation_model = stop_early(fit, watched, params, settings["rounds"], settings["early_stopping"])
    stopped = {
        "rounds": validation_model.best_iteration,
        "most": settings["rounds"],
        "fitted": int((~validation).sum()),
    }
    rounds = grown(**stopped, rows=len(matrix))
    booster = boosted(rows, params, rounds)
    print(
        f"stopped after {validation_model.best_iteration} of at most {settings['rounds']} rounds; {rounds} on all training rows"
    )
    with new_folder(FOLDER) as folder:
        np.save(folder / "validation.npy", rounded(Model(validation_model).predict(matrix[validation])))
        Model(booster).save(folder)
        write_json(folder / "encoders.json", encoders)
        summary = {
            "kind": "lightgbm",
            "rounds": rounds,
            "stopped": stopped,
            "params": {name: value for name, value in params.items() if name not in (*FIXED, "num_threads")},
            "importance": importance(booster, column_features(encoders)),
        }
        summary["code"] = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()  # refit follows this file
        write_json(folder / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
