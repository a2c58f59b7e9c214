"""A sample of the rows, and how much of the target each single column explains in it."""

from collections.abc import Mapping, Sequence

import numpy as np

from generator.exploration.separation import is_classes
from generator.new.answers import Choice
from generator.new.reading import RAW, Raw
from generator.new.typed import typed, typed_target
from generator.schema.problem import Task

ROWS, CELLS = 20_000, 4_000_000
"""Rows, and values, that are looked at."""

BATCH = 100
"""Columns that one query reads: what DuckDB makes of an expression takes it longer, the more there are."""

BINS = 60
FEWEST = 5
"""Rows that a group needs to say anything; the others count as if the column explained nothing."""

KNOWN = 0.5
"""Share of the rows that has to have a value for its order to count."""

IN_ORDER = 0.999
"""The most that is said to be explained by values that are only in the order of the target."""

TEXTS = ("text", "boolean")
SAMPLE = "__sample"


def sampled(
    raw: Raw, inputs: Mapping[str, Choice], target: Choice, task: Task
) -> tuple[dict[str, np.ndarray], np.ndarray, list[str]]:
    """Return ``inputs`` in some rows in no order, texts as such and all else as numbers; the target; and its classes.

    The target is a number, or the place of a class.
    """
    rows, wanted = min(ROWS, CELLS // max(len(inputs), 1)), typed_target(target, task)
    known = f"isfinite({wanted})" if task == "regression" else f"{wanted} IS NOT NULL"
    some = f"SELECT * FROM (SELECT * FROM {RAW} WHERE {known}) USING SAMPLE reservoir({rows} ROWS) REPEATABLE (0)"
    raw.database.execute(f"CREATE OR REPLACE TEMP TABLE {SAMPLE} AS {some}")
    found = raw.database.execute(f"SELECT {wanted} AS target FROM {SAMPLE}").fetchnumpy()["target"]
    order = np.random.default_rng(0).permutation(len(found))
    columns: dict[str, np.ndarray] = {}
    for start in range(0, len(inputs), BATCH):
        columns |= _read(raw, list(inputs.values())[start : start + BATCH], order)
    if task == "regression":
        return columns, np.asarray(found, dtype=np.float64)[order], []
    classes, places = np.unique(np.asarray(found, dtype=str), return_inverse=True)
    return columns, places[order], classes.tolist()


def _read(raw: Raw, choices: Sequence[Choice], order: np.ndarray) -> dict[str, np.ndarray]:
    kinds = {choice.name: "VARCHAR" if choice.kind.type in TEXTS else "DOUBLE" for choice in choices}
    listed = [f"CAST({typed(choice)} AS {kinds[choice.name]}) AS c{place}" for place, choice in enumerate(choices)]
    found = raw.database.execute(f"SELECT {', '.join(listed)} FROM {SAMPLE}").fetchnumpy()
    return {name: _plain(found[f"c{place}"])[order] for place, name in enumerate(kinds)}


def _plain(values: np.ndarray) -> np.ndarray:
    """Return ``values`` as texts with None, or numbers with NaN, for what is missing."""
    plain = np.array(np.ma.getdata(values))
    plain[np.ma.getmaskarray(values)] = None if plain.dtype == object else np.nan
    if plain.dtype != object:
        plain[np.isinf(plain)] = np.nan
    return plain


def shares(columns: Mapping[str, np.ndarray], target: np.ndarray) -> dict[str, float]:
    """Return the share of the uncertainty of ``target`` that each column takes away, 0 to 1.

    Numbers are put into bins first. For classes it is Theil's U, the share of the entropy; for numbers that of the
    variance, or the square of the correlation of values or of ranks, whichever is more: a logarithm, or an inverse, of
    the target stands in its order.
    """
    if is_classes(target):
        return {name: _entropy(_groups(values), target) for name, values in columns.items()}
    return {
        name: max(_variance(_groups(values), target), 0.0 if values.dtype == object else _correlated(values, target))
        for name, values in columns.items()
    }


def _groups(values: np.ndarray) -> np.ndarray:
    """Return the group of each row: its value, or where numbers are many its place among bins of as many rows each."""
    if values.dtype == object:
        places: dict[str | None, int] = {}
        return np.array([places.setdefault(value, len(places)) for value in values])
    known = ~np.isnan(values)
    found, places_ = np.unique(values[known], return_inverse=True)
    groups = np.zeros(len(values), dtype=np.int64)
    if len(found) > BINS * FEWEST:
        places_ = np.argsort(np.argsort(values[known], kind="stable")) * BINS // known.sum()
    groups[known] = places_ + 1
    return groups


def _entropy(groups: np.ndarray, target: np.ndarray) -> float:
    classes = int(target.max()) + 1
    counts = np.bincount(groups * classes + target, minlength=(int(groups.max()) + 1) * classes).reshape(-1, classes)
    sizes, whole = counts.sum(axis=1), np.bincount(target) / len(target)
    uncertain = -float((whole[whole > 0] * np.log(whole[whole > 0])).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        each = -np.where(counts > 0, counts * np.log(counts / sizes[:, None]), 0.0).sum(axis=1)
    left = np.where(sizes >= FEWEST, each, sizes * uncertain).sum() / len(target)
    return 1 - float(left) / uncertain if uncertain else 0.0


def _variance(groups: np.ndarray, target: np.ndarray) -> float:
    about = target - target.mean()
    sizes, sums = np.bincount(groups), np.bincount(groups, about)
    spread = float(about @ about)
    explained = np.where(sizes >= FEWEST, sums**2 / np.maximum(sizes, 1), 0.0).sum()
    return float(explained) / spread if spread else 0.0


def _correlated(values: np.ndarray, target: np.ndarray) -> float:
    """Return the squared correlation, of ranks where that is more; the same order alone is not the same number."""
    known = np.isfinite(values)
    if known.sum() < KNOWN * len(values):
        return _correlation(values, target)
    ranked = _correlation(_ranks(values[known]), _ranks(target[known]))
    return max(_correlation(values, target), min(ranked, IN_ORDER))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the place of each value in order; those that are the same share the middle of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places], dtype=np.float64)


def _correlation(values: np.ndarray, target: np.ndarray) -> float:
    known = np.isfinite(values)
    if known.sum() < 2 or not np.ptp(values[known]) or not np.ptp(target[known]):
        return 0.0
    return float(np.corrcoef(values[known], target[known])[0, 1]) ** 2
