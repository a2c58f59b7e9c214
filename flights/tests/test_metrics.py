"""Metrics agree with values computed by hand, and a weight counts as that many rows."""

import numpy as np
import pytest

from flights.evaluation.metrics import METRICS, Bootstrap, gain

TARGET = np.array([0, 0, 1, 1])
SCORE = np.array([0.1, 0.4, 0.35, 0.8])
BY_HAND = {
    "roc_auc": 0.75,
    "average_precision": 0.833333,
    "log_loss": 0.472288,
    "brier": 0.158125,
    "calibration_error": 0.3375,
}
BOOTSTRAP = Bootstrap(rounds=3, confidence=0.9, seed=0)


@pytest.mark.parametrize("name", BY_HAND)
def test_metric_is_as_by_hand(name: str) -> None:
    assert METRICS[name](TARGET, SCORE) == pytest.approx(BY_HAND[name], abs=1e-6)


@pytest.mark.parametrize("name", BY_HAND)
def test_weight_counts_as_rows(name: str) -> None:
    weight = np.array([2.0, 1.0, 1.0, 3.0])
    repeated = np.repeat(np.arange(4), weight.astype(int))
    assert METRICS[name](TARGET, SCORE, weight) == pytest.approx(METRICS[name](TARGET[repeated], SCORE[repeated]))


def test_better_is_a_gain() -> None:
    assert gain(0.9, 0.1) > 0


def test_resamples_draw_as_many_rows_as_there_are() -> None:
    assert [weight.sum() for weight in BOOTSTRAP.weights(10)] == [10, 10, 10]


def test_interval_encloses_the_middle() -> None:
    assert BOOTSTRAP.interval(range(101)) == pytest.approx([5, 95])
