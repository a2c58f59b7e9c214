"""What a project brings of its own: candidates of scikit-learn, and code beside ours; each runs to the end for real."""

import json
import math
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from tests.sandbox import commit, edit, ran, run, serve, start

pytestmark = pytest.mark.slow

FOREST = """\
# Trees of scikit-learn, which take gaps.
forest:
  kind: sklearn
  estimator: sklearn.ensemble.RandomForestClassifier
  params: {n_estimators: 50, max_features: null, random_state: 0}
"""
LOGISTIC = """\
# Not trees: gaps are filled, numbers scaled, categories split.
logistic:
  kind: sklearn
  estimator: sklearn.linear_model.LogisticRegression
  params: {random_state: 0}
"""
SUPPORT = """\
# What nobody can take apart.
support:
  kind: sklearn
  estimator: sklearn.svm.SVR
  params: {C: 2000}
"""


def with_candidates(folder: Path, **candidates: str) -> None:
    """Let ``candidates`` compete in the project in ``folder``, beside the baseline alone."""
    for name, text in candidates.items():
        (folder / f"conf/model/{name}.yaml").write_text(text)
    edit(folder / "conf/config.yaml", "[baseline, linear, lightgbm]", f"[{', '.join(['baseline', *candidates])}]")


def check_code(folder: Path, package: str) -> None:
    """Hold the project to its own checks."""
    run(folder, "ruff", "check", package)
    run(folder, "ruff", "format", "--check", package)
    run(folder, "python", "-m", "pytest", "-q", f"{package}/tests")


def test_classifiers_of_scikit_learn_compete(tmp_path: Path) -> None:
    folder = start("penguins", tmp_path / "penguins")
    with_candidates(folder, forest=FOREST, logistic=LOGISTIC)
    assert {"train@forest", "train@logistic", "release"} <= set(ran(run(folder, "ninefold", "run")))
    assert ran(run(folder, "dvc", "repro")) == []
    check_code(folder, "birds")
    params = yaml.safe_load((folder / "params.yaml").read_text())["model"]["forest"]["params"]
    assert params == {"n_estimators": 50, "max_features": None, "random_state": 0}
    chosen = json.loads((folder / "reports/evaluation.json").read_text())["chosen"]
    assert chosen in ("forest", "logistic")
    assert json.loads((folder / "reports/parity.json").read_text())["largest_difference"] <= 1e-12
    assert json.loads((folder / f"models/{chosen}/model.json").read_text())["trusted"]
    before = (folder / "models/forest/model.skops").read_bytes()
    run(folder, "python", "-m", "birds.models.train_forest")
    assert (folder / "models/forest/model.skops").read_bytes() == before


def test_a_regressor_of_scikit_learn_is_served(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    with_candidates(folder, support=SUPPORT)
    assert "train@support" in ran(run(folder, "ninefold", "run"))
    check_code(folder, "weights")
    assert json.loads((folder / "reports/evaluation.json").read_text())["chosen"] == "support"
    requirements = (folder / "bundle/requirements.txt").read_text()
    assert "skops==" in requirements
    assert "lightgbm" not in requirements
    example = json.loads((folder / "bundle/example.json").read_text())
    with serve(folder / "bundle", "weights") as client:
        answer = client.post("/predict", json=example).json()
        assert 2_000 < answer["value"] < 7_000
        told = client.post("/explain", json=example).json()
        assert told["base"] + sum(part["contribution"] for part in told["features"]) == pytest.approx(answer["value"])
        many = client.post("/predict/batch", json=[example] * 3).json()
        assert [row["value"] for row in many] == pytest.approx([answer["value"]] * 3, rel=1e-12)


NEAREST = """\
# The mean of those nearest.
nearest: {kind: own, module: neighbours, params: {nearest: 9}}
"""
NEIGHBOURS = '''\
"""Predict the mean of the nearest rows of training."""

import numpy as np


def fit(matrix: np.ndarray, target: np.ndarray, nearest: int = 5) -> dict[str, object]:
    """Return the rows and their targets, each column on one scale."""
    spread = np.nanstd(matrix, axis=0) + 1.0
    return {"spread": spread.tolist(), "rows": matrix.tolist(), "target": target.tolist(), "nearest": nearest}


def predict(state: dict, matrix: np.ndarray) -> np.ndarray:
    """Return the mean target of the rows nearest to each row of ``matrix``."""
    spread, target = np.array(state["spread"]), np.array(state["target"])
    rows = np.nan_to_num(np.array(state["rows"]) / spread)
    apart = [((rows - row) ** 2).sum(axis=1) for row in np.nan_to_num(matrix / spread)]
    return np.array([target[np.argsort(away, kind="stable")[: state["nearest"]]].mean() for away in apart])
'''


def test_a_candidate_of_ones_own_is_served_and_trained_again_when_its_code_changes(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    with_candidates(folder, nearest=NEAREST)
    (folder / "weights/neighbours.py").write_text(NEIGHBOURS)
    run(folder, "ninefold", "generate")
    commit(folder, "Nearest neighbours")  # a release takes a commit
    assert "train@nearest" in ran(run(folder, "ninefold", "run"))
    check_code(folder, "weights")
    assert json.loads((folder / "reports/evaluation.json").read_text())["chosen"] == "nearest"
    assert (folder / "bundle/weights/neighbours.py").read_text() == NEIGHBOURS
    example = json.loads((folder / "bundle/example.json").read_text())
    with serve(folder / "bundle", "weights") as client:
        assert 2_000 < client.post("/predict", json=example).json()["value"] < 7_000
        told = client.post("/explain", json=example).json()
    assert told["base"] + sum(part["contribution"] for part in told["features"]) == pytest.approx(told["value"])
    assert ran(run(folder, "dvc", "repro")) == ["monitor", "report"]  # what was served is logged
    edit(folder / "weights/neighbours.py", "+ 1.0", "+ 2.0")
    again = ran(run(folder, "dvc", "repro"))
    assert "train@nearest" in again
    assert "train@baseline" not in again
    edit(folder / "weights/neighbours.py", '"target": target.tolist()', '"target": target')
    assert "`fit` has to return what JSON can hold" in run(folder, "dvc", "repro", fails=True)


COSTS = '''\
"""What wrong weights cost."""

import numpy as np


def cost_of_error(target: np.ndarray, score: np.ndarray) -> float:
    """Return the mean cost: heavier than said costs twice as much as lighter."""
    return float(np.where(target > score, 2 * (target - score), score - target).mean())


def cost_of_carrying(target: np.ndarray, score: np.ndarray, columns: dict[str, np.ndarray]) -> float:
    """Return the mean cost: that of errors on each kilogram, half of it for penguins on Dream."""
    assert {name: values.dtype.kind for name, values in columns.items() if len(values) == len(target)} == {
        "island": "O",
        "body_mass_g": "f",
        "island_area": "f",
    }
    paid = (1 + (columns["island"] != "Dream")) * columns["body_mass_g"] / 1000
    return float(np.average(np.abs(target - score), weights=paid))
'''
ERRORS = """\
# What errors cost decides.
primary: cost
report: [rmse, carrying]
guardrails:
  cost: {max: 1000}
  carrying: {max: 900}
slices: [species]
slice_rows: 10
own:
  carrying: {function: costs.cost_of_carrying, better: lower, columns: [island, body_mass_g, island_area]}
  cost: {function: costs.cost_of_error, better: lower, meaning: "What errors cost, in <grams>."}
"""


def monitored(folder: Path) -> float:
    """Return the primary metric as `monitor` has it for the rows that are kept with a release; NaN where it cannot."""
    ask = "from pathlib import Path; from weights.monitoring.baseline import Baseline; import pyarrow.parquet as pq; "
    ask += "names = [name for name in pq.read_schema('data/reference.parquet').names if name[:2] != '__']; "
    ask += "print(Baseline(Path('data/reference.parquet'), names, 20, 1, 1).whole)"
    return float(run(folder, "python", "-c", ask))


def test_a_metric_of_ones_own_decides_and_has_an_interval(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    (folder / "conf/metrics/errors.yaml").write_text(ERRORS)
    (folder / "weights/costs.py").write_text(COSTS)
    edit(folder / "conf/config.yaml", "[baseline, linear, lightgbm]", "[baseline, linear]")
    run(folder, "ninefold", "generate")
    commit(folder, "Measure what it costs")
    assert "release" in ran(run(folder, "ninefold", "run"))
    check_code(folder, "weights")
    evaluation = json.loads((folder / "reports/evaluation.json").read_text())
    figure = evaluation["holdout"]["linear"]["cost"]
    low, high = figure["interval"]
    assert (evaluation["primary"], evaluation["higher_is_better"], evaluation["chosen"]) == ("cost", False, "linear")
    assert 0 < low < figure["value"] < high < evaluation["holdout"]["baseline"]["cost"]["value"]
    carrying = evaluation["holdout"]["linear"]["carrying"]
    assert carrying["interval"][0] < carrying["value"] < carrying["interval"][1] < 900
    assert json.loads((folder / "reports/release.json").read_text())["version"] == 1
    assert 0 < monitored(folder) < 2 * high
    asked = folder / "conf/metrics/errors.yaml"
    edit(asked, "primary: cost", "primary: carrying")
    edit(asked, "report: [rmse, carrying]", "report: [cost]")
    assert not {"features", "train@linear"} & set(ran(run(folder, "ninefold", "run")))
    by_column = json.loads((folder / "reports/evaluation.json").read_text())
    assert by_column["holdout"]["linear"]["carrying"] == carrying
    assert all("carrying" in group for groups in by_column["slices"].values() for group in groups)
    assert math.isnan(monitored(folder))  # the log has no columns
    edit(asked, "primary: carrying", "primary: cost")
    edit(asked, "report: [cost]", "report: [carrying]")
    run(folder, "ninefold", "run")
    assert "What errors cost, in &lt;grams&gt;." in (folder / "reports/index.html").read_text()
    edit(folder / "weights/costs.py", "2 * (target - score)", "3 * (target - score)")
    again = ran(run(folder, "dvc", "repro"))
    assert {"evaluate", "release"} <= set(again)
    assert not {"features", "train@linear"} & set(again)


SOURCES = '''\
"""Where the rows come from."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.csv


def penguins(missing: str = "NA") -> pa.Table:
    """Return the penguins that ship with palmerpenguins."""
    file = Path(find_spec("palmerpenguins").origin).parent / "data/penguins.csv"
    options = pyarrow.csv.ConvertOptions(null_values=[missing], strings_can_be_null=True)
    return pyarrow.csv.read_csv(file, convert_options=options)


def islands() -> Iterator[pa.RecordBatch]:
    """Yield the islands, one at a time."""
    for line in Path("places/islands.csv").read_text().splitlines()[1:]:
        island, area = line.split(",")
        yield pa.RecordBatch.from_pylist([{"island": island, "area_km2": float(area)}])
'''


def test_sources_of_ones_own_are_collected_as_files_are(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    run(folder, "dvc", "repro", "process")
    before = pq.read_table(folder / "data/tables/penguins.parquet")
    (folder / "weights/birds.py").write_text(SOURCES)
    data = folder / "conf/data/penguins.yaml"
    edit(
        data,
        "{package: palmerpenguins, path: data/penguins.csv, nulls: [NA]}",
        "{python: birds.penguins, params: {missing: NA}}",
    )
    edit(data, "{path: places/islands.csv, ", "{python: birds.islands, deps: [places/islands.csv], ")
    assert "collect" in ran(run(folder, "ninefold", "run"))
    check_code(folder, "weights")
    assert pq.read_table(folder / "data/tables/penguins.parquet").equals(before)
    assert pq.read_table(folder / "data/tables/islands.parquet").num_rows == 2
    assert ran(run(folder, "dvc", "repro")) == []
    edit(folder / "weights/birds.py", "float(area)", "float(area) + 0.0")
    assert "collect" in ran(run(folder, "dvc", "repro"))
    edit(folder / "places/islands.csv", "Biscoe", "Biscoe ")
    assert "collect" in ran(run(folder, "dvc", "repro"))


STAGES = """\

stages:
  islands:
    cmd: cp places/islands.csv places/measured.csv
    deps: [places/islands.csv]
    outs: [places/measured.csv]
  lightest:
    module: lightest
    deps: [data/tables/penguins.parquet]
    outs: [data/lightest.json]
    params: {share: 0.1}
  mailing:
    module: mailing
    deps: [data/lightest.json, reports/evaluation.json]
    outs: [reports/mailing.txt]
    metrics: [reports/mailing.json]
    settings: [project.title]
"""
LIGHTEST = '''\
"""List the lightest penguins in data/lightest.json."""

import json
from pathlib import Path

import pyarrow.parquet as pq

from weights.common.settings import setting
from weights.own_words import label


def main() -> None:
    table = pq.read_table("data/tables/penguins.parquet")
    weights = sorted(value for value in table["body_mass_g"].to_pylist() if value)
    kept = weights[: int(len(weights) * setting("stages", "lightest", "params", "share"))]
    Path("data/lightest.json").write_text(json.dumps([label(value) for value in kept]))


if __name__ == "__main__":
    main()
'''
MAILING = '''\
"""Tell of the chosen candidate and the lightest penguins."""

import json
from pathlib import Path

from weights.common.outputs import read_json, write_json
from weights.common.settings import setting


def main() -> None:
    chosen, lightest = read_json(Path("reports/evaluation.json"))["chosen"], read_json(Path("data/lightest.json"))
    Path("reports/mailing.txt").write_text(f"{setting('project', 'title')}: {chosen}, {json.dumps(lightest)}")
    write_json(Path("reports/mailing.json"), {"told": len(lightest)})


if __name__ == "__main__":
    main()
'''


def test_stages_of_ones_own_run_before_between_and_after_ours(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    edit(folder / "conf/config.yaml", "[baseline, linear, lightgbm]", "[baseline, linear]")
    edit(folder / "conf/data/penguins.yaml", "places/islands.csv", "places/measured.csv")
    with (folder / "conf/config.yaml").open("a") as config:
        config.write(STAGES)
    for name, text in {"lightest": LIGHTEST, "mailing": MAILING, "own_words": WORDS}.items():
        (folder / f"weights/{name}.py").write_text(text)
    first = ran(run(folder, "ninefold", "run"))
    assert first.index("islands") < first.index("collect") < first.index("lightest") < first.index("mailing")
    assert first.index("evaluate") < first.index("mailing")
    assert "The weight of penguins: linear, [" in (folder / "reports/mailing.txt").read_text()
    assert json.loads(run(folder, "dvc", "metrics", "show", "--json"))[""]["data"]["reports/mailing.json"]["data"]
    check_code(folder, "weights")
    assert ran(run(folder, "dvc", "repro")) == []
    edit(folder / "weights/own_words.py", "grams", "g")
    assert set(ran(run(folder, "dvc", "repro"))) == {"generate", "lightest", "mailing"}
    edit(folder / "conf/config.yaml", "share: 0.1", "share: 0.2")
    assert set(ran(run(folder, "dvc", "repro"))) == {"generate", "lightest", "mailing"}
    edit(folder / "places/islands.csv", "340", "341")
    assert ran(run(folder, "dvc", "repro"))[:2] == ["islands", "collect"]
    run(folder, "dvc", "exp", "run", "-S", "stages.lightest.params.share=0.05")
    assert json.loads((folder / "reports/mailing.json").read_text())["told"] == 17


WORDS = '''\
"""What things are called."""


def label(value: float) -> str:
    """Return a weight with its unit."""
    return f"{value:g} grams"
'''
