"""Stages that may take long say how far they are, once a few seconds are over."""

import re
from pathlib import Path
from threading import Event

import lightgbm as lgb
import numpy as np
import pytest

from flights.common import progress
from flights.evaluation.metrics import METRICS, Bootstrap
from flights.models.train_lightgbm import FIXED, boosted
from tests.sandbox import loaded, tree

EXAMPLE = Path(__file__).parents[1]
EACH = re.compile(r"(\d) of 3 (resamples of 40 rows|rounds on all rows), about [\d,]+ s to go")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PLAIN", -1.0)


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the count of each line of progress."""
    return [found[1] for line in capsys.readouterr().out.splitlines() if (found := EACH.fullmatch(line))]


def test_resamples_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    target, score = np.arange(40) % 2, np.linspace(0.1, 0.9, 40)
    Bootstrap(3, 0.95, 0).resample(target, {"one": score}, METRICS)
    assert said(capsys) == ["1", "2", "3"]


def test_rounds_on_all_rows_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    params = {**FIXED, "num_threads": 1}
    rows = lgb.Dataset(np.arange(400.0)[:, None], np.arange(400) // 200, params=params)
    assert boosted(rows, params, 3).num_trees() == 3
    assert said(capsys) == ["1", "2", "3"]


def test_work_that_cannot_say_how_far_it_is_says_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    heart = loaded(tree(EXAMPLE, "model=[baseline,forest]"), "flights/common/heartbeat.py")
    lines: list[str] = []
    beaten = Event()

    def say(line: str, **_: object) -> None:
        lines.append(line)
        beaten.set()

    monkeypatch.setattr(heart, "EVERY", 0.001)
    monkeypatch.setattr(heart, "print", say, raising=False)
    with heart.heartbeat("fitting forest on 400 rows"):
        assert beaten.wait(timeout=60)
    assert re.fullmatch(r"fitting forest on 400 rows: \d+ s so far", lines[0])
    assert re.fullmatch(r"fitting forest on 400 rows: \d+ s", lines[-1])
