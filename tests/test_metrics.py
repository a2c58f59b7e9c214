"""The rendered metrics equal scikit-learn's, with ties and with bootstrap weights."""

from types import ModuleType

import numpy as np
import pytest
from sklearn import metrics as reference

from tests.sandbox import PROJECTS, tree

ROWS = 500
RANDOM = np.random.default_rng(0)
WEIGHTS = {"unweighted": None, "weighted": np.bincount(RANDOM.integers(0, ROWS, ROWS), minlength=ROWS).astype(float)}


def module(case: str, path: str, *overrides: str) -> ModuleType:
    """Return a rendered module of a project, imported without anything else of it."""
    made = ModuleType(path)
    exec(tree(PROJECTS / case, *overrides)[path], made.__dict__)  # the code under test is text until now
    return made


@pytest.fixture(scope="module")
def binary() -> ModuleType:
    """Return the metrics of a binary project."""
    asked = "[average_precision,log_loss,brier,calibration_error]"
    binary = ["problem.task=binary", 'problem.target.sql="body_mass_g > 4000"', "metrics.primary=roc_auc"]
    return module("weights", "weights/metrics.py", *binary, f"metrics.report={asked}")


@pytest.fixture(scope="module")
def multiclass() -> ModuleType:
    """Return the metrics of a multiclass project."""
    return module("penguins", "birds/metrics.py")


@pytest.fixture(scope="module")
def regression() -> ModuleType:
    """Return the metrics of a regression project."""
    return module("weights", "weights/metrics.py")


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)
def test_binary(binary: ModuleType, weight: np.ndarray | None) -> None:
    target = RANDOM.integers(0, 2, ROWS)
    score = np.round(np.clip(target * 0.2 + RANDOM.random(ROWS) * 0.8, 0.01, 0.99), 2)
    given = {"sample_weight": weight}
    assert binary.roc_auc(target, score, weight) == pytest.approx(reference.roc_auc_score(target, score, **given))
    expected = reference.average_precision_score(target, score, **given)
    assert binary.average_precision(target, score, weight) == pytest.approx(expected)
    assert binary.log_loss(target, score, weight) == pytest.approx(reference.log_loss(target, score, **given))
    assert binary.brier(target, score, weight) == pytest.approx(reference.brier_score_loss(target, score, **given))


def test_calibration_error_is_the_distance_of_forecasts_from_what_happens(binary: ModuleType) -> None:
    target = np.array([1, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    score = np.array([0.52] * 4 + [0.12] * 6)
    assert binary.calibration_error(target, score) == pytest.approx((4 * 0.02 + 6 * (1 / 6 - 0.12)) / 10)


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)
def test_multiclass(multiclass: ModuleType, weight: np.ndarray | None) -> None:
    target = RANDOM.integers(0, 3, ROWS)
    score = RANDOM.random((ROWS, 3)) + np.eye(3)[target] * 0.5
    score = score / score.sum(axis=1, keepdims=True)
    given = {"sample_weight": weight}
    likeliest = score.argmax(axis=1)
    assert multiclass.log_loss(target, score, weight) == pytest.approx(reference.log_loss(target, score, **given))
    assert multiclass.accuracy(target, score, weight) == pytest.approx(
        reference.accuracy_score(target, likeliest, **given)
    )
    expected = reference.f1_score(target, likeliest, average="macro", **given)
    assert multiclass.macro_f1(target, score, weight) == pytest.approx(expected)
    areas = [reference.roc_auc_score(target == place, score[:, place], **given) for place in range(3)]
    assert multiclass.roc_auc_ovr(target, score, weight) == pytest.approx(np.mean(areas))


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)
def test_regression(regression: ModuleType, weight: np.ndarray | None) -> None:
    target = RANDOM.normal(size=ROWS)
    score = target + RANDOM.normal(size=ROWS)
    given = {"sample_weight": weight}
    expected = reference.root_mean_squared_error(target, score, **given)
    assert regression.rmse(target, score, weight) == pytest.approx(expected)
    assert regression.mae(target, score, weight) == pytest.approx(reference.mean_absolute_error(target, score, **given))
    assert regression.r2(target, score, weight) == pytest.approx(reference.r2_score(target, score, **given))


def test_resamples_are_the_same_for_everyone(regression: ModuleType) -> None:
    bootstrap = regression.Bootstrap(rounds=3, confidence=0.9, seed=7)
    first, again = ([list(weight) for weight in bootstrap.weights(20)] for _ in range(2))
    assert first == again
    assert all(sum(weight) == 20 for weight in first)


def test_a_gain_has_an_interval_around_it(binary: ModuleType) -> None:
    target = np.tile([0, 1], 200)
    good, poor = target * 0.5 + RANDOM.random(400), RANDOM.random(400)
    value, (low, high) = binary.Bootstrap(rounds=100, confidence=0.9, seed=0).gain(target, good, poor)
    assert 0 < low < value < high


def test_rows_of_one_class_are_told_apart_from_a_measurement(binary: ModuleType) -> None:
    with pytest.raises(ValueError, match="roc_auc"):
        binary.measure(np.zeros(10, dtype=int), RANDOM.random(10))
