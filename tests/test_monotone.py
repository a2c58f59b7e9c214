"""Monotone constraints hold over the whole range of a feature, for every row, in each model that is made."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sandbox import imported

TRAIN = Path("data/train.parquet")
SIGNS = {"flipper_length_mm": 1, "sex": -1, "island": 1, "bill_area": -1}
WORDS = {1: "increasing", -1: "decreasing"}
ASKED = ", ".join(f"{name}: {WORDS[sign]}" for name, sign in SIGNS.items())
CONSTRAINED = ("model=[linear,lightgbm,poisson]", f"+model.lightgbm.monotone={{{ASKED}}}")
CASES = {
    "part": CONSTRAINED,
    "folds": (*CONSTRAINED, "~split.validation", "+split.folds=3"),
    "searched": (*CONSTRAINED, "tuning.kind=optuna", "+tuning.trials=3"),
    "searched_in_folds": (
        *CONSTRAINED,
        "~split.validation",
        "+split.folds=3",
        "tuning.kind=optuna",
        "+tuning.trials=2",
    ),
    "poisson": (CONSTRAINED[0], f"+model.poisson.monotone={{{ASKED}}}"),
    "extra_trees": (*CONSTRAINED, "+model.lightgbm.params.extra_trees=true", "+problem.weight=year"),
}


def worst(model: lgb.Booster, matrix: np.ndarray, column: int, sign: int) -> float:
    """Return by how much the prediction for any row goes the wrong way, from one value of ``column`` to the next."""
    values = np.unique(matrix[~np.isnan(matrix[:, column]), column])
    grid = np.linspace(values[0] - 1, values[-1] + 1, 100)
    found = 0.0
    for row in matrix[:60]:
        rows = np.tile(row, (len(grid), 1))
        rows[:, column] = grid
        found = max(found, float((-sign * np.diff(model.predict(rows))).max()))
    return found


@pytest.mark.parametrize("case", CASES)
def test_no_prediction_goes_the_other_way(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, name = f"monotone_{case}", "poisson" if case == "poisson" else "lightgbm"
    with imported("weights", tmp_path, package, *CASES[case]) as examples:
        encoders, training = prepare(examples, package), importlib.import_module(f"{package}.models.train_{name}")
        fitted: list[tuple[lgb.Booster, dict[str, Any]]] = []
        train = training.lgb.train
        monkeypatch.setattr(
            training.lgb, "train", lambda params, *rest, **more: keep(fitted, train(params, *rest, **more), params)
        )
        training.main()
        training.refit(TRAIN, encoders)
        reading = importlib.import_module(f"{package}.features.encoders")
        matrix = reading.read_matrix(TRAIN, encoders).astype(float)
        last, again = fitted[-2:]
        for booster, params in (last, again):
            assert params["monotone_constraints"] == [SIGNS.get(column, 0) for column in encoders["columns"]]
            for feature, sign in SIGNS.items():
                assert worst(booster, matrix, encoders["columns"].index(feature), sign) == 0, feature
        for booster, params in fitted:
            signs = params["monotone_constraints"]
            assert len(signs) == booster.num_feature()
            assert sorted(filter(None, signs)) == sorted(SIGNS.values())
        plain = train(
            {"verbosity": -1, "num_threads": 1}, lgb.Dataset(matrix, reading.read_target(TRAIN, encoders)), 50
        )
        assert max(worst(plain, matrix, encoders["columns"].index(name), sign) for name, sign in SIGNS.items()) > 0.1


def keep(fitted: list[tuple[lgb.Booster, dict[str, Any]]], booster: lgb.Booster, params: dict[str, Any]) -> lgb.Booster:
    """Note ``booster`` and its parameters, and return it."""
    fitted.append((booster, params))
    return booster


def prepare(examples: ModuleType, package: str) -> dict[str, Any]:
    """Write rows with a target that rises with every feature and falls again; return their encoders."""
    examples.write_params()
    _, level = examples.draw()
    noise = np.random.default_rng(5)
    target = 9 - np.square(level - 2) + noise.normal(0, 0.3, len(level))
    examples.write_training(pa.array(target), level + noise.normal(0, 0.4, len(level)))
    rows = pq.read_table(TRAIN)
    mixed = [name for name in rows.column_names if not name.startswith("__")]
    for name in mixed:  # so that each says something of its own
        order = np.where(noise.random(len(rows)) < 0.2, noise.permutation(len(rows)), np.arange(len(rows)))
        places = pa.array(order, mask=noise.random(len(rows)) < 0.1)  # gaps, with which other methods fail
        rows = rows.set_column(rows.column_names.index(name), name, rows[name].take(places))
    pq.write_table(rows, TRAIN)
    found = importlib.import_module(f"{package}.features.encoders").fit_encoders(TRAIN)
    importlib.import_module(f"{package}.common.outputs").write_json(Path("data/encoders.json"), found)
    return dict(found)
