"""Faults that are injected into rows of flights."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

RECENT = ("origin_held_3h", "origin_held_12h", "carrier_held_3h", "carrier_held_12h", "dest_held_6h")
WEATHER = ("temperature", "dew_point", "humidity", "wind_speed", "rain", "pressure", "visibility")
Fault = Callable[[pa.Table, np.random.Generator], pa.Table]


def put(rows: pa.Table, name: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    """Return ``rows`` with other ``values`` in the column ``name``."""
    return rows.set_column(rows.column_names.index(name), name, values.cast(rows[name].type))


def null(rows: pa.Table, _: np.random.Generator) -> pa.Table:
    """Empty a column."""
    return put(rows, "origin_held_3h", pa.nulls(len(rows), pa.float64()))


def scaled(rows: pa.Table, _: np.random.Generator) -> pa.Table:
    """Give a share as a percentage."""
    return put(rows, "origin_held_3h", pc.multiply(rows["origin_held_3h"], 100.0))


def shuffled(rows: pa.Table, draw: np.random.Generator) -> pa.Table:
    """Give rows the columns of others."""
    places = draw.permutation(len(rows))
    for name in (*RECENT, "departure_hour"):
        rows = put(rows, name, rows[name].take(places))
    return rows


def renamed(rows: pa.Table, _: np.random.Generator) -> pa.Table:
    """Call a category otherwise."""
    return put(rows, "origin", pc.replace_substring(rows["origin"], "EWR", "Newark"))


def delayed(rows: pa.Table, _: np.random.Generator) -> pa.Table:
    """Give what is recent as it was two days before; in the first two days as it is, since no rows are from before."""
    places = np.arange(len(rows))
    places = np.where(places < 2_000, places, places - 2_000)
    for name in RECENT:
        rows = put(rows, name, rows[name].take(places))
    return rows


def labels_drift(rows: pa.Table, draw: np.random.Generator) -> pa.Table:
    """Delay a fifth of the flights that were in time, whatever they are like."""
    target = rows["__target"].to_numpy() | (draw.random(len(rows)) < 0.2)
    return put(rows, "__target", pa.array(target.astype(np.int64)))


def concept_drift(rows: pa.Table, draw: np.random.Generator) -> pa.Table:
    """Let outcomes have nothing to do with the features any more."""
    return put(rows, "__target", rows["__target"].take(draw.permutation(len(rows))))


def broken_join(rows: pa.Table, _: np.random.Generator) -> pa.Table:
    """Find no weather."""
    for name in WEATHER:
        rows = put(rows, name, pa.nulls(len(rows), rows[name].type))
    return rows


def inverted(rows: pa.Table, _: np.random.Generator) -> pa.Table:
    """Let outcomes mean the opposite."""
    return put(rows, "__target", pa.array(1 - rows["__target"].to_numpy()))


FAULTS: dict[str, Fault] = {
    "column null": null,
    "column scaled": scaled,
    "columns shuffled": shuffled,
    "category renamed": renamed,
    "data delayed": delayed,
    "label drift": labels_drift,
    "concept drift": concept_drift,
    "broken join": broken_join,
    "labels inverted": inverted,
}
