"""Write files of other forms that hold typed columns as Parquet: Arrow, which Feather is too, ORC, and Stata."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc, orc

MAGIC = b"ARROW1"
SECONDS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""How many of each unit a second has."""


def arrow_as_parquet(file: Path, folder: Path) -> Path:
    """Write the rows of a file of Arrow, or of a stream, to the new ``folder`` as Parquet and return the copy.

    Raises ValueError for what is none, and for types that Parquet does not have.
    """
    try:
        with pa.memory_map(str(file)) as content, _opened(content) as reader:
            return _written(file, folder, reader.schema, _batches(reader))
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{file.name} cannot be read: {error}") from error


def orc_as_parquet(file: Path, folder: Path) -> Path:
    """Write the rows of a file of ORC to the new ``folder`` as Parquet and return the copy.

    Raises ValueError for what is none.
    """
    try:
        reader = orc.ORCFile(str(file))
        stripes = (reader.read_stripe(place) for place in range(reader.nstripes))
        return _written(file, folder, reader.schema, stripes)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{file.name} cannot be read: {error}") from error


def stata_as_parquet(file: Path, folder: Path) -> Path:
    """Write the rows of a file of Stata to the new ``folder`` as Parquet and return the copy.

    Values with labels are their labels, where no two are alike; days, months and quarters are dates. Raises ValueError
    for what is none.
    """
    import pandas as pd  # which no other form takes

    try:
        try:
            rows = pd.read_stata(file)
        except ValueError:
            rows = pd.read_stata(file, convert_categoricals=False)
    except (ValueError, KeyError, OverflowError) as error:
        raise ValueError(f"{file.name} cannot be read: {error}") from error
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return _written(file, folder, table.schema, table.to_batches())


def _opened(content: pa.NativeFile) -> ipc.RecordBatchFileReader | ipc.RecordBatchStreamReader:
    if content.read(len(MAGIC)) == MAGIC:
        return ipc.open_file(content)
    content.seek(0)
    return ipc.open_stream(content)


def _batches(reader: ipc.RecordBatchFileReader | ipc.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, ipc.RecordBatchFileReader):
        yield from (reader.get_batch(place) for place in range(reader.num_record_batches))
    else:
        yield from reader


def _written(file: Path, folder: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Path:
    """Write ``batches`` to a file in ``folder``; how long something lasts is a number of seconds there."""
    folder.mkdir(parents=True)
    copy = folder / f"{file.stem}.parquet"
    spans = {field.name: SECONDS[field.type.unit] for field in schema if pa.types.is_duration(field.type)}
    kinds = pa.schema([field.with_type(pa.float64()) if field.name in spans else field for field in schema])
    with pq.ParquetWriter(copy, kinds) as writer:
        for batch in batches:
            columns = [
                pa.array((values.cast(pa.int64()).to_numpy(zero_copy_only=False) / spans[name]), from_pandas=True)
                if name in spans
                else values
                for name, values in zip(batch.schema.names, batch.columns, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=kinds))
    return copy
