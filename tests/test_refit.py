"""What ships has learnt from every row; what is compared, at a release, is measured on rows that it has not seen."""

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.sandbox import PROJECTS, edit, loaded, module_of, run, start, tree

TRAINING = ("features", "train_baseline", "train_linear", "train_lightgbm", "evaluate")
RELEASING = ("package", "release")


def module(case: str, path: str, *overrides: str) -> ModuleType:
    """Return a rendered module of a project, imported without anything else of it."""
    return loaded(tree(PROJECTS / case, *overrides), path)


def stages(folder: Path, *names: str) -> str:
    """Run stages of the project in ``folder`` and return what the last one said."""
    return [run(folder, "python", "-m", f"weights.{module_of(name)}") for name in names][-1]


def read(file: Path) -> dict[str, object]:
    return dict(json.loads(file.read_text()))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose first version is released."""
    folder = start("weights", tmp_path_factory.mktemp("refit") / "weights")
    stages(folder, "collect", "process", *TRAINING, "refit", *RELEASING)
    return folder


@pytest.mark.slow
def test_what_ships_has_learnt_from_every_row(released: Path) -> None:
    bundle, chosen = released / "bundle", read(released / "reports/chosen.json")["candidate"]
    rows = [pq.read_metadata(released / f"data/{part}.parquet").num_rows for part in ("train", "holdout")]
    assert read(released / "reports/package.json")["fitted_on"] == sum(rows) == 342
    for file in (bundle / "evaluated").iterdir():
        assert file.read_bytes() == (released / f"models/{chosen}/{file.name}").read_bytes()
        assert file.read_bytes() != (bundle / f"model/{file.name}").read_bytes()
    kept, learnt = (read(bundle / f"{model}/encoders.json")["features"] for model in ("evaluated", "model"))
    assert isinstance(kept, dict)
    assert isinstance(learnt, dict)
    assert {name: state["kind"] for name, state in kept.items()} == {
        name: state["kind"] for name, state in learnt.items()
    }
    assert "evaluated/encoders.json" in (bundle / "SHA256SUMS").read_text()


@pytest.mark.slow
def test_a_challenger_is_compared_on_rows_that_the_champion_has_not_seen(released: Path) -> None:
    before = set(pq.read_table(released / "data/holdout.parquet")["__row"].to_pylist())
    edit(released / "conf/split/at_random.yaml", "seed: 0", "seed: 3")
    edit(released / "conf/model/lightgbm.yaml", "num_leaves: 7", "num_leaves: 3")
    run(released, "ninefold", "generate")
    stages(released, *TRAINING, "refit", *RELEASING)
    now = set(pq.read_table(released / "data/holdout.parquet")["__row"].to_pylist())
    (reason,) = read(released / "reports/release.json")["reasons"]  # type: ignore[misc]
    assert f"the {len(now & before)} of {len(now)} rows that version 1 was not fitted on" in reason
    assert 0 < len(now & before) < len(now) / 2


@pytest.mark.slow
def test_the_model_that_was_evaluated_ships_where_it_is_so_set(released: Path) -> None:
    (released / "conf/release/gate.yaml").write_text("min_gain: 0.0\nrefit: training\n")
    run(released, "ninefold", "generate")
    assert not (released / "weights/models/refit.py").exists()
    assert "refit" not in (released / "dvc.yaml").read_text()
    stages(released, *RELEASING)
    chosen = read(released / "reports/evaluation.json")["chosen"]
    assert not (released / "bundle/evaluated").exists()
    for file in (released / "bundle/model").iterdir():
        assert file.read_bytes() == (released / f"models/{chosen}/{file.name}").read_bytes()


def test_classes_stop_early_on_the_log_loss_whatever_decides() -> None:
    binary = [
        "problem.task=binary",
        "~problem.prediction_interval",
        'problem.target.sql="body_mass_g > 4000"',
        "metrics.report=[]",
    ]
    for metric in ("roc_auc", "brier"):
        text = tree(PROJECTS / "weights", *binary, f"metrics.primary={metric}")["weights/models/train_lightgbm.py"]
        assert '"metric": "binary_logloss"' in text
    assert '"metric": "l1"' in tree(PROJECTS / "weights", "metrics.primary=mae")["weights/models/train_lightgbm.py"]


def test_doubts_name_what_makes_a_choice_uncertain() -> None:
    doubts = module("penguins", "birds/evaluation/caveats.py")
    stopped = {
        "lightgbm": {"stopped": {"rounds": 2, "fitted": 7_000}},
        "linear": {},
        "other": {"stopped": {"rounds": 72}},
    }
    (few,) = doubts.few_rounds(stopped)
    assert few.startswith("lightgbm was best after 2 rounds")
    plenty = np.repeat([0, 1, 2], [300, 300, 29])
    assert [words.split("; ")[0] for words in doubts.few_rows("holdout", plenty, ["a", "b", "c"])] == [
        "the holdout has fewer than 30 rows of c (29)"
    ]
    assert list(doubts.few_rows("holdout", plenty[:599], ["a", "b"])) == []
    lead = {"over": "linear", "beyond_noise": False}
    assert list(doubts.close_race({"chosen": "lightgbm", "lead": {**lead, "beyond_noise": True}})) == []
    assert list(doubts.close_race({"chosen": "baseline"})) == []
    (close,) = doubts.close_race({"chosen": "lightgbm", "lead": lead})
    assert "lightgbm leads linear by no more than noise" in close
