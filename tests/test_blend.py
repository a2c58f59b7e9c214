"""Blends: weights fit no chance, the service combines as training does, and contributions add up."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.sandbox import BLENDS, imported

TRAIN = Path("data/train.parquet")


@dataclass(frozen=True)
class Blended:
    """A rendered package whose candidates are trained on made-up rows."""

    package: str

    def module(self, name: str) -> ModuleType:
        """Return a module of the package."""
        return importlib.import_module(f"{self.package}.{name}")

    @property
    def candidates(self) -> dict[str, ModuleType]:
        """Return the candidates, each with the module that scores it."""
        found: dict[str, ModuleType] = self.module("models.candidates").CANDIDATES
        return found

    def matrix(self) -> np.ndarray:
        """Return some of the rows as the models see them, one with nothing known and one of the unheard of."""
        encoders = self.module("features.encoders")
        found = encoders.read_matrix(TRAIN, self.module("common.outputs").read_json(Path("data/encoders.json")))[:20]
        strange = [np.full((1, found.shape[1]), value, dtype=np.float32) for value in (np.nan, 1e6)]
        return np.vstack([found, *strange])


@pytest.fixture(scope="module", params=BLENDS)
def blended(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blended]:
    case, package = request.param, f"blended_{request.param}"
    with imported(case, tmp_path_factory.mktemp("blend"), package, *BLENDS[case]) as examples:
        examples.write_params()
        examples.write_training(*examples.draw())
        found = Blended(package)
        for name in sorted(found.candidates, key="blend".__eq__):
            found.module(f"models.train_{name}").main()
        yield found


def test_the_service_scores_and_explains_every_candidate_as_training_does(blended: Blended) -> None:
    matrix = blended.matrix()
    link = blended.module("service.models.blend").link
    for name, scoring in blended.candidates.items():
        folder = blended.module("models.folders").folder_of(name)
        batch = scoring.Model.load(folder).predict(matrix)
        served = blended.module(f"service.models.{scoring.__name__.rpartition('.')[2]}").Model(folder)
        rows = matrix.astype(float).tolist()
        assert np.allclose(served.scores(rows), batch, rtol=1e-12, atol=1e-12), name
        assert np.allclose([served.score(row) for row in rows], batch, rtol=1e-12, atol=1e-12), name
        for row, score in zip(rows, batch.tolist(), strict=True):
            parts = served.contributions(row)
            assert all(len(outputs) == matrix.shape[1] + 1 for outputs in parts), name
            if name != "baseline":  # which has nothing to add up
                assert np.allclose(link([sum(outputs) for outputs in parts]), score, rtol=1e-9, atol=1e-9), name


def test_linear_trees_predict_no_number_beyond_those_they_were_fitted_on(blended: Blended, tmp_path: Path) -> None:
    if not blended.package.endswith("weights"):
        pytest.skip("the target is a class")
    scoring, served = blended.module("models.scoring.lightgbm"), blended.module("service.models.lightgbm")
    rows = np.random.default_rng(0).normal(size=(400, 2))
    params = {"linear_tree": True, "num_leaves": 3, "verbosity": -1}
    booster = scoring.lgb.train(params, scoring.lgb.Dataset(rows, rows[:, 0], params=params), 20)
    far = np.array([[1e6, 0.0], [-1e6, 0.0], [0.0, 0.0]])
    assert booster.predict(far)[0] > 1_000
    scoring.Model(booster, [0.0, 0.0], bounds=(-3.0, 3.0)).save(tmp_path)
    expected = [3.0, -3.0, pytest.approx(0.0, abs=0.1)]
    assert scoring.Model.load(tmp_path).predict(far).tolist() == expected
    model = served.Model(tmp_path)
    assert model.scores(far.tolist()) == [model.score(row) for row in far.tolist()] == expected
    assert sum(model.contributions([1e6, 0.0])[0]) == pytest.approx(3.0)
    summary = blended.module("common.outputs").read_json(Path("models/linear_trees/beside.json"))
    target = blended.module("features.encoders").read_target(TRAIN, {})
    assert summary["bounds"] == [target.min(), target.max()]


def test_weights_are_those_of_the_least_loss(blended: Blended) -> None:
    training, scoring = blended.module("models.train_blend"), blended.module("models.scoring.blend")
    target, right = _rows(blended, 400)
    noise = np.random.default_rng(0).normal(size=right.shape)
    found = training.choose_weights(target, {"right": right, "wrong": noise}, 20)
    assert sum(found.values()) == pytest.approx(1)
    assert found["right"] > 0.9
    half = training.choose_weights(target, {"one": right + noise, "other": right - noise}, 20)
    assert half == {"one": pytest.approx(0.5, abs=0.1), "other": pytest.approx(0.5, abs=0.1)}
    combined = scoring.combine(half, {"one": right + noise, "other": right - noise})
    loss = blended.module("models.loss").loss
    assert loss(target, combined) < loss(target, scoring.link(right + noise))


def test_weights_of_few_rows_are_equal(blended: Blended) -> None:
    few = len(np.load("blend/validation.npy")) < blended.module("models.train_blend").FEWEST_ROWS
    weights = blended.module("common.outputs").read_json(Path("blend/model.json"))["weights"]
    assert few, "the made-up rows of the tests are more now"
    assert set(weights.values()) == {1 / len(weights)}


def test_no_prediction_of_a_blend_depends_on_the_target_of_its_row(blended: Blended) -> None:
    training = blended.module("models.train_blend")
    target, right = _rows(blended, 500)
    noise = np.random.default_rng(0).normal(size=right.shape)
    raws = {"right": right, "wrong": noise}
    before = training.cross_fitted(target, raws, 25)
    inside = np.arange(len(target)) % training.PARTS == 2
    other = target.copy()
    other[inside] = np.roll(target[inside], 1)
    after = training.cross_fitted(other, raws, 25)
    assert (before[inside] == after[inside]).all()
    assert (before != after).any()


def test_a_blend_is_chosen_only_where_it_leads_by_more_than_noise(blended: Blended) -> None:
    evaluate = blended.module("evaluation.evaluate")
    bootstrap = evaluate.Bootstrap(rounds=200, confidence=0.95, seed=0)
    link = blended.module("models.scoring.blend").link
    target, right = _rows(blended, 600)
    noise = np.random.default_rng(0).normal(scale=3, size=right.shape)
    twice = noise.copy()
    twice[np.abs(noise).sum(axis=1).argsort()[-2:]] = 0  # of two rows: a resample can do without them
    single, slightly, better = link(right + noise), link(right + twice), link(right + 0.2 * noise)
    held = evaluate.select(target, {"linear": single, "blend": slightly}, bootstrap)
    assert (held["chosen"], held["within_noise"]["over"]) == ("linear", "linear")
    assert set(held["values"]) == {"linear", "blend"}
    chosen = evaluate.select(target, {"linear": single, "blend": better}, bootstrap)
    assert (chosen["chosen"], chosen["lead"]["beyond_noise"]) == ("blend", True)


def _rows(blended: Blended, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return targets, and raw scores that know them well, shape (rows, outputs)."""
    level = np.random.default_rng(1).normal(size=rows)
    if blended.package.endswith("weights"):
        return 3 * level + 4, (3 * level + 4)[:, None]
    if blended.package.endswith("penguins"):
        places = np.arange(rows) % 3
        return places, 4 * np.eye(3)[places]
    return (level > 0).astype(np.int64), (4 * np.sign(level))[:, None]
