"""Let one library learn a table and predict its held-out rows: ``python contestant.py NAME FOLDER``.

Runs in the environment of the library, alone in its process: what it says goes to FOLDER/NAME.npy, and the seconds by
the clock and of all processors, of the fit alone, to FOLDER/NAME.json.
"""

import json
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from frames import plain, read
from sklearn.model_selection import train_test_split

warnings.filterwarnings("ignore")
SEED = 0
BUDGET = 60  # seconds that FLAML searches for
MOST_CATEGORIES = 254  # that HistGradientBoosting takes
VALIDATION = 0.2  # of the rows, that LightGBM is stopped by
ROUNDS, PATIENCE = 2_000, 50

Said = tuple[np.ndarray, dict[str, Any]]
"""The predictions of the rows that are asked for, and what is to be said about how they were made."""


class Rows:
    """The rows of a table, as every library is given them."""

    def __init__(self, folder: Path) -> None:
        facts = json.loads((folder / "table.json").read_text(encoding="utf-8"))
        self.task, self.classes, self.time = facts["task"], facts["classes"], facts["time"]
        self.train, self.holdout, outcome = read(folder, facts["target"])
        places = {label: place for place, label in enumerate(self.classes)}
        self.target = pd.to_numeric(outcome).astype(float) if self.task == "regression" else outcome.map(places)
        self.target = self.target.to_numpy()

    def parted(self) -> list[np.ndarray]:
        """Return the rows to fit on and those to stop by: the last ones in time, or some at random."""
        if self.time:
            order = np.argsort(self.train[self.time].to_numpy(), kind="stable")
            fit, stop = np.split(order, [round(len(order) * (1 - VALIDATION))])
            return [fit, stop if self.task == "regression" else stop[np.isin(self.target[stop], self.target[fit])]]
        common = self.task != "regression" and np.bincount(self.target).min() > 1
        classes = self.target if common else None
        return train_test_split(np.arange(len(self.train)), test_size=VALIDATION, random_state=SEED, stratify=classes)

    def said(self, model: Any, holdout: pd.DataFrame) -> np.ndarray:
        """Return what ``model`` says of ``holdout``: numbers, probabilities of the second class, or of every class."""
        if self.task == "regression":
            return np.asarray(model.predict(holdout))
        shares = np.zeros((len(holdout), len(self.classes)))
        shares[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(holdout)
        return shares[:, 1] if self.task == "binary" else shares


def hist_gradient_boosting(rows: Rows) -> Callable[[], Said]:
    """Fit scikit-learn's with its defaults."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    train, holdout = plain(rows.train, rows.holdout, MOST_CATEGORIES)
    kind = HistGradientBoostingRegressor if rows.task == "regression" else HistGradientBoostingClassifier
    model = kind(random_state=SEED, categorical_features="from_dtype").fit(train, rows.target)
    return lambda: (rows.said(model, holdout), {})


def lightgbm(rows: Rows) -> Callable[[], Said]:
    """Fit LightGBM with its defaults, stopped early by a fifth of the rows: the last ones where rows have an order."""
    import lightgbm as lgb

    train, holdout = plain(rows.train, rows.holdout)
    for frame in (train, holdout):
        frame.columns = [f"column{place}" for place in range(frame.shape[1])]  # it refuses some signs in names
    fit, stop = rows.parted()
    kind = lgb.LGBMRegressor if rows.task == "regression" else lgb.LGBMClassifier
    model = kind(n_estimators=ROUNDS, random_state=SEED, n_jobs=1, verbosity=-1)
    metric = {"regression": "l2", "binary": "binary_logloss", "multiclass": "multi_logloss"}[rows.task]
    stopped = lgb.early_stopping(PATIENCE, verbose=False)
    held = (train.iloc[stop], rows.target[stop])
    model.fit(train.iloc[fit], rows.target[fit], eval_set=[held], eval_metric=metric, callbacks=[stopped])
    told = {"rounds": int(model.best_iteration_)}
    return lambda: (rows.said(model, holdout), told)


def flaml(rows: Rows) -> Callable[[], Said]:
    """Let FLAML search for a minute."""
    from flaml import AutoML

    train, holdout = plain(rows.train, rows.holdout)
    model = AutoML()
    task = "regression" if rows.task == "regression" else "classification"
    metric = {"regression": "rmse", "binary": "roc_auc", "multiclass": "log_loss"}[rows.task]
    given = {"task": task, "metric": metric, "time_budget": BUDGET, "seed": SEED, "n_jobs": 1, "verbose": 0}
    model.fit(X_train=train, y_train=rows.target, **given)
    told = {"model": model.best_estimator, "trials": len(model.config_history)}
    return lambda: (rows.said(model, holdout), told)


def autogluon(rows: Rows) -> Callable[[], Said]:
    """Fit everything that AutoGluon's medium preset has."""
    from autogluon.tabular import TabularPredictor

    train, holdout = (frame.copy() for frame in (rows.train, rows.holdout))
    label = "__target"
    metric = {"regression": "root_mean_squared_error", "binary": "roc_auc", "multiclass": "log_loss"}[rows.task]
    folder = tempfile.mkdtemp()
    model = TabularPredictor(label=label, problem_type=rows.task, eval_metric=metric, path=folder, verbosity=1)
    given = {"presets": "medium_quality", "num_cpus": 1, "num_gpus": 0}
    model.fit(train.assign(**{label: rows.target}), **given)

    def said() -> Said:
        board = model.leaderboard(silent=True)
        told = {"models": sorted(board["model"]), "best": model.model_best}
        if rows.task == "regression":
            return model.predict(holdout).to_numpy(), told
        shares = model.predict_proba(holdout).reindex(columns=range(len(rows.classes)), fill_value=0.0).to_numpy()
        return shares[:, 1] if rows.task == "binary" else shares, told

    return said


CONTESTANTS = {
    "HistGradientBoosting": (hist_gradient_boosting, "scikit-learn"),
    "LightGBM": (lightgbm, "lightgbm"),
    "FLAML": (flaml, "flaml"),
    "AutoGluon": (autogluon, "autogluon.tabular"),
}


def processor() -> float:
    """Return the seconds of all processors until now, of this process and those that it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(name: str, folder: Path) -> None:
    """Fit, time that, predict, and write both down."""
    fit, package = CONTESTANTS[name]
    folder = folder.resolve()
    rows = Rows(folder)
    os.chdir(tempfile.mkdtemp())  # some leave files where they run
    clock, before = time.perf_counter(), processor()
    predict = fit(rows)
    spent = {"seconds": time.perf_counter() - clock, "processor": processor() - before}
    said, told = predict()
    np.save(folder / f"{name}.npy", np.asarray(said, dtype=np.float64))
    facts = {"version": version(package), **spent, **told}
    (folder / f"{name}.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("AG_DISABLE_TELEMETRY", "1")
    main(sys.argv[1], Path(sys.argv[2]))
