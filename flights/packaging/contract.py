"""Learn from all labelled rows which values of each field of a request are expected; write reports/contract.yaml to be reviewed.

What is to hold instead goes into conf/, under `service.expected`, in the same form.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from flights.common.outputs import new_file
from flights.common.settings import setting
from flights.packaging.bundles import TABLE
from flights.service.request import COLUMNS, FIELDS

# The rows that the served model is fitted on.
FITTED = (
    "data/train.parquet",
    "data/holdout.parquet",
)
CONTRACT = Path("reports/contract.yaml")
MOST_VALUES = 1_000  # a column of more texts names things, and new ones are expected


def seen(values: pa.ChunkedArray) -> dict[str, Any]:
    """Return what there is in a column: gaps, the least and the largest number, or the texts."""
    found: dict[str, Any] = {"missing": values.null_count > 0}
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        found |= pc.min_max(values).as_py()
    elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        texts = pc.unique(values.drop_null()).to_pylist()
        if len(texts) <= MOST_VALUES:
            found["values"] = sorted(texts)
    return {name: value for name, value in found.items() if value is not None}


def learn() -> dict[str, dict[str, Any]]:
    """Return what is expected in each field: what all labelled rows show, or what params.yaml says."""
    rows = pq.read_table(TABLE, columns=["__row"])["__row"].to_numpy()
    fitted = np.concatenate([pq.read_table(file, columns=["__row"])["__row"].to_numpy() for file in FITTED])
    places = np.searchsorted(rows, fitted)
    said = setting("service", "expected")
    with pq.ParquetFile(TABLE) as file:
        return {
            field: seen(file.read(columns=[column])[column].take(places)) | said.get(field, {})
            for field, column in zip(FIELDS, COLUMNS, strict=True)
        }


def write_contract(contract: dict[str, dict[str, Any]]) -> None:
    """Write ``contract`` as it would stand in conf/."""
    text = yaml.safe_dump(
        {"expected": contract}, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )
    with new_file(CONTRACT) as file:
        file.write_text(f"# What is expected in a request, by all labelled rows.\n{text}", encoding="utf-8")
