"""Encoders do what scikit-learn's do, have a place for everything, and treat one row as they treat many."""

import importlib
import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from tests.sandbox import PROJECTS, ROOT, tree

ROWS = 400
RANDOM = np.random.default_rng(0)
TEXTS = ["", "a", "Äpfel und Birnen", "und", "Ἀθῆναι", "snow ☃ snow", "other", "=a", "\x00", "a b c d e f", "🐧" * 3]
NUMBERS = [None, float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 3.5e38, 0.0, -0.0, 1e-300, 0.1, 2.5]


@pytest.fixture(scope="module", autouse=True)
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Render a project with every kind of encoding, so that its modules can be imported."""
    folder = tmp_path_factory.mktemp("rendered")
    for path, text in tree(PROJECTS / "weights", "project.package=encoded").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


def kind(name: str) -> ModuleType:
    """Return the module of one kind of encoding."""
    return importlib.import_module(f"encoded.features.encoding.{name}")


def column(values: list[Any], of: Any = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, of or pa.string())])


def fitted(name: str, values: list[Any], of: Any = None, **options: Any) -> tuple[ModuleType, dict[str, Any]]:
    """Return a module and what it has learnt, once through JSON."""
    state = kind(name).fit(column(values, of), options)
    return kind(name), json.loads(json.dumps(state))


def test_a_scaled_number_is_that_of_scikit_learn() -> None:
    values = RANDOM.normal(5, 3, ROWS)
    values[::7] = np.nan
    module, state = fitted("number", values, pa.float64(), impute="none", indicator=False, scale=True)
    found = module.bulk(column(values, pa.float64()), state)
    np.testing.assert_allclose(found, StandardScaler().fit_transform(values[:, None]), rtol=1e-12)


@pytest.mark.parametrize(("impute", "fill"), [("mean", 3.0), ("median", 2.0), ("zero", 0.0)])
def test_a_gap_is_filled_and_told(impute: str, fill: float) -> None:
    values = [1.0, 2.0, 6.0, None]
    module, state = fitted("number", values, pa.float64(), impute=impute, indicator=True, scale=False)
    expected = [[1, 0], [2, 0], [6, 0], [fill, 1]]
    assert module.bulk(column(values, pa.float64()), state).tolist() == expected
    single = getattr(kind("single"), module.__name__.rpartition(".")[2])
    assert [list(single(state)(value)) for value in values] == expected


@pytest.mark.parametrize("values", [[], [None], [7.0, 7.0], [0.1] * 9, [3e38, -3e38], [float("inf")], [5e-324, 0.0]])
@pytest.mark.parametrize("impute", ["none", "mean", "median", "zero"])
def test_a_number_of_any_kind_can_be_scaled(values: list[Any], impute: str) -> None:
    module, state = fitted("number", values, pa.float64(), impute=impute, indicator=False, scale=True)
    found = module.bulk(column([*values, 3e38, None], pa.float64()), state)
    assert not np.isinf(found.astype(np.float32)).any()


def test_categories_are_codes_and_rare_ones_share_the_last() -> None:
    module, state = fitted("category", ["b", "a", "a", "b", "a", "x", "y", None], min_count=2)
    found = module.bulk(column(["a", "b", "x", "y", "unseen", None]), state)
    np.testing.assert_array_equal(found, [[0], [1], [2], [2], [np.nan], [np.nan]])


def test_one_hot_is_that_of_scikit_learn() -> None:
    values = RANDOM.choice(["a", "b", "c", "d"], ROWS).tolist()
    module, state = fitted("one_hot", values, min_count=1, most=50)
    expected = OneHotEncoder(categories=[list(state["values"])], sparse_output=False).fit_transform(np.c_[values])
    np.testing.assert_array_equal(module.bulk(column(values), state)[:, :-2], expected)


def test_one_hot_has_a_column_for_what_is_rare_and_one_for_what_is_missing() -> None:
    module, state = fitted("one_hot", ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"], min_count=3, most=2)
    assert module.names(state) == ["=a", "=b", " (other)", " (missing)"]
    found = module.bulk(column(["b", "c", "d", "unseen", None]), state)
    assert found.argmax(axis=1).tolist() == [1, 2, 2, 2, 3]
    assert found.sum(axis=1).tolist() == [1] * 5


def test_ordinal_is_that_of_scikit_learn() -> None:
    values = RANDOM.choice(["low", "middle", "high"], ROWS).tolist()
    asked = [*values, "unseen", None]
    for order in (None, ("low", "middle", "high")):
        module, state = fitted("ordinal", values, order=order)
        reference = OrdinalEncoder(
            categories=[list(order)] if order else "auto", handle_unknown="use_encoded_value", unknown_value=-1
        ).fit(np.array(values, dtype=object)[:, None])
        expected = reference.transform(np.array(asked, dtype=object)[:, None])
        expected[-1] = np.nan
        np.testing.assert_array_equal(module.bulk(column(asked), state), expected)


def test_a_target_statistic_is_held_back_to_the_prior() -> None:
    values, outcome = ["a", "a", "b", None, None], np.array([1.0, 0.0, 1.0, 1.0, 1.0])
    state = kind("target").fit(column(values), {"smooth": 2.0, "folds": 2, "count": False}, {"": outcome})
    found = kind("target").bulk(column(["a", "b", None, "unseen"]), state)[:, 0]
    np.testing.assert_allclose(found, [(1 + 1.6) / 4, (1 + 1.6) / 3, (2 + 1.6) / 4, 0.8], rtol=1e-6)


def test_a_target_of_several_classes_has_a_column_for_each_but_the_first() -> None:
    outcomes = {" of b": np.array([True, False, False]), " of c": np.array([False, True, False])}
    state = kind("target").fit(column(["x", "x", "y"]), {"smooth": 1.0, "folds": 2, "count": False}, outcomes)
    assert kind("target").names(state) == [" of b", " of c"]
    np.testing.assert_allclose(state["values"]["x"], [(1 + 1 / 3) / 3] * 2)


def test_a_training_row_is_told_by_other_folds_only() -> None:
    values, outcome = RANDOM.choice(["a", "b", None], ROWS).tolist(), RANDOM.normal(size=ROWS)
    rows = RANDOM.permutation(ROWS)
    state = kind("target").fit(column(values), {"smooth": 3.0, "folds": 4, "count": False}, {"": outcome})
    found = kind("target").out_of_fold(column(values), rows, {"": outcome}, state)[:, 0]
    for place in range(0, ROWS, 37):
        others = [
            outcome[row] for row in range(ROWS) if values[row] == values[place] and rows[row] % 4 != rows[place] % 4
        ]
        assert found[place] == pytest.approx((sum(others) + 3 * outcome.mean()) / (len(others) + 3))


def test_rows_with_a_value_are_counted() -> None:
    options, outcome = {"smooth": 2.0, "folds": 2, "count": True}, {"": np.array([1.0, 0.0, 1.0, 1.0])}
    state = kind("target").fit(column(["a", "a", "b", "a"]), options, outcome)
    assert kind("target").names(state) == ["", " count"]
    found = kind("target").bulk(column(["a", "b", "unseen", None]), state)[:, 1]
    np.testing.assert_allclose(found, np.log([1 + 3, 1 + 1, 1, 1]), rtol=1e-6)
    state = kind("target").fit(column(["a", None, None]), options, {"": outcome[""][:3]})
    np.testing.assert_allclose(kind("target").bulk(column([None]), state)[0, 1], np.log(1 + 2), rtol=1e-6)


def test_a_training_row_is_counted_by_other_folds_as_all_rows_would_count_it() -> None:
    size = 4_000
    values, outcome = RANDOM.choice(["a", "b"], size).tolist(), {"": RANDOM.normal(size=size)}
    values[0] = "once"
    state = kind("target").fit(column(values), {"smooth": 3.0, "folds": 4, "count": True}, outcome)
    crossed = kind("target").out_of_fold(column(values), np.arange(size), outcome, state)
    assert crossed.shape == (size, 2)
    assert crossed[0, 1] == 0
    np.testing.assert_allclose(crossed[1:, 1], kind("target").bulk(column(values[1:]), state)[:, 1], rtol=0.02)


def test_a_key_without_signal_does_not_leak_through_cross_fitting() -> None:
    size = 20_000
    values = RANDOM.integers(0, size // 2, size).astype(str).tolist()
    outcome = RANDOM.integers(0, 2, size).astype(float)
    state = kind("target").fit(column(values), {"smooth": 1.0, "folds": 5, "count": False}, {"": outcome})
    naive = kind("target").bulk(column(values), state)[:, 0]
    crossed = kind("target").out_of_fold(column(values), np.arange(size), {"": outcome}, state)[:, 0]
    assert np.corrcoef(naive, outcome)[0, 1] > 0.5
    assert abs(np.corrcoef(crossed, outcome)[0, 1]) < 0.03


def test_a_hash_is_the_same_anywhere() -> None:
    module, state = fitted("hashing", [], buckets=8)
    found = module.bulk(column(["a", "Äpfel", "", None]), state)
    assert found.argmax(axis=1).tolist() == [0xE8B7BE43 % 8, crc32("Äpfel".encode()) % 8, 0, 0]
    assert found.sum(axis=1).tolist() == [1, 1, 1, 0]


def test_texts_are_those_of_scikit_learn() -> None:
    words = ["Schnee", "ice", "ΩMEGA", "sea_2", "42", "é"]
    texts = [" ".join(RANDOM.choice(words, RANDOM.integers(0, 9))) + "!" for _ in range(ROWS)]
    module, state = fitted("text", texts, terms=100, min_count=1)
    reference = TfidfVectorizer(token_pattern=r"\w+", vocabulary=list(state["terms"]))
    expected = reference.fit_transform(texts).toarray()
    np.testing.assert_allclose(module.bulk(column(texts), state), expected, rtol=1e-6)
    assert not module.bulk(column([None, "", "never seen"]), state).any()


def test_a_text_keeps_the_most_frequent_words() -> None:
    module, state = fitted("text", ["a b", "a b", "a c", "d d d d", None], terms=2, min_count=2)
    assert state == {"rows": 4, "terms": {"a": 3, "b": 2}}
    assert module.names(state) == [": a", ": b"]


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModuleType, Any, pa.Table]:
    """Return the package, what it learns from hostile values, and these."""
    package, columns = (
        importlib.import_module("encoded.features.encoders"),
        importlib.import_module("encoded.features.columns"),
    )
    data = {
        name: pa.array(RANDOM.choice(np.array([*TEXTS, None], dtype=object), ROWS), pa.string())
        if name in columns.CATEGORIES
        else pa.array(RANDOM.choice(np.array(NUMBERS, dtype=object), ROWS), pa.float64())
        for name in columns.FEATURES
    }
    extra = {"__row": pa.array(range(ROWS)), "__target": pa.array(RANDOM.normal(size=ROWS))}
    file = tmp_path_factory.mktemp("train") / "train.parquet"
    pq.write_table(pa.table(data | extra), file)
    found = package.fit_encoders(file)
    assert json.dumps(found) == json.dumps(package.fit_encoders(file))
    matrix = package.read_training(file, found)
    told = np.array([feature == "island" for feature in package.column_features(found)])
    np.testing.assert_array_equal(matrix[:, ~told], package.read_matrix(file, found)[:, ~told])
    assert (matrix[:, told] != package.read_matrix(file, found)[:, told]).any()
    return package, json.loads(json.dumps(found)), pa.table(data)


@settings(max_examples=200, deadline=None)
@given(
    text=some.none() | some.sampled_from(TEXTS) | some.text(),
    number=some.none() | some.sampled_from(NUMBERS) | some.floats(),
)
def test_one_row_is_encoded_as_many_are(
    encoders: tuple[ModuleType, Any, pa.Table], text: str | None, number: float | None
) -> None:
    package, learnt, data = encoders
    rows = pa.table(
        {field.name: pa.array([text if field.type == pa.string() else number], field.type) for field in data.schema}
    )
    many = package.encode(pa.concat_tables([rows, data.slice(0, 20)]), learnt)
    asked = [tuple(row.values()) for row in (rows.to_pylist() + data.slice(0, 20).to_pylist())]
    one = np.array([kind("single").Encoder(learnt).row(row) for row in asked], dtype=np.float32)
    assert many.dtype == np.float32
    np.testing.assert_array_equal(one, many)
    assert (np.signbit(one) == np.signbit(many))[~np.isnan(one)].all()


def test_every_kind_is_used(encoders: tuple[ModuleType, Any, pa.Table]) -> None:
    package, learnt, _ = encoders
    assert {state["kind"] for state in learnt["features"].values()} == set(package.KINDS)
    assert len(set(learnt["columns"])) == len(learnt["columns"]) == len(package.column_features(learnt))
    assert [learnt["columns"][place] for place in package.categorical(learnt)] == ["recent", "home"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "category"),
        (["a", "b", None] * 100, "category"),
        ([f"key {number}" for number in range(1_001)], "target"),
        ([f"this is remark {number}" for number in range(200)], "text"),
        ([f"this is remark {number}" for number in range(99)], "category"),
        ([f"this is remark {number % 100}" for number in range(1_000)], "category"),
    ],
)
def test_a_category_is_encoded_by_how_many_values_it_has(values: list[Any], expected: str) -> None:
    assert importlib.import_module("encoded.features.encoders").choose(column(values)) == expected


def test_no_state_is_kept_as_anything_but_json() -> None:
    for file in (ROOT / "templates/package/features/encoding").glob("*.jinja"):
        assert "pickle" not in file.read_text(encoding="utf-8")
