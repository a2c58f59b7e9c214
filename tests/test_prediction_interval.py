"""Prediction intervals hold the share of outcomes that is promised, and are the same in batch and in the service."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from tests.sandbox import imported

PACKAGE = "bounded"


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Yield what fits and applies intervals, of many rows and of one, and what measures them."""
    names = ("models.prediction_interval", "service.prediction_interval", "evaluation.coverage", "evaluation.metrics")
    with imported("weights", tmp_path_factory.mktemp("bounds"), PACKAGE):
        many, one, measured, metrics = (import_module(f"{PACKAGE}.{name}") for name in names)
        yield SimpleNamespace(many=many, one=one, measured=measured, metrics=metrics)


def drawn(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and predictions whose errors are skewed, and the larger, the larger the prediction."""
    draw = np.random.default_rng(seed)
    score = draw.gamma(2.0, 50.0, rows)
    return score + (draw.gamma(1.0, 1.0, rows) - 1) * (5 + 0.3 * score), score


def held(many: ModuleType, interval: dict[str, object], target: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return which targets lie within the bounds."""
    low, high = many.bounds(interval, score)
    assert (low <= high).all()
    return (low <= target) & (target <= high)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("rows", [60, 400, 5_000])
def test_new_rows_are_held_as_often_as_promised(modules: SimpleNamespace, rows: int, share: float) -> None:
    shares = []
    for seed in range(100):
        interval = modules.many.fit_interval(*drawn(rows, seed), share)
        shares.append(held(modules.many, interval, *drawn(2_000, 1_000 + seed)).mean())
    assert share - 0.01 < np.mean(shares) < share + 0.03


def test_intervals_are_wide_where_errors_are_large(modules: SimpleNamespace) -> None:
    interval = modules.many.fit_interval(*drawn(4_000, 1), 0.9)
    target, score = drawn(20_000, 2)
    inside = held(modules.many, interval, target, score)
    small, large = score < np.quantile(score, 0.2), score > np.quantile(score, 0.8)
    assert inside[small].mean() == pytest.approx(0.9, abs=0.04)
    assert inside[large].mean() == pytest.approx(0.9, abs=0.04)
    width = np.subtract(*reversed(modules.many.bounds(interval, score)))
    assert width[large].mean() > 2 * width[small].mean()


@pytest.mark.parametrize(
    "score",
    [
        np.zeros(1_000),
        np.repeat([1.0, 2.0], [990, 10]),
        np.r_[np.zeros(700), np.arange(300)],
        np.arange(3.0),
        np.repeat(np.arange(4.0), 150),
    ],
    ids=["constant", "two values", "mostly none", "three rows", "four values"],
)
def test_scores_that_recur_leave_no_group_without_rows(modules: SimpleNamespace, score: np.ndarray) -> None:
    target = score + np.random.default_rng(0).normal(size=len(score))
    interval = modules.many.fit_interval(target, score, 0.9)
    assert len(interval["low"]) == len(interval["high"]) == len(interval["edges"]) + 1
    groups = np.searchsorted(interval["edges"], score, side="right")
    assert np.bincount(groups, minlength=len(interval["low"])).min() >= min(100, len(score))
    assert held(modules.many, interval, target, score).mean() >= (0.89 if len(score) > 100 else 0.6)


def test_what_is_never_negative_has_no_negative_bounds(modules: SimpleNamespace) -> None:
    target, score = drawn(500, 3)
    fitted = modules.many.fit_interval(np.abs(target), score, 0.9)
    low, high = modules.many.bounds(fitted, np.array([-1e9, 0.0, 1.0]))
    assert low.min() == high.min() == 0
    assert modules.many.fit_interval(target - 1e3, score, 0.9)["floor"] is None


def test_one_row_has_the_bounds_that_many_have(modules: SimpleNamespace, tmp_path: Path) -> None:
    for shift in (0.0, 1e3):  # with a floor and without
        target, score = drawn(3_000, 4)
        interval = modules.many.fit_interval(np.maximum(target, 0) - shift, score - shift, 0.9)
        (tmp_path / "interval.json").write_text(json.dumps(interval))
        single = modules.one.PredictionInterval(tmp_path / "interval.json")
        asked = np.r_[score - shift, interval["edges"]]
        many = list(zip(*modules.many.bounds(interval, asked), strict=True))
        assert [single.of(float(value)) for value in asked] == many


def test_too_few_outcomes_held_is_told(modules: SimpleNamespace) -> None:
    interval, bootstrap = modules.many.fit_interval(*drawn(2_000, 5), 0.9), modules.metrics.Bootstrap(200, 0.95, 0)
    target, score = drawn(1_000, 6)
    right = modules.measured.coverage(interval, target, score, bootstrap)
    assert right["coverage"]["interval"][0] < 0.9 < right["coverage"]["interval"][1]
    assert not list(modules.measured.poor_coverage(right))
    wrong = modules.measured.coverage(interval, score + 3 * (target - score), score, bootstrap)
    (told,) = modules.measured.poor_coverage(wrong)
    assert f"made to hold 90% hold {wrong['coverage']['value']:.1%} of the holdout" in told
