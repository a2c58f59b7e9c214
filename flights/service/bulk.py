"""Score a file of rows, Parquet, CSV or JSON lines, in bulk: features by SQL, scores by the model's own library.

Rows are read, scored and written a batch at a time, so that memory does not grow with the file.
"""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from flights.encoders import encode
from flights.engine import connect
from flights.outputs import new_file, read_json
from flights.payoff import Payoff
from flights.service.request import COLUMNS
from flights.settings import setting

ROWS = 4 * 122_880  # of a batch: DuckDB gives a thread 122,880 of them, and begins its joins anew with each batch
CELLS = 20_000_000  # of a batch of features, so that many columns do not fill the memory
FEATURES_SQL = Path(__file__).parents[1] / "features.sql"
INPUTS_SQL = Path(__file__).with_name("inputs.sql")
TABLES = ("data/tables", "data/snapshots")
Write = Callable[[pa.Table], Any]


def read(path: Path, rows: int) -> pa.RecordBatchReader:
    """Return the rows of ``path`` in pieces of at most ``rows``."""
    readers = {
        ".parquet": duckdb.read_parquet,
        ".csv": duckdb.read_csv,
        ".jsonl": duckdb.read_json,
        ".ndjson": duckdb.read_json,
    }
    if path.suffix not in readers:
        raise ValueError(f"{path}: can read {', '.join(readers)}")
    return readers[path.suffix](str(path)).to_arrow_reader(rows)


def batches(pieces: pa.RecordBatchReader, rows: int) -> Iterator[pa.Table]:
    """Yield ``pieces`` put together until they have ``rows`` or more: a file may be read in much smaller ones."""
    held: list[pa.RecordBatch] = []
    for piece in pieces:
        held.append(piece)
        if sum(one.num_rows for one in held) >= rows:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


@contextmanager
def written(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """Yield a function that writes rows to ``path``."""
    with new_file(path) as file:
        if path.suffix == ".parquet":
            with pq.ParquetWriter(file, schema, compression="zstd") as parquet:
                yield parquet.write_table
        elif path.suffix == ".csv":
            with pc.CSVWriter(file, schema) as csv:
                yield csv.write_table
        elif path.suffix in (".jsonl", ".ndjson"):
            encoder = msgspec.json.Encoder(decimal_format="number")
            with file.open("wb") as lines:
                yield lambda rows: lines.write(encoder.encode_lines(rows.to_pylist()))
        else:
            raise ValueError(f"{path}: can write .parquet, .csv, .jsonl and .ndjson")


class Scorer:
    """The bundle in the working folder, for many rows at a time."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.database = database
        self.card = read_json(Path("bundle.json"))
        self.encoders = read_json(Path("model/encoders.json"))
        self.rows = min(ROWS, CELLS // len(self.encoders["columns"]) + 1)
        self.model = import_module(f"flights.scoring.{self.card['kind']}").Model.load(Path("model"))
        self.inputs, self.computed = (file.read_text(encoding="utf-8") for file in (INPUTS_SQL, FEATURES_SQL))
        self.payoff = Payoff(**setting("problem", "decision", "payoff"))
        for file in (file for folder in TABLES for file in sorted(Path(folder).glob("*.parquet"))):
            database.read_parquet(str(file)).create(file.stem)

    def features(self, rows: pa.Table) -> pa.Table:
        """Return the features of ``rows`` in any order; ``__row`` says which is whose."""
        lacking = [name for name in COLUMNS if name not in rows.column_names]
        if lacking:
            raise ValueError(f"the rows lack columns: {', '.join(lacking)}")
        numbered = rows.select(list(COLUMNS)).append_column("__row", pa.array(np.arange(len(rows))))
        self.database.register("__rows", numbered)
        self.database.execute(self.inputs)
        self.database.execute(self.computed)
        return self.database.sql("FROM features").to_arrow_table()

    def score(self, rows: pa.Table) -> pa.Table:
        """Return ``rows`` with what the model says of each."""
        features = self.features(rows)
        found = self.model.predict(encode(features, self.encoders))
        score = np.empty_like(found)
        score[features["__row"].to_numpy()] = found
        for name, values in self.told(score).items():
            if name in rows.column_names:
                raise ValueError(f"the rows have a column '{name}' already")
            rows = rows.append_column(name, pa.array(values))
        return rows

    def told(self, score: np.ndarray) -> dict[str, np.ndarray]:
        """Return what is said of each row: its probability, and whether to act."""
        return {"probability": score, "act": self.payoff.act(score), "expected_gain": self.payoff.advantage(score)}


def progress(rows: int, seconds: float) -> None:
    """Say how far it is."""
    print(f"\r{rows:,} rows, {rows / seconds:,.0f} a second", end="", file=sys.stderr, flush=True)


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.service.bulk", description="Score a file of rows.")
    parser.add_argument(
        "rows", type=Path, help="a .parquet, .csv or .jsonl file with the columns of data/tables/flights.parquet"
    )
    parser.add_argument(
        "scores", type=Path, help="the file to write: the same rows with their scores; its suffix says how"
    )
    given = parser.parse_args()
    start, count = time.perf_counter(), 0
    with connect() as database:
        scorer = Scorer(database)
        pieces = read(given.rows, scorer.rows)
        with written(given.scores, scorer.score(pieces.schema.empty_table()).schema) as write:
            for batch in batches(pieces, scorer.rows):
                write(scorer.score(batch))
                count += batch.num_rows
                progress(count, time.perf_counter() - start)
    print(f"\n{given.scores}: {count:,} rows", file=sys.stderr)


if __name__ == "__main__":
    main()
