"""The search for settings: over every kind of candidate, and one that was stopped goes on as if it had not been."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.sandbox import PROJECTS, imported, tree, write

FOREST = "{kind: sklearn, estimator: sklearn.ensemble.RandomForestRegressor, params: {random_state: 0, max_depth: 3}}"
OF_FOREST = "{max_depth: {low: 1, high: 8}, max_features: {choices: [sqrt, null, 0.5]}}"
SPACE = f"{{forest: {OF_FOREST}, spline: {{splines: {{low: 2, high: 9}}}}}}"
SEARCH = (
    *("~split.validation", "+split.folds=3", "tuning.kind=optuna", "+tuning.trials=4", "+tuning.rounds=10"),
    f"+model.forest={FOREST.replace('max_depth: 3', 'max_depth: 3, max_features: sqrt, n_estimators: 5')}",
    "+model.spline={kind: linear, params: {splines: 3}}",
    f"+tuning.space={SPACE}",
)
JOURNAL = Path(".dvc/tmp/tuning")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the name of a rendered package whose candidates are all searched, with rows to train on."""
    package = "searched_for"
    with imported("weights", tmp_path_factory.mktemp("tuning"), package, *SEARCH) as examples:
        examples.PARAMS["model"]["lightgbm"]["rounds"] = 10
        examples.write_params()
        examples.write_training(*examples.draw())
        yield package


def trained(package: str, candidate: str) -> dict[str, bytes]:
    """Train a candidate, and return the files of its model."""
    importlib.import_module(f"{package}.models.train_{candidate}").main()
    return {file.name: file.read_bytes() for file in Path("models", candidate).iterdir()}


def stopping(losses: list[float], after: int, loss: Any) -> Any:
    """Return ``loss`` so that it counts what it is asked, and fails after some."""

    def counted(*given: Any) -> float:
        if len(losses) == after:
            raise KeyboardInterrupt
        losses.append(loss(*given))
        return losses[-1]

    return counted


@pytest.mark.parametrize("candidate", ["lightgbm", "linear", "spline", "forest"])
def test_a_search_that_was_stopped_goes_on(searched: str, candidate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trained(searched, candidate)
    summary = json.loads(whole["summary.json"])
    trials = summary["trials"]
    best = min(trials, key=lambda trial: trial["loss"])
    assert len(trials) == 4
    assert len({json.dumps(trial["settings"]) for trial in trials}) > 1
    assert {name: summary["params"][name] for name in best["settings"]} == best["settings"]
    (JOURNAL / f"{candidate}.jsonl").unlink()
    trainer = importlib.import_module(f"{searched}.models.train_{candidate}")
    done: list[float] = []
    with monkeypatch.context() as patch:
        patch.setattr(trainer, "loss", stopping(done, 2, trainer.loss))
        with pytest.raises(KeyboardInterrupt):
            trainer.main()
    journal = JOURNAL / f"{candidate}.jsonl"
    with journal.open("a") as file:
        file.write('{"settings": {"torn')
    with monkeypatch.context() as patch:
        patch.setattr(trainer, "loss", stopping(done, 4, trainer.loss))
        assert trained(searched, candidate) == whole
    assert len(done) == 4
    with monkeypatch.context() as patch:  # all that there is to try is known
        patch.setattr(trainer, "loss", stopping([], 0, trainer.loss))
        assert trained(searched, candidate) == whole


def test_more_trials_begin_where_the_last_have_ended(searched: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = json.loads(trained(searched, "spline")["summary.json"])["trials"]
    tuning = importlib.import_module(f"{searched}.models.tuning")
    monkeypatch.setattr(tuning, "TRIALS", 6)
    trials = json.loads(trained(searched, "spline")["summary.json"])["trials"]
    assert trials[:4] == before
    assert len(trials) == 6


@pytest.mark.parametrize("change", ["rows", "config"])
def test_trials_of_other_rows_or_settings_are_forgotten(
    searched: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(searched, "linear")
    tuning = importlib.import_module(f"{searched}.models.tuning")
    if change == "config":
        monkeypatch.setattr(tuning, "setting", lambda *path: "another")
    other = Path("other.parquet")
    other.write_bytes(b"rows" if change == "rows" else Path("data/train.parquet").read_bytes())
    files = (other if change == "rows" else Path("data/train.parquet"), Path("data/encoders.json"))
    trainer = importlib.import_module(f"{searched}.models.train_linear")
    assert tuning.Journal("linear", (*files, Path(trainer.__file__))).trials == []


def module(package: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *overrides: str) -> ModuleType:
    """Return the module that searches, of a project with ``overrides``."""
    write(tree(PROJECTS / "weights", "tuning.kind=optuna", *overrides, f"project.package={package}"), folder)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(folder)
    importlib.import_module(f"{package}.tests.examples").write_params()
    return importlib.import_module(f"{package}.models.tuning")


def test_a_search_ends_where_nothing_is_gained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = module("patient", tmp_path, monkeypatch, "+tuning.trials=50", "+tuning.patience=3")
    losses = iter([3.0, 2.0, 2.5, 2.0, 4.0, 1.0])
    _, trials = tuning.search("linear", {"regularization": 1.0}, lambda _: next(losses), ())
    assert [trial["loss"] for trial in trials] == [3.0, 2.0, 2.5, 2.0, 4.0]


def test_a_search_ends_after_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = module("hurried", tmp_path, monkeypatch, "+tuning.trials=50", "+tuning.minutes=1")
    clock = iter(range(0, 10_000, 25))
    monkeypatch.setattr(tuning.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(tuning, "Progress", lambda *_: type("Quiet", (), {"add": lambda self, count: None})())
    _, trials = tuning.search("linear", {"regularization": 1.0}, lambda tried: tried["regularization"], ())
    assert 1 <= len(trials) <= 3


def test_a_search_finds_what_is_better(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = module("finding", tmp_path, monkeypatch, "+tuning.trials=25")
    found, trials = tuning.search(
        "lightgbm",
        {
            "num_leaves": 31,
            "learning_rate": 0.1,
            "min_data_in_leaf": 20,
            "feature_fraction": 1.0,
            "lambda_l2": 0.0,
            "seed": 7,
        },
        lambda tried: abs(np.log(tried["num_leaves"] / 100)) + abs(tried["feature_fraction"] - 0.4),
        (),
    )
    assert trials[0]["settings"] == {
        **{"num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 20, "feature_fraction": 1.0, "lambda_l2": 0.001}
    }
    assert found["seed"] == 7
    assert min(trial["loss"] for trial in trials) < 0.35 < trials[0]["loss"]
