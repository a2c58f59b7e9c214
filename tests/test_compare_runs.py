"""``ninefold compare`` fits in 100 columns, with what runs differ by; ``ninefold adopt`` knows what git calls them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.experiments.runs import Run, UnknownRunError, experiments, run_of, workspace
from generator.experiments.table import table
from tests.sandbox import run

PARAMS: dict[str, Any] = {
    "metrics": {"primary": "roc_auc"},
    "model": {"lightgbm": {"kind": "lightgbm", "params": {"num_leaves": 31}}, "linear": {"kind": "linear"}},
    "features": {"hour": {"sql": "extract(hour FROM departure)"}},
}
METRICS = {"chosen": "lightgbm", "roc_auc": 0.74389, "log_loss": 0.34837, "brier": 0.10317, "interval": [0.735, 0.752]}


def variant(**leaves: Any) -> dict[str, Any]:
    params: dict[str, Any] = json.loads(json.dumps(PARAMS))
    params["model"]["lightgbm"]["params"] |= leaves
    return params


def test_the_better_comes_first_below_the_workspace() -> None:
    runs = [
        Run("workspace", PARAMS, METRICS),
        Run("worse", variant(num_leaves=3), METRICS | {"roc_auc": 0.7}),
        Run("failed", variant(num_leaves=5), {}),
        Run("better", variant(num_leaves=63), METRICS | {"roc_auc": 0.8, "interval": [0.79, 0.81]}),
    ]
    assert list(table(runs)) == [
        "run        chosen                    roc_auc  log_loss   brier  changed",
        "workspace  lightgbm  0.7439 (0.735 to 0.752)    0.3484  0.1032",
        "better     lightgbm       0.8 (0.79 to 0.81)    0.3484  0.1032  model.lightgbm.params.num_leaves: 31",
        "                                                                -> 63",
        "worse      lightgbm     0.7 (0.735 to 0.752)    0.3484  0.1032  model.lightgbm.params.num_leaves: 31",
        "                                                                -> 3",
        "failed     -                               -         -       -  model.lightgbm.params.num_leaves: 31",
        "                                                                -> 5",
    ]


def test_of_an_error_less_is_better() -> None:
    params = {"metrics": {"primary": "rmse"}, "model": {}}
    runs = [Run(name, params, {"rmse": value}) for name, value in (("workspace", 3.0), ("b", 4.0), ("a", 2.0))]
    assert [line.split()[0] for line in table(runs)] == ["run", "workspace", "a", "b"]


@pytest.mark.parametrize("metrics", [0, 3, 30])
def test_whatever_was_changed_fits_in_100_columns(metrics: int) -> None:
    figures = METRICS | {f"a_metric_with_a_name_{number}": 0.123456 for number in range(metrics)}
    other = variant(**{f"a_parameter_of_many_{number}": "x" * 300 for number in range(9)})
    del other["model"]["linear"]
    other["features"]["a_rather_long_name_of_a_feature_that_is_new"] = {"sql": "y" * 300}
    lines = list(table([Run("workspace", PARAMS, figures), Run("n" * 200, other, figures)]))
    assert max(map(len, lines)) <= 100
    assert "without model.linear" in " ".join(" ".join(lines).split())


def test_experiments_are_found_by_their_names(tmp_path: Path) -> None:
    def put(params: dict[str, Any]) -> str:
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
        run(tmp_path, "git", "add", ".")
        run(tmp_path, "git", "commit", "-q", "--allow-empty", "-m", "Some")
        return run(tmp_path, "git", "rev-parse", "HEAD").strip()

    for command in ("init -q -b main", "config user.email a@example.com", "config user.name A"):
        run(tmp_path, "git", *command.split())
    bases = [put(PARAMS), put(PARAMS)]
    for base, number in zip(bases, (5, 7), strict=True):
        run(tmp_path, "git", "checkout", "-q", base)
        run(tmp_path, "git", "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/same", put(variant(num_leaves=number)))
    run(tmp_path, "git", "update-ref", f"refs/exps/{bases[0][:2]}/{bases[0][2:]}/early", "main~1")
    run(tmp_path, "git", "checkout", "-q", "main")
    assert experiments(tmp_path) == ["same"]
    assert run_of(tmp_path, "same").params == variant(num_leaves=7)
    assert run_of(tmp_path, "early").params == run_of(tmp_path, "main").params == workspace(tmp_path).params == PARAMS
    with pytest.raises(UnknownRunError, match="did you mean 'early'"):
        run_of(tmp_path, "erly")
    put(PARAMS)
    with pytest.raises(UnknownRunError, match="'same' names 2 experiments"):
        run_of(tmp_path, "same")
