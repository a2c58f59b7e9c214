"""Write tables as JSON, a list for each column, from which the service reads them by key."""

from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

ENCODER = msgspec.json.Encoder(decimal_format="number")


def kind(column: pa.Field) -> str:
    """Return under what the values of ``column`` are written, for the service to know a moment from a text."""
    if pa.types.is_timestamp(column.type):
        return "moments"
    if pa.types.is_date(column.type):
        return "dates"
    return "times" if pa.types.is_time(column.type) else "values"


def write_keyed(source: Path, target: Path, columns: tuple[str, ...] = ()) -> None:
    """Write ``columns`` of the Parquet file ``source`` as JSON to ``target``; all of them where none are named."""
    table = pq.read_table(source, columns=list(columns) or None)
    content: dict[str, Any] = {field.name: {kind(field): table[field.name].to_pylist()} for field in table.schema}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(ENCODER.encode(content))
