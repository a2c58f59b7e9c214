"""Weights of rows: those of weight 0 have no say in what is fitted, and others as much as their weight."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sandbox import PROJECTS, ROOT, commit, copy, edit, imported, older_processor, run, start, tree, write

TRAIN, ENCODERS = Path("data/train.parquet"), Path("data/encoders.json")
FOREST = "sklearn.ensemble.RandomForest"
NEAREST = '''\
"""The weighted mean of the target, by the sign of the first column."""

import numpy as np


def fit(matrix: np.ndarray, target: np.ndarray, weight: np.ndarray) -> list[float]:
    """Return the weighted mean."""
    assert np.isclose(weight.mean(), 1)
    return [float(np.average(target, weights=weight))]


def predict(state: list[float], matrix: np.ndarray) -> np.ndarray:
    """Return it for each row."""
    return np.full(len(matrix), state[0])
'''
REGRESSORS = (
    f"+model.forest={{kind: sklearn, estimator: {FOREST}Regressor, params: {{random_state: 0}}}}",
    "+model.nearest={kind: sklearn, estimator: sklearn.linear_model.Ridge, params: {random_state: 0}}",
    "+model.mean={kind: own, module: weighted_mean}",
)
CLASSIFIERS = (f"+model.forest={{kind: sklearn, estimator: {FOREST}Classifier, params: {{random_state: 0}}}}",)
BLENDED = "model=[baseline,linear,spline,lightgbm,poisson,linear_trees]"
PLAIN = "features.island={sql: island, encode: one_hot}"
"""The encoding by the target in its place, which all rows have the same say in."""
WEIGHT = "+problem.weight"
CASES = {
    "weights": (f"{WEIGHT}=year", BLENDED, "+blend=greedy", PLAIN, *REGRESSORS),
    "folds": (f"{WEIGHT}=year", BLENDED, "+blend=greedy", PLAIN, *REGRESSORS, "~split.validation", "+split.folds=3"),
    "penguins": (WEIGHT + "='\"日本 年\" - 2000'", "+blend=greedy", *CLASSIFIERS),
    "edge": (f"{WEIGHT}=count", "model=[baseline,linear,lightgbm,extra_trees]", "+blend=greedy", *CLASSIFIERS),
}


@dataclass(frozen=True)
class Trained:
    """A rendered package on made-up rows, every third of which has the weight 0."""

    package: str
    rows: pa.Table

    def module(self, name: str) -> ModuleType:
        """Return a module of the package."""
        return importlib.import_module(f"{self.package}.{name}")

    @property
    def candidates(self) -> list[str]:
        """Return the candidates, the blend last."""
        return sorted(self.module("models.candidates").CANDIDATES, key="blend".__eq__)

    def predicted(self, rows: pa.Table) -> dict[str, list[np.ndarray]]:
        """Return what each candidate trained on ``rows`` predicts: validated rows, all, and all once more."""
        encoders = self.module("features.encoders")
        self.module("tests.examples").write_params()
        pq.write_table(rows, TRAIN)
        fitted = encoders.fit_encoders(TRAIN)
        self.module("common.outputs").write_json(ENCODERS, fitted)
        matrix, found = encoders.read_matrix(TRAIN, fitted), {}
        for name in self.candidates:
            training = self.module(f"models.train_{name}")
            training.main()
            folder = self.module("models.folders").folder_of(name)
            model = self.module("models.candidates").CANDIDATES[name].Model.load(folder)
            models = (model, training.refit(TRAIN, fitted))
            found[name] = [np.load(folder / "validation.npy"), *(item.predict(matrix) for item in models)]
        return found


@pytest.fixture(scope="module", params=CASES)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    case, package = request.param, f"weighted_{request.param}"
    project = "weights" if case == "folds" else case
    folder = copy(project, tmp_path_factory.mktemp("weights") / project)
    (folder / package).mkdir()
    (folder / package / "weighted_mean.py").write_text(NEAREST)
    write(tree(folder, f"project.package={package}", *CASES[case]), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.chdir(folder)
        examples = importlib.import_module(f"{package}.tests.examples")
        target, level = examples.draw()
        examples.write_training(target, level + np.random.default_rng(3).normal(0, 0.7, len(level)))
        rows = pq.read_table(TRAIN)
        yield Trained(package, weighing(rows, np.where(np.arange(len(rows)) // 2 % 3 == 0, 0, rows["__weight"])))
        for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
            del sys.modules[name]


def weighing(rows: pa.Table, weight: np.ndarray) -> pa.Table:
    """Return ``rows`` with other weights."""
    return rows.set_column(rows.column_names.index("__weight"), "__weight", pa.array(np.asarray(weight, float)))


def targets_exchanged(rows: pa.Table, places: np.ndarray) -> pa.Table:
    """Return ``rows`` with the targets at ``places`` in another order."""
    order = np.arange(len(rows))
    order[places] = np.roll(places, 1)
    return rows.set_column(rows.column_names.index("__target"), "__target", rows["__target"].take(pa.array(order)))


def test_rows_of_weight_0_have_no_say_and_others_do(trained: Trained) -> None:
    weight = trained.rows["__weight"].to_numpy()
    before = trained.predicted(trained.rows)
    silent = trained.predicted(targets_exchanged(trained.rows, np.flatnonzero(weight == 0)))
    heard = trained.predicted(targets_exchanged(trained.rows, np.flatnonzero(weight > 0)))
    for name, predictions in before.items():
        for found, same, other in zip(predictions, silent[name], heard[name], strict=True):
            np.testing.assert_allclose(same, found, rtol=1e-4, atol=1e-4, err_msg=name)
            assert np.abs(other - found).max() > 1e-3, name


def test_only_the_relation_of_weights_counts(trained: Trained) -> None:
    weight = trained.rows["__weight"].to_numpy()
    before, after = (trained.predicted(weighing(trained.rows, weight * factor)) for factor in (1, 1e9))
    for name, predictions in before.items():
        for found, same in zip(predictions, after[name], strict=True):
            np.testing.assert_allclose(same, found, rtol=1e-4, atol=1e-4, err_msg=name)


def test_equal_weights_are_as_good_as_none(trained: Trained) -> None:
    """The plain package beside it is fitted on the same rows."""
    rows = weighing(trained.rows, np.full(len(trained.rows), 7.0))
    heavy = trained.predicted(rows)
    case = trained.package.removeprefix("weighted_")
    plain = f"plain_{case}"
    folder, project = Path("plain"), "weights" if case == "folds" else case
    copy(project, folder)
    (folder / plain).mkdir()
    (folder / plain / "weighted_mean.py").write_text(NEAREST.replace("weight: np.ndarray", "weight: object = 1"))
    overrides = [item for item in CASES[case] if not item.startswith(WEIGHT) and "module: weighted_mean" not in item]
    write(tree(folder, f"project.package={plain}", *overrides), Path())
    assert not Path(plain, "models/weights.py").exists()
    assert not Path(plain, "features/weights.py").exists()
    for name, predictions in Trained(plain, rows).predicted(rows).items():
        if name in ("forest", "blend"):
            continue  # which draws rows by their weights, and which has other members
        for found, same in zip(predictions, heavy[name], strict=True):
            np.testing.assert_allclose(same, found, rtol=1e-6, atol=1e-6, err_msg=name)


def test_the_baseline_is_the_weighted_mean(trained: Trained) -> None:
    trained.predicted(trained.rows)
    encoders = trained.module("common.outputs").read_json(ENCODERS)
    target = trained.module("features.encoders").read_target(TRAIN, encoders)
    weight = trained.rows["__weight"].to_numpy()
    outcomes = np.eye(3)[target] if trained.package.endswith("penguins") else target
    found = trained.module("common.outputs").read_json(Path("models/baseline/model.json"))["prediction"]
    np.testing.assert_allclose(found, np.average(outcomes, weights=weight, axis=0))


def test_weights_are_no_feature(trained: Trained) -> None:
    assert "__weight" not in trained.module("features.columns").FEATURES
    assert "__weight" not in trained.module("common.outputs").read_json(ENCODERS)["columns"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "('fit', 1, 1.0), ('fit', 2, NULL), ('fit', 3, NULL), ('holdout', 3, -1)",
            "NULL in 2 rows, negative in 1 row",
        ),
        (
            "('fit', 1, 'inf'), ('fit', 2, 'nan'), ('fit', 3, 1)",
            "of 3 labelled rows the weight is infinite or no number in 2 rows",
        ),
        ("('fit', 1, 1), ('fit', 2, 1), ('fold 1', 1, 0), ('fold 1', 2, 0)", "in fold 1 (0 rows)"),
        ("('fit', 1, 1), ('fit', 2, 1), ('fold 1', 1, 0), ('fold 1', 2, 3)", "in fold 1 (1 row)"),
        ("('fit', 1, 1), ('fit', 2, 1), ('holdout', 1, 0)", ""),
    ],
)
def test_weights_that_are_none_are_told(rows: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree(PROJECTS / "weights", f"{WEIGHT}=year", "project.package=checked"), tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    weights = importlib.import_module("checked.features.weights")
    with duckdb.connect() as database:
        database.execute("CREATE TABLE parts (__part VARCHAR, __target DOUBLE, __weight DOUBLE)")
        database.execute(f"INSERT INTO parts VALUES {rows}")
        if not told:
            weights.check_weights(database)
            return
        with pytest.raises(ValueError, match=r"weight. in conf/problem/") as caught:
            weights.check_weights(database)
    assert told in str(caught.value)


CLASS_WEIGHTS = {
    "balanced": ("edge", "+model.linear.class_weight=balanced", "+model.lightgbm.class_weight=balanced"),
    "given": ("edge", "+model.linear.class_weight={true: 5}", "+model.lightgbm.class_weight={true: 5}"),
    "both": (
        "edge",
        f"{WEIGHT}=count",
        "+model.linear.class_weight=balanced",
        "+model.lightgbm.class_weight={true: 5}",
    ),
    "several": (
        "penguins",
        "+model.linear.class_weight=balanced",
        "+model.lightgbm.class_weight={a: 5, c: 0.5}",
        *("~split.folds", "+split.validation=0.25"),
    ),
}


@pytest.mark.parametrize("case", CLASS_WEIGHTS)
def test_predictions_are_what_the_weights_of_classes_make_of_their_shares(case: str, tmp_path: Path) -> None:
    """The weighted mean of the prediction is that of the target, exactly so where an intercept is not penalised."""
    project, *overrides = CLASS_WEIGHTS[case]
    package = f"classes_{case}"
    with imported(project, tmp_path, package, *overrides) as examples:
        target, level = examples.draw()
        rows = np.flatnonzero(np.arange(len(level)) % 5 > (level > 0))  # so that classes have unequal shares
        examples.write_training(target.take(rows), level[rows] + np.random.default_rng(3).normal(0, 0.7, len(rows)))
        trained = Trained(package, pq.read_table(TRAIN))
        predicted = trained.predicted(trained.rows)
        encoders = trained.module("common.outputs").read_json(ENCODERS)
        found = trained.module("features.encoders").read_target(TRAIN, encoders)
    weighed = {
        "linear": {"given": np.array([1.0, 5.0])}.get(case, 1 / np.bincount(found, weight_of(trained.rows))),
        "lightgbm": {"balanced": 1 / np.bincount(found), "several": np.array([5.0, 1.0, 0.5])}.get(
            case, np.array([1.0, 5.0])
        ),
    }
    outcomes = np.eye(3)[found] if project == "penguins" else found
    for name, weights in weighed.items():
        weight = weight_of(trained.rows) * weights[found]
        for score in predicted[name][1:]:
            tolerance = 0.001 if name == "linear" else 0.06
            wanted = np.average(outcomes, weights=weight, axis=0)
            np.testing.assert_allclose(np.average(score, weights=weight, axis=0), wanted, atol=tolerance, err_msg=name)
            assert np.abs(score.mean(axis=0) - outcomes.mean(axis=0)).max() > 0.03, name


def weight_of(rows: pa.Table) -> np.ndarray:
    """Return the weights of ``rows``, which are 1 where they have none."""
    return rows["__weight"].to_numpy() if "__weight" in rows.column_names else np.ones(len(rows))


def test_a_class_that_no_row_has_is_told(tmp_path: Path) -> None:
    with imported("penguins", tmp_path, "classes_unknown", "+model.linear.class_weight={a: 2, Emperor: 3}") as examples:
        examples.write_params()
        examples.write_training(*examples.draw())
        training = importlib.import_module("classes_unknown.models.train_linear")
        with pytest.raises(ValueError, match="names what no training row is: Emperor; the classes are a, b, c"):
            training.main()


@pytest.mark.slow
def test_a_project_with_weights_runs_to_the_end(tmp_path: Path) -> None:
    """An outcome weighs rows, candidates of every kind honour it, one has constraints, and all is as reproducible."""
    folder = start("weights", tmp_path / "weights")
    edit(folder / "conf/problem/weight.yaml", "use:", "weight: CASE WHEN body_mass_g > 4000 THEN 5 ELSE 1 END\nuse:")
    edit(folder / "conf/model/lightgbm.yaml", "  rounds:", "  monotone: {flipper_length_mm: increasing}\n  rounds:")
    (folder / "conf/model/others.yaml").write_text(
        "# Other kinds.\n"
        f"forest: {{kind: sklearn, estimator: {FOREST}Regressor, params: {{n_estimators: 20, random_state: 0}}}}\n"
        "mean: {kind: own, module: weighted_mean}\n"
    )
    (folder / "weights").mkdir(exist_ok=True)
    (folder / "weights/weighted_mean.py").write_text(NEAREST)
    more = "[baseline, linear, lightgbm, spline, others]\n  - blend: greedy\n"
    edit(folder / "conf/config.yaml", "[baseline, linear, lightgbm]\n", more)
    edit(
        folder / "conf/blend/greedy.yaml", "[linear, spline, poisson, linear_trees]", "[linear, spline, lightgbm, mean]"
    )
    run(folder, "ninefold", "generate")
    commit(folder, "Weigh rows")
    run(folder, "dvc", "repro")
    locked = (folder / "dvc.lock").read_text()
    run(folder, "dvc", "repro", "--force", "--no-run-cache", env=older_processor())
    assert (folder / "dvc.lock").read_text() == locked
    train, holdout = (pq.read_table(folder / f"data/{part}.parquet") for part in ("train", "holdout"))
    for rows in (train, holdout):
        assert rows["__weight"].to_pylist() == [5.0 if mass > 4000 else 1.0 for mass in rows["__target"].to_pylist()]
    mean = np.average(train["__target"], weights=train["__weight"])
    assert json.loads((folder / "models/baseline/model.json").read_text())["prediction"] == pytest.approx(mean)
    assert json.loads((folder / "reports/parity.json").read_text())["largest_difference"] <= 1e-12
    assert "weight" not in json.loads((folder / "bundle/bundle.json").read_text())["inputs"]
    run(folder, "ruff", "check", "weights")
    run(folder, "ruff", "format", "--check", "weights")
    run(folder, "python", "-m", "pytest", "-q", "weights/tests/test_training.py")
    settings = ("--config-file", str(ROOT / "pyproject.toml"), "--no-warn-return-any")
    run(folder, sys.executable, "-m", "mypy", *settings, "weights")
    edit(folder / "conf/problem/weight.yaml", "THEN 5 ELSE 1", "THEN NULL ELSE 0")
    said = run(folder, "dvc", "repro", "features", fails=True)
    assert "the weight is NULL in" in said
    assert "Traceback" not in said
