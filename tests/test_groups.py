"""Groups: rows of one are never in two parts, and parts have their shares of rows and classes all the same."""

import importlib
import json
import types
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox import PROJECTS, Tree, imported, loaded, run, tree
from tests.test_folds import parts_of

DEEP = "+split.group='\"it\\'s deep\"'"
FOLDS, VALIDATED = ("split.folds=3",), ("~split.folds", "+split.validation=0.2")
HOLDOUT = 0.25


def made(sizes: list[int], seed: int = 0, nulls: int = 0) -> pa.Table:
    """Return a table of birds in which groups have these sizes, each two thirds of one class, in any order."""
    draw = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    own = np.array(["a", "b", "b", "b"])[np.arange(len(sizes)) % 4][groups]
    classes = np.where(draw.random(len(groups)) < 2 / 3, own, draw.choice(["a", "b"], len(groups)))
    names = [*(f"P {group}'s" for group in groups), *[None] * nulls]
    classes = np.concatenate([classes, draw.choice(["a", "b"], nulls)])
    order = draw.permutation(len(names))
    return pa.table({"class": classes, "it's deep": pa.array(names, pa.string())}).take(pa.array(order))


def shares(found: pa.Table) -> dict[str, float]:
    """Return the share of the rows that each part has."""
    counts = found["__part"].value_counts().to_pylist()
    return {item["values"]: item["counts"] / len(found) for item in counts}


def parts_by_group(found: pa.Table) -> dict[str, set[str]]:
    """Return the parts that rows of each group are in."""
    parts: dict[str, set[str]] = {}
    for group, part in zip(found["it's deep"].to_pylist(), found["__part"].to_pylist(), strict=True):
        parts.setdefault(group, set()).add(part)
    return parts


@pytest.mark.parametrize("how", [FOLDS, VALIDATED])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 60), min_size=4, max_size=40), seed=st.integers(0, 9))
def test_no_group_is_in_two_parts_no_part_is_empty_and_shares_are_near(
    how: tuple[str, ...], sizes: list[int], seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = parts_of("penguins", made(sizes, seed), tmp_path, monkeypatch, DEEP, f"split.seed={seed}", *how)
    assert all(len(parts) == 1 for parts in parts_by_group(found).values())
    held, largest = shares(found), max(sizes) / sum(sizes)
    asked = {"holdout": HOLDOUT, **(dict.fromkeys(["fold 1", "fold 2", "fold 3"], 0.25) if how is FOLDS else {})}
    assert set(held) == set(asked if how is FOLDS else ["fit", "validation", "holdout"])
    assert all(abs(held[part] - share) <= largest + 1e-9 for part, share in asked.items())


@pytest.mark.parametrize(
    ("sizes", "within"),
    [
        ([20] * 300, 0.01),
        ([4_000 // rank for rank in range(1, 900)], 0.03),
        ([3_000, *[10] * 200], 0.15),
        ([1] * 5_000, 0.005),
    ],
)
def test_shares_are_what_is_asked_for_where_groups_allow(
    sizes: list[int], within: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = parts_of("penguins", made(sizes), tmp_path, monkeypatch, DEEP, *FOLDS)
    held = shares(found)
    huge = max(sizes) / sum(sizes)
    expected = 0.25 if huge < 0.25 else (1 - 0.25 - huge) / 2  # beside one that is larger than a fold
    assert abs(held["holdout"] - 0.25) <= within
    folds = sorted(share for part, share in held.items() if part != "holdout")
    assert all(abs(share - expected) <= within for share in folds[: 3 if huge < 0.25 else 2])
    rare = pc.mean(pc.equal(found["class"], "a").cast(pa.float64())).as_py()
    for part in held if within <= 0.01 else ():  # a large group has a class or two of its own
        mean = pc.mean(pc.equal(found.filter(pc.equal(found["__part"], part))["class"], "a").cast(pa.float64())).as_py()
        assert abs(mean - rare) <= within + 0.03


def test_classes_that_are_constant_within_a_group_are_in_every_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = np.repeat(np.arange(20), 50)
    rows = pa.table(
        {"class": np.where(patients % 4 == 0, "ill", "well"), "it's deep": [f"P{patient}" for patient in patients]}
    )
    for seed in range(20):
        found = parts_of("penguins", rows, tmp_path, monkeypatch, DEEP, f"split.seed={seed}", *FOLDS)
        ill = found.filter(pc.equal(found["class"], "ill"))
        assert set(ill["__part"].to_pylist()) == {"holdout", "fold 1", "fold 2", "fold 3"}
        assert all(0.2 <= share <= 0.3 for share in shares(found).values())


@pytest.mark.parametrize("how", [FOLDS, VALIDATED])
def test_parts_follow_the_groups_and_the_seed_alone(
    how: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made([4_000 // rank for rank in range(1, 500)])
    before = parts_by_group(parts_of("penguins", rows, tmp_path, monkeypatch, DEEP, *how))
    shuffled = rows.take(pa.array(np.random.default_rng(5).permutation(len(rows))))
    assert parts_by_group(parts_of("penguins", shuffled, tmp_path, monkeypatch, DEEP, *how)) == before
    other = parts_by_group(parts_of("penguins", rows, tmp_path, monkeypatch, DEEP, "split.seed=1", *how))
    assert other != before


def test_more_rows_of_a_group_move_few_others_into_or_out_of_the_holdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = parts_by_group(parts_of("penguins", made([20] * 300), tmp_path, monkeypatch, DEEP, *FOLDS))
    after = parts_by_group(parts_of("penguins", made([20] * 280 + [30] * 40), tmp_path, monkeypatch, DEEP, *FOLDS))
    moved = [group for group in before if ("holdout" in before[group]) != ("holdout" in after[group])]
    assert len(moved) <= 15


def test_a_row_without_a_group_is_one_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = parts_of("penguins", made([10] * 40, nulls=400), tmp_path, monkeypatch, DEEP, *FOLDS)
    alone = found.filter(pc.is_null(found["it's deep"]))
    assert len(set(alone["__group"].to_pylist())) == len(alone)
    assert all(abs(share - 0.25) < 0.06 for share in shares(alone).values())


def test_numbers_are_split_by_groups_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pa.table({"island": [f"I{row // 7}" for row in range(2_100)], "body_mass_g": np.arange(2_100.0)})
    found = parts_of("weights", rows, tmp_path, monkeypatch, "+split.group='lower(island)'")
    parts = found.group_by("island").aggregate([("__part", "count_distinct")])
    assert set(parts["__part_count_distinct"].to_pylist()) == {1}
    assert shares(found) == pytest.approx({"holdout": 0.25, "validation": 0.15, "fit": 0.6}, abs=0.01)


def checked(rendered: Tree, package: str) -> types.ModuleType:
    """Return the rendered module that checks groups, with what it imports of its package."""
    module = types.ModuleType("groups")
    text = rendered[f"{package}/features/groups.py"]
    parts = types.ModuleType("parts")
    exec(rendered[f"{package}/features/split.py"], vars(parts))
    counts = types.ModuleType("counts")
    exec(rendered[f"{package}/common/counts.py"], vars(counts))
    vars(module).update(PARTS=parts.PARTS, counted=counts.counted)
    exec("\n".join(line for line in text.splitlines() if not line.startswith(f"from {package}.")), vars(module))
    return module


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            [("A", 1, "fold 1"), ("A", 1, "fold 2"), ("B", 2, "holdout")],
            "one group in two parts: A in fold 1 and fold 2",
        ),
        (
            [("A", 1, "fold 1"), ("B", 2, "holdout")],
            "makes 2 groups of the rows, and none is left for fold 2, fold 3. "
            "Collect rows of more groups, set fewer `folds`, or leave `group` out of conf/split/.",
        ),
    ],
)
def test_groups_that_are_cut_or_too_few_are_refused_before_training(
    rows: list[tuple[str, int, str]], says: str
) -> None:
    module = checked(tree(PROJECTS / "penguins", DEEP, *FOLDS), "birds")
    with duckdb.connect() as database:
        database.execute("CREATE TABLE parts (__row BIGINT, __group BIGINT, __part VARCHAR)")
        database.execute('CREATE TABLE raw (__row BIGINT, "it\'s deep" VARCHAR)')
        for row, (name, group, part) in enumerate(rows):
            database.execute("INSERT INTO parts VALUES (?, ?, ?)", [row, group, part])
            database.execute("INSERT INTO raw VALUES (?, ?)", [row, name])
        with pytest.raises(ValueError, match="group") as caught:
            module.check_groups(database)
    assert says in str(caught.value)


def test_resamples_are_of_whole_groups_and_vary_as_other_groups_would() -> None:
    metrics = loaded(tree(PROJECTS / "weights", "+split.group=island"), "weights/evaluation/metrics.py")
    draw = np.random.default_rng(0)
    groups = draw.permutation(np.repeat(np.arange(40) * 7, 25))
    target = draw.normal(0, 1, 40)[groups // 7] + draw.normal(0, 0.1, 1_000)
    rows = metrics.Bootstrap(rounds=200, confidence=0.9, seed=0)
    for weight in rows.of(groups).weights(1_000):
        assert all(len(np.unique(weight[groups == group])) == 1 for group in np.unique(groups))
        assert weight.sum() == 1_000
    score = np.zeros(1_000)
    wide, narrow = (
        np.subtract(*how.interval(how.resample(target, {"it": score}, ["rmse"])["it"]["rmse"])[::-1])
        for how in (rows.of(groups), rows)
    )
    assert wide > 3 * narrow
    alone = rows.of(np.arange(1_000))
    assert all(np.array_equal(*pair) for pair in zip(alone.weights(1_000), rows.weights(1_000), strict=True))


def test_weights_of_a_blend_are_chosen_by_other_groups(tmp_path: Path) -> None:
    with imported("penguins", tmp_path, "blended", DEEP, "+blend=greedy") as examples:
        examples.write_params()
        examples.write_training(*examples.draw())
        blend = importlib.import_module("blended.models.train_blend")
        rows = pq.read_table(blend.TRAIN)
        place = rows.column_names.index("__group")
        groups = np.arange(len(rows)) // 6
        pq.write_table(rows.set_column(place, "__group", pa.array(groups)), blend.TRAIN)
        read = importlib.import_module("blended.features.encoders").read_parts(blend.TRAIN)
        target = np.arange(read.sum()) % 3
        seen: list[np.ndarray] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blend, "choose_weights", lambda target, raws, steps: seen.append(raws["it"]) or {"it": 1.0})
            numbers = np.repeat(np.flatnonzero(read)[:, None], 3, axis=1).astype(float)
            blend.cross_fitted(target, {"it": numbers}, 1)
        of = groups[read]
        kept = [groups[found[:, 0].astype(int)] for found in seen]
        assert [len(one) for one in kept] == [np.isin(of, one).sum() for one in kept]
        assert sum(len(of) - len(one) for one in kept) == len(of)


def customers(count: int, seed: int = 0) -> dict[str, list[object]]:
    """Return rows of customers whose own taste, which is in no column, decides most of what they buy."""
    draw = np.random.default_rng(seed)
    whom = draw.permutation(np.repeat(np.arange(count), draw.poisson(6, count) + 1))
    taste, age, basket = draw.normal(0, 2, count), draw.integers(18, 80, count), draw.normal(0, 1, len(whom))
    bought = draw.random(len(whom)) < 1 / (1 + np.exp(-taste[whom] - basket))
    names = [None if row % 40 == 0 else f"C'{one}" for row, one in enumerate(whom)]
    return {
        "customer's id": names,
        "age": age[whom].tolist(),
        "basket": basket.round(3).tolist(),
        "town": draw.choice(["A-town", "B-burg", "C-ville"], len(whom)).tolist(),
        "bought": [str(value).lower() for value in bought],
    }


@pytest.mark.slow
def test_a_project_of_customers_keeps_each_on_one_side_from_data_to_release(tmp_path: Path) -> None:
    rows = pa.table(customers(200))
    csv.write_csv(rows, tmp_path / "rows.csv")
    made = run(tmp_path, "ninefold", "new", "shop", "--data", "rows.csv", "--target", "bought")
    assert "rows of one customer's id stay together: 200 values" in made
    shop = tmp_path / "shop"
    split = yaml.safe_load((shop / "conf/split/at_random.yaml").read_text(encoding="utf-8"))
    assert (split["group"], split["folds"]) == ('"customer\'s id"', 3)
    run(shop, "dvc", "repro")
    table = pq.read_table(shop / "data/tables/shop.parquet", columns=["__row", "customer's id"])
    train, holdout = (pq.read_table(shop / f"data/{part}.parquet") for part in ("train", "holdout"))
    assert "customer's id" not in train.column_names
    names = dict(zip(table["__row"].to_pylist(), table["customer's id"].to_pylist(), strict=True))
    parts: dict[str, set[str]] = {}
    for part in (train, holdout):
        for row, place in zip(part["__row"].to_pylist(), part["__part"].to_pylist(), strict=True):
            parts.setdefault(names[row] or f"row {row}", set()).add(place)
    assert all(len(places) == 1 for places in parts.values())
    assert abs(len(holdout) / len(rows) - 0.25) < 0.02
    told = json.loads((shop / "reports/features.json").read_text())["groups"]
    evaluation = json.loads((shop / "reports/evaluation.json").read_text())
    assert sum(told.values()) == len(parts)
    assert evaluation["groups"] == {
        "by": '"customer\'s id"',
        "validation": sum(count for part, count in told.items() if part != "holdout"),
        "holdout": told["holdout"],
    }
    assert "resamples of the same groups" in (shop / "reports/index.html").read_text(encoding="utf-8")
    assert '"inputs"' in (shop / "bundle/bundle.json").read_text()
    assert "customer's id" not in json.loads((shop / "bundle/bundle.json").read_text())["inputs"].values()
    unseen = "from pathlib import Path; from shop.packaging.fitted_rows import unseen; found = unseen(Path('bundle'))"
    assert run(shop, "python", "-c", f"{unseen}; print(found.all())").strip() == "True"
    pq.write_table(train, shop / "data/holdout.parquet")
    assert run(shop, "python", "-c", f"{unseen}; print(found.any())").strip() == "False"
    run(shop, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "shop/tests")
