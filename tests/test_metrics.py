"""The rendered metrics equal scikit-learn's, with ties and with bootstrap weights."""

from types import ModuleType

import numpy as np
import pytest
from sklearn import metrics as reference

from tests.sandbox import PROJECTS, ROOT, loaded, tree

ROWS = 500
RANDOM = np.random.default_rng(0)
WEIGHTS = {"unweighted": None, "weighted": np.bincount(RANDOM.integers(0, ROWS, ROWS), minlength=ROWS).astype(float)}


def module(case: str, path: str, *overrides: str) -> ModuleType:
    """Return a rendered module of a project, imported without anything else of it."""
    return loaded(tree(PROJECTS / case, *overrides), path)


@pytest.fixture(scope="module")
def binary() -> ModuleType:
    """Return the metrics of a binary project."""
    asked = (
        "[average_precision,log_loss,brier,calibration_error,accuracy,balanced_accuracy,precision,recall,f1,mcc,"
        "recall_at_k,precision_at_k]"
    )
    binary = [
        "problem.task=binary",
        "~problem.prediction_interval",
        'problem.target.sql="body_mass_g > 4000"',
        "metrics.primary=roc_auc",
    ]
    more = ["+metrics.threshold=0.4", "+metrics.k=50"]
    return module("weights", "weights/evaluation/metrics.py", *binary, f"metrics.report={asked}", *more)


@pytest.fixture(scope="module")
def multiclass() -> ModuleType:
    """Return the metrics of a multiclass project."""
    asked = "[accuracy,balanced_accuracy,macro_f1,mcc,roc_auc_ovr]"
    return module("penguins", "birds/evaluation/metrics.py", f"metrics.report={asked}")


@pytest.fixture(scope="module")
def regression() -> ModuleType:
    """Return the metrics of a regression project."""
    return module(
        "weights",
        "weights/evaluation/metrics.py",
        "metrics.report=[mae,r2,mape,rmsle,quantile_loss]",
        "+metrics.quantile=0.9",
    )


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


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)
def test_binary_at_a_threshold(binary: ModuleType, weight: np.ndarray | None) -> None:
    target = RANDOM.integers(0, 2, ROWS)
    score = np.round(np.clip(target * 0.2 + RANDOM.random(ROWS) * 0.8, 0.01, 0.99), 2)
    given = {"sample_weight": weight}
    assert binary.THRESHOLD == 0.4
    functions = {
        "accuracy": reference.accuracy_score,
        "balanced_accuracy": reference.balanced_accuracy_score,
        "precision": reference.precision_score,
        "recall": reference.recall_score,
        "f1": reference.f1_score,
        "mcc": reference.matthews_corrcoef,
    }
    for name, function in functions.items():
        assert binary.METRICS[name](target, score, weight) == pytest.approx(function(target, score > 0.4, **given)), (
            name
        )
        none, zeros = binary.METRICS[name](target, np.zeros(ROWS), weight), np.zeros(ROWS, dtype=bool)
        more = {"zero_division": 0.0} if name in ("precision", "recall", "f1") else {}
        assert none == pytest.approx(function(target, zeros, **given, **more)), name


def test_the_top_is_counted_in_rows_or_as_a_share(binary: ModuleType) -> None:
    target, score = RANDOM.integers(0, 2, ROWS), RANDOM.permutation(ROWS) / ROWS
    top = np.zeros(ROWS, dtype=bool)
    top[np.argsort(-score)[:50]] = True
    assert binary.recall_at_k(target, score) == pytest.approx(reference.recall_score(target, top))
    assert binary.precision_at_k(target, score) == pytest.approx(reference.precision_score(target, top))
    rows = RANDOM.permutation(ROWS)
    weight = np.bincount(RANDOM.integers(0, ROWS, ROWS), minlength=ROWS).astype(float)
    repeated = np.repeat(np.arange(ROWS), weight.astype(int))
    found = binary.recall_at_k(target, score, weight)
    assert found == pytest.approx(binary.recall_at_k(target[repeated], score[repeated]))
    assert found == pytest.approx(binary.recall_at_k(target[rows], score[rows], weight[rows]))
    assert binary.recall_at_k(target, np.full(ROWS, 0.5)) == pytest.approx(50 / ROWS)  # ties count in part
    binary_ = [
        "problem.task=binary",
        "~problem.prediction_interval",
        'problem.target.sql="body_mass_g > 4000"',
        "metrics.primary=recall_at_k",
    ]
    tenth = module("weights", "weights/evaluation/metrics.py", *binary_, "metrics.report=[]")
    assert tenth.recall_at_k(target, score) == pytest.approx(binary.recall_at_k(target, score))  # 0.1 of 500


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
    for name, function in (
        ("balanced_accuracy", reference.balanced_accuracy_score),
        ("mcc", reference.matthews_corrcoef),
    ):
        assert multiclass.METRICS[name](target, score, weight) == pytest.approx(function(target, likeliest, **given))
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
    expected = reference.mean_absolute_percentage_error(target, score, **given)
    assert regression.mape(target, score, weight) == pytest.approx(expected)
    expected = reference.mean_pinball_loss(target, score, alpha=0.9, **given)
    assert regression.quantile_loss(target, score, weight) == pytest.approx(expected)
    expected = reference.root_mean_squared_log_error(np.abs(target), np.abs(score), **given)
    assert regression.rmsle(np.abs(target), np.abs(score), weight) == pytest.approx(expected)
    assert regression.rmsle(np.abs(target), -np.abs(score), weight) == regression.rmsle(
        np.abs(target), 0 * score, weight
    )


def test_a_threshold_is_where_acting_pays_unless_it_is_given() -> None:
    text = (ROOT / "flights/evaluation/metrics.py").read_text("utf-8")
    assert "THRESHOLD" not in text  # no metric of the example needs one
    flights = module_of_example("metrics.report=[f1,calibration_error]")
    assert pytest.approx(110 / (110 + 320), abs=1e-6) == flights.THRESHOLD
    assert module_of_example("metrics.report=[f1,calibration_error]", "+metrics.threshold=0.3").THRESHOLD == 0.3


def module_of_example(*overrides: str) -> ModuleType:
    """Return the metrics of the example under ``overrides``."""
    return loaded(tree(ROOT, *overrides), "flights/evaluation/metrics.py")


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


def test_resamples_of_many_rows_are_measured_by_groups_of_neighbours(binary: ModuleType) -> None:
    rows = 30_000
    draw = np.random.default_rng(3)
    score = np.round(draw.random(rows), 4)  # with ties
    target = (draw.random(rows) < score).astype(np.int64)
    scores = {
        "it": score,
        "another": np.clip(score + draw.normal(0, 0.1, rows), 1e-3, 1 - 1e-3),
        "same": 0 * score + 0.3,
    }
    bootstrap = binary.Bootstrap(50, 0.95, 0)
    names = ["roc_auc", "average_precision", "log_loss", "brier", "calibration_error", "accuracy"]
    assert len(binary.grouped(target, score)[0]) == 2 * binary.GROUPS
    by_groups = bootstrap.resample(target, scores, names)
    binary.GROUPS = rows
    by_rows = bootstrap.resample(target, scores, names)
    assert all(len(binary.grouped(target, found)[0]) == rows for found in scores.values())
    for name, measured in by_rows.items():
        for metric, values in measured.items():
            spread = max(np.std(values), 1e-9)
            assert np.abs(np.subtract(by_groups[name][metric], values)).mean() < 0.1 * spread, (name, metric)
