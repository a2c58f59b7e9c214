"""A challenger is promoted for a real gain, held within the noise, and kept out where money or a slice suffers."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from scipy.stats import rankdata

from tests.sandbox import PROJECTS, tree, write

ROWS, TRIES = 600, 100
ISLANDS = ("Biscoe", "Dream", "Torgersen")
DECISION = "{action: feed it, currency: USD, payoff: {act_positive: 5, act_negative: -2}}"
BINARY = (
    "problem.task=binary",
    "~problem.prediction_interval",
    "problem.use=prescriptive",
    f"+problem.decision={DECISION}",
    'problem.target.sql="body_mass_g > 4000"',
    "metrics.primary=roc_auc",
    "metrics.report=[brier, log_loss]",
    "metrics.slices=[island]",
    "metrics.slice_rows=50",
    "metrics.bootstrap.rounds=50",
    "metrics.bootstrap.confidence=0.95",
    "+release.tolerances.log_loss=0.5",
)


def imported(folder: Path, *overrides: str) -> Iterator[ModuleType]:
    """Render a project into ``folder`` and yield its gate; its modules are forgotten in the end."""
    write(tree(PROJECTS / "weights", *overrides), folder)
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("weights.release.gate")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "weights"]:
            del sys.modules[name]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, ModuleType]]:
    """Yield a project that decides for two classes, and its gate; a third of the holdout is on each island."""
    folder = tmp_path_factory.mktemp("verdicts")
    for gate in imported(folder, *BINARY):
        places = np.arange(ROWS)
        islands = np.array(ISLANDS)[places % 3]
        (folder / "data/tables").mkdir(parents=True)
        pq.write_table(pa.table({"__row": places}), folder / "data/holdout.parquet")
        pq.write_table(pa.table({"__row": places, "island": islands}), folder / "data/tables/penguins.parquet")
        write({"registry/versions/1/params.yaml": (folder / "params.yaml").read_text()}, folder)
        yield folder, gate


@pytest.fixture
def gate(project: tuple[Path, ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the gate, in the folder of its project, for champions whose scores are what ``ask`` gives."""
    folder, found = project
    monkeypatch.chdir(folder)
    monkeypatch.setattr(found, "held_rows", lambda: None)
    monkeypatch.setattr(found, "unseen", lambda _: np.ones(ROWS, dtype=bool))
    return found


def judged(gate: ModuleType, target: np.ndarray, new: np.ndarray, old: np.ndarray) -> tuple[str, list[str], Any]:
    """Return the verdict on a challenger with the scores ``new`` beside version 1, whose bundle gives ``old``."""
    gate.ask = lambda *_: SimpleNamespace(score=old)  # type: ignore[attr-defined]
    verdict, reasons, found = gate.compare(target, new, Path("registry/versions/1"))
    return verdict, reasons, found


def probability(latent: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(1 - 1.5 * latent)))


def drawn(seed: int, share: float = 1.0, rows: int = ROWS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return targets, the scores of a champion, and those of a challenger that has a ``share`` of its errors."""
    draw = np.random.default_rng(seed)
    truth, common, own, other = draw.normal(size=(4, rows))
    target = (draw.random(rows) < probability(truth)).astype(np.int64)
    old, new = truth + 0.8 * common + 0.2 * own, truth + share * (0.8 * common + 0.2 * other)
    return target, probability(old), probability(new)


def roc_auc(target: np.ndarray, score: np.ndarray) -> float:
    positives = int(target.sum())
    ranks = float(rankdata(score)[target == 1].sum())
    return (ranks - positives * (positives + 1) / 2) / (positives * (len(target) - positives))


def test_another_seed_is_held_and_a_gain_of_two_standard_errors_is_promoted(gate: ModuleType) -> None:
    same = [judged(gate, *reordered(drawn(seed)))[0] for seed in range(TRIES)]
    assert same.count("promote") <= 5
    error = np.std([roc_auc(*drawn(seed)[:2]) for seed in range(200)])
    large = 200_000
    gains = {share: true_gain(share, large) for share in np.linspace(1, 0.3, 15)}
    share = next(share for share, gained in gains.items() if gained >= 2 * error)
    assert gains[share] < 2.6 * error
    better = [judged(gate, *reordered(drawn(1_000 + seed, share)))[0] for seed in range(TRIES)]
    assert better.count("promote") >= 80


def reordered(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return target, challenger and champion of what was drawn."""
    return rows[0], rows[2], rows[1]


def true_gain(share: float, rows: int) -> float:
    target, old, new = drawn(7, share, rows)
    return roc_auc(target, new) - roc_auc(target, old)


def test_what_is_better_and_harms_nothing_is_promoted(gate: ModuleType) -> None:
    target, old, new = drawn(0, 0.3)
    verdict, reasons, found = judged(gate, target, new, old)
    assert verdict == "promote"
    assert reasons[0].startswith("better than version 1: roc_auc +0.")
    assert [group["value"] for group in found["slices"]] == list(ISLANDS)
    assert found["money"]["gain"]["value"] > 0
    assert found["rows"] == ROWS
    assert {guarded["metric"] for guarded in found["guardrails"]} == {"log_loss"}


def test_what_ranks_better_and_earns_less_is_held(gate: ModuleType) -> None:
    target, old, new = drawn(0, 0.3)
    verdict, reasons, _ = judged(gate, target, 0.28 * new, old)  # acts on none
    assert verdict == "hold"
    assert reasons[0].startswith("better than version 1: roc_auc +0.")
    assert reasons[1].startswith("it earns less: -")
    assert "USD per 1,000 rows" in reasons[1]


def test_what_is_worse_in_a_slice_is_refused(gate: ModuleType) -> None:
    target, old, new = drawn(0, 0.1)
    there = np.arange(ROWS) % 3 == 1
    blurred = 1 / (1 + (1 / old - 1) * np.exp(3 * np.random.default_rng(1).normal(size=ROWS)))
    verdict, reasons, _ = judged(gate, target, np.where(there, blurred, 0.5 * new + 0.5 * target), old)
    assert verdict == "refuse"
    assert reasons[0].startswith("slice island=Dream worse: roc_auc -0.")
    assert [reason.startswith("otherwise better than version 1: roc_auc +0.") for reason in reasons[1:]] == [True]


def test_what_is_worse_in_a_guarded_metric_is_refused(gate: ModuleType) -> None:
    target, old, new = drawn(0, 0.3)
    verdict, reasons, _ = judged(gate, target, new**9, old)
    assert verdict == "refuse"
    assert any(reason.startswith("log_loss worse: -") and "may be by 0.5" in reason for reason in reasons)


def test_the_report_shows_every_figure_and_names_stay_text(gate: ModuleType) -> None:
    target, old, new = drawn(0, 0.3)
    verdict, reasons, found = judged(gate, target, new, old)
    found["slices"][0]["value"] = "<script>alert(1)</script>"
    summary = {
        **{"verdict": verdict, "reasons": reasons, "todo": "commit <b>", "version": None, "production": 1},
        **{"digest": "d", "comparison": found, "bytes": {"challenger": 2_000, "champion": 3_000}},
    }
    monitor = {"status": "quiet", "statement": "", "version": 1, "decision": None, "labels": None, "columns": []}
    found = {"release": summary, "monitor": monitor}
    text = importlib.import_module("weights.report.pages").render("sections/release.html", found=found)
    assert "<script>" not in text
    assert "commit &lt;b&gt;" in text
    for words in ("roc_auc", "USD per 1,000 rows", "log_loss", "island = Dream", "2,000 instead of 3,000 bytes"):
        assert words in text


def test_what_is_no_better_is_held_in_words(gate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    target, old, new = drawn(3)
    assert judged(gate, target, new, old)[1][0].startswith("within the noise of version 1: roc_auc")
    assert judged(gate, target, old, old)[:2] == (
        "promote",
        ["scores every row as version 1 does; what is around the model is new"],
    )
    better = drawn(0, 0.3)
    settings = yaml.safe_load(Path("params.yaml").read_text())
    monkeypatch.setattr(gate, "setting", lambda group, key: 0.5 if key == "min_gain" else settings[group][key])
    verdict, reasons, _ = judged(gate, *reordered(better))
    assert verdict == "hold"
    assert reasons[0].startswith("better than version 1, but not by more than 0.5")


def test_few_rows_that_the_champion_has_not_seen_allow_no_comparison(
    gate: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = np.arange(ROWS) < 20
    monkeypatch.setattr(gate, "unseen", lambda _: fresh)
    verdict, reasons, _ = judged(gate, *reordered(drawn(0, 0.3)))
    assert verdict == "hold"
    assert "the 20 of 600 rows that version 1 was not fitted on: they are too few" in reasons[0]


MULTICLASS = (
    "problem.task=multiclass",
    "~problem.prediction_interval",
    "problem.target.sql=species",
    "metrics.primary=log_loss",
    "metrics.report=[]",
)
SCORES = np.random.default_rng(0).random(150)


@pytest.mark.parametrize(
    ("positives", "score", "reason"),
    [
        (1, SCORES, "the holdout has 1 positive row, too few to tell skill from luck"),
        (9, SCORES, "the holdout has 9 positive rows"),
        (141, SCORES, "the holdout has 9 negative rows"),
        (40, SCORES, "no better than a prediction without skill"),
        (40, np.arange(150)[::-1], "no better than a prediction without skill"),
    ],
)
def test_a_first_release_needs_rows_and_skill(
    gate: ModuleType, monkeypatch: pytest.MonkeyPatch, positives: int, score: np.ndarray, reason: str
) -> None:
    monkeypatch.setattr(gate, "read_target", lambda *_: np.repeat([0.0, 1.0], [270, 30]))
    target = np.repeat([0, 1], [150 - positives, positives])
    assert any(said.startswith(reason) for said in gate.refusals(target, score / 200, {}))


def test_a_model_with_skill_and_rows_enough_is_released(gate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "read_target", lambda *_: np.repeat([0.0, 1.0], [270, 30]))
    target = np.repeat([0, 1], [110, 40])
    assert gate.refusals(target, np.clip(target * 0.3 + SCORES, 0, 1), {}) == []


def test_other_tasks_need_rows_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "weights"}
    for name in kept:
        del sys.modules[name]
    try:
        for number, (overrides, target, told) in enumerate(
            (
                ((), np.zeros(9), "the holdout has 9 rows"),
                (
                    (
                        "problem.task=multiclass",
                        "~problem.prediction_interval",
                        "problem.target.sql=species",
                        "metrics.primary=log_loss",
                        "metrics.report=[]",
                    ),
                    np.array([0] * 50 + [1] * 9),
                    "the holdout has 9 rows outside",
                ),
            )
        ):
            folder = tmp_path / str(number)
            for gate in imported(folder, *overrides):
                monkeypatch.chdir(folder)
                assert gate.too_few(target)[0].startswith(told)
                assert gate.too_few(np.concatenate([target, [2]])) == []
    finally:
        sys.modules.update(kept)
