"""Every candidate can be trained, and learns a target that its features give away."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from flights.common.outputs import read_json
from flights.features.encoders import read_matrix, read_parts
from flights.models import train_baseline, train_lightgbm, train_linear
from flights.models.folders import folder_of
from flights.models.scoring import baseline, lightgbm, linear
from flights.tests.examples import draw, is_learnt, write_params, write_training

CANDIDATES = {
    "baseline": (train_baseline, baseline),
    "linear": (train_linear, linear),
    "lightgbm": (train_lightgbm, lightgbm),
}
LEARNERS = (
    "linear",
    "lightgbm",
)


@pytest.fixture
def level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Training data in a folder of its own; returns what its features follow."""
    monkeypatch.chdir(tmp_path)
    target, level = draw()
    write_params()
    write_training(target, level)
    return level


def train(module: ModuleType, scoring: ModuleType) -> np.ndarray:
    """Train a candidate and return its scores of the training data."""
    module.main()
    matrix = read_matrix(Path("data/train.parquet"), read_json(Path("data/encoders.json")))
    return scoring.Model.load(module.FOLDER).predict(matrix)


@pytest.mark.parametrize("name", CANDIDATES)
def test_scores_validation_rows(name: str, level: np.ndarray) -> None:
    score = train(*CANDIDATES[name])
    assert np.isfinite(score).all()
    assert len(score) == len(level)
    assert len(np.load(folder_of(name) / "validation.npy")) == read_parts(Path("data/train.parquet")).sum()


@pytest.mark.parametrize("name", CANDIDATES)
def test_is_fitted_again_on_all_rows(name: str, level: np.ndarray) -> None:
    module, _ = CANDIDATES[name]
    module.main()
    rows = Path("data/train.parquet")
    encoders = read_json(Path("data/encoders.json"))
    score = module.refit(rows, encoders).predict(read_matrix(rows, encoders))
    assert np.isfinite(score).all()
    assert len(score) == len(level)


@pytest.mark.parametrize("name", LEARNERS)
def test_learns_a_separable_target(name: str, level: np.ndarray) -> None:
    assert is_learnt(level, train(*CANDIDATES[name]))
