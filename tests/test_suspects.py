"""What exploration and `ninefold new` take for a likely leak, and that an easy target is none."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import datasets

from generator.exploration.leaks import leaks, redundant

ROWS = 2_000
Columns = dict[str, np.ndarray]
Draw = np.random.Generator


def texts(values: list[str | None]) -> np.ndarray:
    return np.array(values, dtype=object)


def numbers(draw: Draw, *names: str) -> Columns:
    return {name: draw.normal(size=ROWS) for name in names}


def total(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = numbers(draw, "casual", "registered", "x")
    return found, found["casual"] + found["registered"]


def product_of_three(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = {name: np.exp(values) for name, values in numbers(draw, "price", "amount", "rate", "x").items()}
    return found, found["price"] * found["amount"] * found["rate"]


def weighted(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = numbers(draw, "a", "b", "c", "x")
    return found, found["a"] + found["b"] + 3 * found["c"]


def ratio(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = {name: np.exp(values) for name, values in numbers(draw, "distance", "hours", "x").items()}
    return found, found["distance"] / found["hours"]


def long_enough(draw: Draw) -> tuple[Columns, np.ndarray]:
    """Return a rare class by the difference of two moments, each of no use alone, among many columns."""
    start = draw.uniform(0, 1e6, ROWS)
    found = {"start": start, "end": start + draw.normal(size=ROWS)}
    found |= {f"x{place}": draw.normal(size=ROWS) for place in range(40)}
    return found, (found["end"] - found["start"] > 1.5).astype(np.int64)


def as_planned(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = {name: draw.choice(["a", "b", "c"], ROWS).astype(object) for name in ("planned", "done", "x")}
    return found, (found["planned"] == found["done"]).astype(np.int64)


def written_later(draw: Draw) -> tuple[Columns, np.ndarray]:
    target = (draw.random(ROWS) < 0.3).astype(np.int64)
    common = [f"word{place}" for place in range(200)]
    said = ["refund issued", "contract has ended", "left us"]
    notes = [f"{' '.join(draw.choice(common, 6))} {draw.choice(said) if late else ''}" for late in target]
    return {"note": texts(list(notes)), "x": draw.normal(size=ROWS)}, target


def set_with_it(draw: Draw) -> tuple[Columns, np.ndarray]:
    target = (draw.random(ROWS) < 0.3).astype(np.int64)
    return {"refund": np.where((target == 1) & (draw.random(ROWS) < 0.5), 5.0, np.nan)}, target


def not_zero_with_it(draw: Draw) -> tuple[Columns, np.ndarray]:
    target = (draw.random(ROWS) < 0.3).astype(np.int64)
    return {"recovered": np.where((target == 1) & (draw.random(ROWS) < 0.5), draw.random(ROWS), 0.0)}, target


def amount_with_it(draw: Draw) -> tuple[Columns, np.ndarray]:
    amount = np.where(draw.random(ROWS) < 0.4, draw.random(ROWS), 0.0)
    return {"reason": texts([None if not paid else "abcd"[int(paid * 97) % 4] for paid in amount])}, amount


def beyond_a_bound(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = numbers(draw, "score", "x")
    return found, (found["score"] > 2).astype(np.int64)


def larger(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = numbers(draw, "quoted", "billed", "x")
    return found, np.maximum(found["quoted"], found["billed"])


def both_beyond(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = {name: draw.uniform(0, 100, ROWS) for name in ("written", "oral", "x")}
    return found, ((found["written"] > 80) & (found["oral"] > 80)).astype(np.int64)


def both_beyond_their_own(draw: Draw) -> tuple[Columns, np.ndarray]:
    found = {"amount": draw.uniform(0, 1e6, ROWS), "score": draw.uniform(0, 10, ROWS), "x": draw.uniform(0, 1, ROWS)}
    return found, ((found["amount"] > 8e5) & (found["score"] < 4)).astype(np.int64)


LEAKS: dict[str, tuple[Callable[[Draw], tuple[Columns, np.ndarray]], str]] = {
    "sum": (total, "casual + registered"),
    "larger": (larger, "greatest(quoted, billed)"),
    "both beyond a bound": (both_beyond, "least(written, oral)"),
    "both beyond bounds of their own": (both_beyond_their_own, "amount and score, by bounds"),
    "product of three": (product_of_three, "a product of price, amount and rate"),
    "weighted sum": (weighted, "a weighted sum of a, b and c"),
    "ratio": (ratio, "distance / hours"),
    "difference of moments": (long_enough, "start - end"),
    "equality": (as_planned, "planned = done"),
    "words": (written_later, "note, by words such as"),
    "presence": (set_with_it, "refund has a value only where the target is yes"),
    "not zero": (not_zero_with_it, "recovered is not 0 only where the target is yes"),
    "presence, of a number": (amount_with_it, "reason has a value only where the target is not 0"),
    "bound": (beyond_a_bound, "score alone"),
}


@pytest.mark.parametrize("name", LEAKS)
def test_columns_that_are_the_target_are_found(name: str) -> None:
    make, says = LEAKS[name]
    columns, target = make(np.random.default_rng(0))
    (found,) = leaks(columns, target, ("no", "yes") if target.dtype.kind == "i" else ())
    assert found.statement.startswith(says)
    assert all(column in says for column in found.columns)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "diabetes"])
def test_an_easy_target_is_no_leak(name: str) -> None:
    data = getattr(datasets, f"load_{name}")()
    target = data.target.astype(float) if name == "diabetes" else data.target.astype(np.int64)
    mixed = np.random.default_rng(0).permutation(len(target))
    columns = {f"c{place}": values.astype(np.float64)[mixed] for place, values in enumerate(data.data.T)}
    assert leaks(columns, target[mixed], [str(class_) for class_ in np.unique(data.target)]) == []


def test_few_rows_prove_no_leak() -> None:
    """What tells classes well in 569 rows tells them without an error in many samples of 80."""
    data = datasets.load_breast_cancer()
    for seed in range(20):
        rows = np.random.default_rng(seed).choice(len(data.target), 80, replace=False)
        columns = {f"c{place}": values[rows] for place, values in enumerate(data.data.T)}
        assert leaks(columns, data.target[rows].astype(np.int64), ["no", "yes"]) == []


@pytest.mark.parametrize("make", [beyond_a_bound, as_planned])
def test_a_leak_is_found_in_few_rows(make: Callable[[Draw], tuple[Columns, np.ndarray]]) -> None:
    columns, target = make(np.random.default_rng(0))
    some = np.concatenate([np.flatnonzero(target == class_)[:60] for class_ in (0, 1)])
    few = np.random.default_rng(0).permutation(some)
    assert leaks({name: values[few] for name, values in columns.items()}, target[few], ["no", "yes"])


@pytest.mark.parametrize("classes", [0, 2, 7])
def test_noise_is_no_leak(classes: int) -> None:
    draw = np.random.default_rng(1)
    target = draw.integers(0, classes, 200) if classes else draw.normal(size=200)
    columns = {f"x{place}": draw.normal(size=200) for place in range(30)}
    columns |= {f"gap{place}": np.where(draw.random(200) < 0.1, 1.0, np.nan) for place in range(30)}
    columns |= {f"t{place}": draw.choice(["one a", "two b", "three c"], 200).astype(object) for place in range(10)}
    assert leaks(columns, target, [str(place) for place in range(classes)]) == []


def test_columns_that_go_one_to_one() -> None:
    draw = np.random.default_rng(0)
    shop = draw.integers(0, 40, ROWS).astype(np.float64)
    columns = {
        "shop": shop,
        "name": texts([f"shop {place}" for place in shop]),
        "town": texts([f"town {place // 2}" for place in shop]),
        "own": np.arange(ROWS, dtype=np.float64),
        "another": np.arange(ROWS, dtype=np.float64) * 2,
        "yes": (shop > 20).astype(np.float64),
        "no": (shop <= 20).astype(np.float64),
    }
    assert redundant(columns) == [("shop", "name")]
