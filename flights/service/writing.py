"""Write tables batch by batch: as Parquet, as CSV in which no text is a formula, or as JSON lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from flights.common.outputs import new_file

Write = Callable[[pa.Table], Any]
FORMULA = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
"""What begins a text that a spreadsheet computes; the last four are wide forms of the signs."""
HARMLESS = r"^[+\-]?[\d.,' ]*([eE][+\-]?\d+)?%?$"
"""A number, which is left as it is."""
ENCODER = msgspec.json.Encoder(decimal_format="number")


@contextmanager
def written(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """Yield a function that writes rows to ``path``."""
    with new_file(path) as file:
        if path.suffix == ".parquet":
            with pq.ParquetWriter(file, schema, compression="zstd") as parquet:
                yield parquet.write_table
        elif path.suffix == ".csv":
            with pyarrow.csv.CSVWriter(file, safe(schema.empty_table()).schema) as csv:
                yield lambda rows: csv.write_table(safe(rows))
        elif path.suffix in (".jsonl", ".ndjson"):
            with file.open("wb") as lines:
                yield lambda rows: lines.write(ENCODER.encode_lines(rows.to_pylist()))
        else:
            raise ValueError(f"{path}: can write .parquet, .csv, .jsonl and .ndjson")


def safe(rows: pa.Table) -> pa.Table:
    """Return ``rows`` for CSV: an apostrophe before each text that a spreadsheet would compute, structures as JSON."""
    columns = [harmless(as_text(column)) for column in rows.columns]
    return pa.table(columns, names=harmless(pa.chunked_array([rows.column_names], pa.string())).to_pylist())


def as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return structures and lists as JSON, other ``values`` as they are."""
    if not pa.types.is_nested(values.type):
        return values
    texts = [None if value is None else ENCODER.encode(value).decode() for value in values.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def harmless(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ``values`` with an apostrophe before each text that looks like a formula, and not like a number."""
    if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
        return values
    formula = pc.match_substring_regex(values, FORMULA)
    computed = pc.and_not(formula, pc.match_substring_regex(values, HARMLESS))
    return pc.if_else(computed, pc.binary_join_element_wise("'", values, ""), values)
