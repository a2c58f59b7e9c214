"""Fit the candidate lightgbm on data/train.parquet: trees, stopped early, then fitted again on all rows."""

from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from flights.columns import FEATURES
from flights.encoders import categorical, column_features, read_parts, read_target, read_training
from flights.outputs import new_folder, read_json, write_json
from flights.scoring.lightgbm import Model
from flights.settings import setting

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
FOLDER = Path("models/lightgbm")
FIXED = {
    "objective": "binary",
    "metric": "auc",
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}


def dataset(matrix: np.ndarray, target: np.ndarray, codes: list[int], params: dict[str, Any]) -> lgb.Dataset:
    """Return ``matrix`` binned once, for fitting on all of it or on a part; ``codes`` are columns of categories."""
    return lgb.Dataset(matrix, target, categorical_feature=codes, params=params).construct()


def stop_early(
    rows: lgb.Dataset, validation: np.ndarray, params: dict[str, Any], rounds: int, patience: int
) -> lgb.Booster:
    """Fit on the rows that are not for ``validation``, as long as those that are improve."""
    fit = rows.subset(np.flatnonzero(~validation))
    watched = rows.subset(np.flatnonzero(validation))
    callbacks = [lgb.early_stopping(patience, first_metric_only=True, verbose=False), lgb.log_evaluation(50)]
    return lgb.train(params, fit, rounds, valid_sets=[watched], valid_names=["validation"], callbacks=callbacks)


def importance(booster: lgb.Booster, features: list[str]) -> dict[str, float]:
    """Return each feature's share of the total gain, largest first; ``features`` says which each column comes from."""
    gain = booster.feature_importance("gain")
    shares = dict.fromkeys(FEATURES, 0.0)
    for name, part in zip(features, gain / max(gain.sum(), 1e-12), strict=True):
        shares[name] += float(part)
    return {name: round(share, 6) for name, share in sorted(shares.items(), key=lambda item: -item[1])}


def main() -> None:
    settings = setting("model", "lightgbm")
    encoders = read_json(ENCODERS)
    matrix = read_training(TRAIN, encoders)
    validation = read_parts(TRAIN)
    params = {**FIXED, **settings["params"]}
    rows = dataset(matrix, read_target(TRAIN, encoders), categorical(encoders), params)
    judged = stop_early(rows, validation, params, settings["rounds"], settings["early_stopping"])
    booster = lgb.train(params, rows, judged.best_iteration)
    print(f"kept {judged.best_iteration} of at most {settings['rounds']} rounds")
    with new_folder(FOLDER) as folder:
        np.save(folder / "validation.npy", Model(judged).predict(matrix[validation]))
        Model(booster).save(folder)
        write_json(folder / "encoders.json", encoders)
        summary = {
            "kind": "lightgbm",
            "rounds": judged.best_iteration,
            "importance": importance(booster, column_features(encoders)),
        }
        write_json(folder / "summary.json", summary)


if __name__ == "__main__":
    main()
