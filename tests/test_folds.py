"""Folds: each row is predicted by a model that has not seen it, nor anything later where rows are split by time."""

import importlib
import types
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.sandbox import PROJECTS, imported, tree, write

FOLDS = ("~split.validation", "+split.folds=3")
TRAIN, ENCODERS = Path("data/train.parquet"), Path("data/encoders.json")
FOREST = "sklearn.ensemble.RandomForest"
CASES = {
    "weights": (*FOLDS, f"+model.forest={{kind: sklearn, estimator: {FOREST}Regressor, params: {{random_state: 0}}}}"),
    "penguins": (f"+model.forest={{kind: sklearn, estimator: {FOREST}Classifier, params: {{random_state: 0}}}}",),
    "edge": (),
}


@dataclass(frozen=True)
class Trained:
    """A rendered package on made-up rows: a category has two rows, of different parts, and the target is chance."""

    package: str
    rows: pa.Table

    def module(self, name: str) -> ModuleType:
        """Return a module of the package."""
        return importlib.import_module(f"{self.package}.{name}")

    def predicted(self, candidate: str, rows: pa.Table) -> np.ndarray:
        """Return the predictions out of fold of a candidate trained on ``rows``, not a number where there are none."""
        encoders = self.module("features.encoders")
        pq.write_table(rows, TRAIN)
        self.module("common.outputs").write_json(ENCODERS, encoders.fit_encoders(TRAIN))
        self.module(f"models.train_{candidate}").main()
        validated = np.load(f"models/{candidate}/validation.npy")
        found = np.full((len(rows), *validated.shape[1:]), np.nan)
        found[encoders.read_parts(TRAIN)] = validated
        return found


@pytest.fixture(scope="module", params=CASES)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    case, package = request.param, f"folded_{request.param}"
    with imported(case, tmp_path_factory.mktemp("folds"), package, *CASES[case]) as examples:
        for item in examples.PARAMS["model"].values():  # no rounds or strengths that targets of all folds choose
            if item["kind"] == "lightgbm":
                item["rounds"] = 1
            elif "strengths" in item.get("params", {}):
                item["params"]["strengths"] = [1.0, 1.0]
        examples.write_params()
        target, level = examples.draw()
        examples.write_training(target, (np.arange(len(level)) // 2).astype(np.float64))
        yield Trained(package, pq.read_table(TRAIN))


def changed(rows: pa.Table, places: np.ndarray, columns: list[str]) -> pa.Table:
    """Return ``rows`` with the values of ``columns`` in another order at ``places``."""
    order = np.arange(len(rows))
    order[places] = np.roll(places, 1)
    for name in columns:
        rows = rows.set_column(rows.column_names.index(name), name, rows[name].take(pa.array(order)))
    return rows


def test_no_prediction_depends_on_the_target_of_its_own_row_or_of_anything_later(trained: Trained) -> None:
    parts = np.array(trained.rows["__part"].to_pylist())
    by_time = trained.package.endswith("edge")
    features = [name for name in trained.rows.column_names if not name.startswith("__")]
    for candidate in set(trained.module("models.candidates").CANDIDATES) - {"blend"}:
        before = trained.predicted(candidate, trained.rows)
        assert np.isfinite(before[parts != "fit"]).all()
        assert np.isnan(before[parts == "fit"]).all()
        for fold in trained.module("features.folds").FOLDS:
            hidden = np.flatnonzero(parts >= fold if by_time else parts == fold)
            rows = changed(trained.rows, hidden, ["__target"])
            if by_time:
                rows = changed(rows, np.flatnonzero(parts > fold), features)
            assert not rows["__target"].equals(trained.rows["__target"])
            after = trained.predicted(candidate, rows)
            np.testing.assert_array_equal(after[parts == fold], before[parts == fold])


def test_a_key_of_one_row_each_is_encoded_as_one_that_is_unseen(trained: Trained) -> None:
    encoders, folds = trained.module("features.encoders"), trained.module("features.folds")
    keys = pa.array([f"{row}" for row in range(len(trained.rows))])
    columns = trained.module("features.columns").CATEGORIES
    rows = trained.rows
    for name in columns:
        rows = rows.set_column(rows.column_names.index(name), name, keys)
    pq.write_table(rows, TRAIN)
    fitted = encoders.fit_encoders(TRAIN)
    encoded = [name for name in columns if fitted["features"][name]["kind"] == "target"]
    for fit, predicted in folds.read_folds(TRAIN) if encoded else ():
        learnt, matrix = folds.read_fold(TRAIN, fitted, fit)
        target = encoders.read_target(TRAIN, fitted)
        for name in encoded:
            column = matrix[:, learnt["columns"].index(name)]
            np.testing.assert_allclose(column[fit | predicted], target[fit].mean(), rtol=1e-6)
    assert bool(encoded) == trained.package.endswith("weights")


def test_settings_are_searched_for_in_all_folds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = ("tuning.kind=optuna", "+tuning.trials=3", "+tuning.rounds=20")
    write(tree(PROJECTS / "weights", *FOLDS, *search, "project.package=searched"), tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    examples = importlib.import_module("searched.tests.examples")
    examples.write_params()
    examples.write_training(*examples.draw())
    trainer = importlib.import_module("searched.models.train_lightgbm")
    watched: list[int] = []
    stop_early = trainer.stop_early
    monkeypatch.setattr(
        trainer, "stop_early", lambda fit, rows, *rest: watched.append(rows.num_data()) or stop_early(fit, rows, *rest)
    )
    trainer.main()
    assert watched == [75] * 3 * (3 + 1)
    stopped = importlib.import_module("searched.common.outputs").read_json(Path("models/lightgbm/summary.json"))[
        "stopped"
    ]
    assert stopped["fitted"] == 225
    assert 0 < stopped["rounds"] <= stopped["most"] == 50


def parts_of(case: str, rows: pa.Table, folder: Path, monkeypatch: pytest.MonkeyPatch, *overrides: str) -> pa.Table:
    """Return ``rows``, all columns of a project's table, with the part that ``labels.sql`` gives each."""
    monkeypatch.chdir(folder)
    rendered = tree(PROJECTS / case, *overrides)
    (path,) = [path for path in rendered if path.endswith("problem/labels.sql")]
    (folder / "data/tables").mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as database:
        (table,) = [Path(part).stem for part in rendered[path].split("'") if part.startswith("data/tables/")]
        pq.write_table(rows.append_column("__row", pa.array(range(len(rows)))), f"data/tables/{table}.parquet")
        database.execute(rendered[path])
        return database.sql("FROM labelled ORDER BY __row").to_arrow_table()


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_random_folds_take_every_training_row_once_and_their_share_of_each_class(
    folds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pa.table({"class": ["a"] * 400 + ["b"] * 80 + ["c"]})
    found = parts_of("penguins", rows, tmp_path, monkeypatch, f"split.folds={folds}")
    plain = parts_of("penguins", rows, tmp_path, monkeypatch, "~split.folds")
    held = pc.equal(found["__part"], "holdout")
    assert held.equals(pc.equal(plain["__part"], "holdout"))
    counts = found.group_by(["__part", "class"]).aggregate([([], "count_all")]).to_pylist()
    sizes = {(row["__part"], row["class"]): row["count_all"] for row in counts}
    assert {part for part, _ in sizes} == {"holdout", *(f"fold {number + 1}" for number in range(folds))}
    for class_, trained_on in (("a", 300), ("b", 60)):
        each = [size for (part, name), size in sizes.items() if name == class_ and part != "holdout"]
        assert sum(each) == trained_on
        assert max(each) - min(each) <= 1
    assert sum(size for (_, name), size in sizes.items() if name == "c") == 1


@pytest.mark.parametrize("folds", [2, 4])
def test_folds_by_time_are_blocks_one_after_the_other_with_ties_on_one_side(
    folds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = np.datetime64("2024-01-01T00:00:00", "us")
    times = day + np.random.default_rng(0).permutation(600) // 7 * np.timedelta64(1, "D")
    rows = pa.table({"sent at": times, "hours": np.arange(600.0)})
    found = parts_of("parcels", rows, tmp_path, monkeypatch, f"split.folds={folds}")
    order = ["fit", *(f"fold {number + 1}" for number in range(folds)), "holdout"]
    spans = [found.filter(pc.equal(found["__part"], part))["sent at"] for part in order]
    assert all(pc.max(earlier).as_py() < pc.min(later).as_py() for earlier, later in pairwise(spans))
    assert all(abs(len(span) - 450 / (folds + 1)) <= 14 for span in spans[:-1])


FIRST, SECOND, HELD = ([(part, "a"), (part, "b")] for part in ("fold 1", "fold 2", "holdout"))


@pytest.mark.parametrize(
    ("case", "rows", "says"),
    [
        ("penguins", [*FIRST, *SECOND, *HELD], "there are no rows for fold 3"),
        ("edge", [*FIRST, *SECOND, *HELD], "there are no rows for training"),
        (
            "edge",
            [("fit", "a"), ("fit", "b"), ("fold 1", "a"), *SECOND, *HELD],
            "in the rows for fold 1 (1) the target is always a",
        ),
    ],
)
def test_a_fold_of_no_use_is_refused_before_training(case: str, rows: list[tuple[str, str]], says: str) -> None:
    module, rendered = types.ModuleType("parts"), tree(PROJECTS / case)
    exec(next(text for path, text in rendered.items() if path.endswith("features/split.py")), vars(module))
    with duckdb.connect() as database:
        database.execute("CREATE TABLE parts (__part VARCHAR, __target VARCHAR)")
        database.executemany("INSERT INTO parts VALUES (?, ?)", rows)
        with pytest.raises(ValueError, match="set fewer `folds` in conf/split/") as caught:
            module.check_parts(database)
    assert says in str(caught.value)


def test_a_backtest_cuts_the_past_into_blocks_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree(PROJECTS / "parcels"), tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    fits = importlib.import_module("parcels.backtest.fits")
    rows = pa.table({"__row": range(10), "__part": ["holdout"] * 10})
    assert fits.with_parts(rows)["__part"].to_pylist() == [
        *["fit"] * 3,
        *["fold 1"] * 2,
        *["fold 2"] * 3,
        *["fold 3"] * 2,
    ]
