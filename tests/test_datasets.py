"""From a file to a green ``dvc repro`` in one command plus one, on real data, not worse than what people try first.

``DATASETS=all pytest -m slow tests/test_datasets.py`` takes all of :mod:`tests.datasets`, in half an hour;
without it, three of them.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from tests.datasets import DATASETS
from tests.sandbox import ran, run

CHOSEN = os.environ.get("DATASETS", "titanic,penguins,birds")
NAMES = list(DATASETS) if CHOSEN == "all" else CHOSEN.split(",")
MOST_CATEGORIES = 254
RESAMPLES = 200


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_file_becomes_a_project(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = DATASETS[name]
    file = dataset.write(tmp_path)
    began = time.perf_counter()
    run(tmp_path, "ninefold", "new", name, "--data", str(file), "--target", dataset.target)
    made = time.perf_counter()
    folder = tmp_path / name
    assert "report" in ran(run(folder, "dvc", "repro"))
    done = time.perf_counter()
    assert ran(run(folder, "dvc", "repro")) == []
    assert (folder / "reports/index.html").stat().st_size > 10_000
    metric, ours, error, theirs, tells = compared(folder)
    with capsys.disabled():
        print(
            f"\n{name}: {dataset.hard}; new {made - began:.0f} s, dvc repro {done - made:.0f} s; "
            f"{metric} {ours:.4f}, standard error {error:.4f}, HistGradientBoosting {theirs:.4f}"
        )
    assert (theirs - ours if tells == "more" else ours - theirs) <= error
    assert dataset.leak not in yaml.safe_load((folder / "params.yaml").read_text())["features"]


def compared(folder: Path) -> tuple[str, float, float, float, str]:
    """Return the metric, ours, the standard error of the difference, theirs, and whether more or less is better.

    Both are of the same rows; theirs learns the columns that ours does, categories as such.
    """
    evaluation = json.loads((folder / "reports/evaluation.json").read_text())
    metric = evaluation["primary"]
    task = yaml.safe_load((folder / "params.yaml").read_text())["problem"]["task"]
    train, holdout = (pd.read_parquet(folder / f"data/{part}.parquet") for part in ("train", "holdout"))
    columns = [column for column in train.columns if not column.startswith("__")]
    seen, asked = frames(train[columns], holdout[columns])
    kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
    model = kind(random_state=0, categorical_features="from_dtype").fit(seen, train["__target"])
    target = holdout["__target"].to_numpy()
    theirs = model.predict(asked) if task == "regression" else model.predict_proba(asked)
    measure = measures(metric, [] if task == "regression" else list(model.classes_))
    low, high = evaluation["holdout"][evaluation["chosen"]][metric]["interval"]
    ours = evaluation["holdout"][evaluation["chosen"]][metric]["value"]
    rng = np.random.default_rng(0)
    spread = np.std([measure(target[rows], theirs[rows]) for rows in resamples(rng, target, task)])
    error = max(float(spread), (high - low) / (2 * 1.96))
    return metric, ours, error, float(measure(target, theirs)), "more" if metric in MORE else "less"


MORE = ("roc_auc", "average_precision")


def measures(metric: str, classes: list[Any]) -> Any:
    """Return the function of target and prediction that ``metric`` is."""
    if metric == "rmse":
        return lambda target, score: np.sqrt(np.mean((target - score) ** 2))
    if metric == "log_loss":
        return lambda target, score: log_loss(target, score, labels=classes)
    rank = roc_auc_score if metric == "roc_auc" else average_precision_score
    return lambda target, score: rank(target, score[:, 1])


def resamples(rng: np.random.Generator, target: np.ndarray, task: str) -> Any:
    """Yield rows drawn with replacement; of two classes never one alone."""
    for _ in range(RESAMPLES):
        rows = rng.integers(0, len(target), len(target))
        if task != "binary" or len(np.unique(target[rows])) == 2:
            yield rows


def frames(train: pd.DataFrame, holdout: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both with texts as categories: those most often seen in training, as many as the model takes."""
    seen, asked = train.copy(), holdout.copy()
    for column in train.columns:
        if pd.api.types.is_numeric_dtype(train[column]) and not pd.api.types.is_object_dtype(train[column]):
            seen[column], asked[column] = train[column].astype(float), holdout[column].astype(float)
            continue
        values = train[column].astype(object).value_counts().index[:MOST_CATEGORIES]
        for frame in (seen, asked):
            known = frame[column].astype(object)
            frame[column] = pd.Categorical(known.where(known.isin(values), None), categories=values)
    return seen, asked
