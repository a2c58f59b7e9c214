"""Turn sampled rows into numbers: numbers as they are, moments as their parts, texts as codes of frequent values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FREQUENT = 50
RARE = 0.002
DAY = 86_400_000_000

Encoder = Callable[[pa.ChunkedArray], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Part:
    """What a model sees of one column: all of it, or one ``aspect``; missing values are NaN."""

    column: str
    aspect: str
    values: np.ndarray
    coded: bool


def floats(column: pa.ChunkedArray) -> np.ndarray:
    """Return ``column`` as floats, with NaN for everything that is no finite number."""
    values = column.cast(pa.float64(), safe=False).to_numpy()
    return np.where(np.isfinite(values), values, np.nan)


def number(column: pa.ChunkedArray) -> dict[str, np.ndarray]:
    """Return numbers as they are, where they fit what models see; beyond that there is nothing to add up."""
    values = floats(column)
    return {"": np.where(np.abs(values) <= np.finfo(np.float32).max, values, np.nan)}


def moment(column: pa.ChunkedArray) -> dict[str, np.ndarray]:
    """Return the day, the time of day in hours, and the weekday; of these only what varies."""
    ticks = floats(column.cast(pa.timestamp("us")).cast(pa.int64()))
    days, weekdays = np.floor(ticks / DAY), (np.floor(ticks / DAY) + 3) % 7
    aspects = {"day": days, "hour": (ticks - days * DAY) / DAY * 24, "weekday": weekdays}
    return {name: values for name, values in aspects.items() if len(np.unique(values[~np.isnan(values)])) > 1}


def text(column: pa.ChunkedArray) -> dict[str, np.ndarray]:
    """Return the place of each text among the most frequent ones; the others, all rare ones among them, share one."""
    texts = column.cast(pa.string())
    counted = sorted(pc.value_counts(texts.drop_null()).to_pylist(), key=lambda row: (-row["counts"], row["values"]))
    vocabulary = pa.array(
        [row["values"] for row in counted[:FREQUENT] if row["counts"] > RARE * len(texts)], pa.string()
    )
    codes = floats(pc.index_in(texts, value_set=vocabulary))
    known = texts.is_valid().to_numpy()
    return {"": np.where(known & np.isnan(codes), len(vocabulary), codes)}


INPUTS: dict[str, Encoder] = {
    "carrier": text,
    "flight": number,
    "departure": moment,
    "origin": text,
    "dest": text,
    "tailnum": text,
    "distance": number,
    "scheduled_departure": moment,
    "sched_arr_time": number,
}
OUTCOMES: dict[str, Encoder] = {
    "arr_delay": number,
    "dep_delay": number,
    "dep_time": number,
    "arr_time": number,
    "air_time": number,
    "held": number,
}


def columns_of(sample: pa.Table) -> dict[str, np.ndarray]:
    """Return the inputs as they are: numbers, moments in days, and texts, None where one is missing."""
    return {name: plain(sample[name]) for name in INPUTS}


def plain(column: pa.ChunkedArray) -> np.ndarray:
    """Return ``column`` as floats, with NaN for what is missing, or as texts."""
    if pa.types.is_string(column.type):
        return np.array(column.to_pylist(), dtype=object)
    if pa.types.is_timestamp(column.type):
        return floats(column.cast(pa.timestamp("us")).cast(pa.int64())) / DAY
    return floats(column)


def encode(sample: pa.Table, encoders: Mapping[str, Encoder]) -> list[Part]:
    """Return the columns of ``sample`` that ``encoders`` name, as parts."""
    return [
        Part(name, aspect, values, encoder is text)
        for name, encoder in encoders.items()
        for aspect, values in encoder(sample[name]).items()
    ]


def encode_target(sample: pa.Table) -> np.ndarray:
    """Return 1 where the target is true, else 0."""
    return sample["__target"].cast(pa.int8()).to_numpy().astype(np.int64)


def classes_of(sample: pa.Table) -> tuple[np.ndarray, list[str]]:
    """Return the place of each row's class, and the classes."""
    return encode_target(sample), ["false", "true"]
