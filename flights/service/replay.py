"""Answer the rows of a Parquet file as if each were a request; write what is made of each to another."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.common.outputs import new_file
from flights.common.progress import Progress
from flights.common.stage import run_stage
from flights.features.columns import CATEGORIES, FEATURES
from flights.service.request import COLUMNS, FIELDS, Row
from flights.service.scorer import Score, Scorer

BATCH = 1_000
ONE_BY_ONE = 200
SCHEMA = pa.schema([(name, pa.string() if name in CATEGORIES else pa.float64()) for name in FEATURES])


def as_requests(rows: pa.Table) -> list[bytes]:
    """Return ``rows`` of the table as requests in JSON; what is no number in JSON becomes null."""
    lacking = [name for name in COLUMNS if name not in rows.column_names]
    if lacking:
        raise ValueError(f"the rows lack columns: {', '.join(lacking)}")
    named = rows.select(list(COLUMNS)).rename_columns(list(FIELDS))
    encoder = msgspec.json.Encoder(decimal_format="number")
    return [encoder.encode(row) for row in named.to_pylist()]


def evenly(rows: int, most: int) -> np.ndarray:
    """Return the places of at most ``most`` of ``rows`` rows, evenly chosen."""
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(np.int64))


def replay(scorer: Scorer, requests: list[bytes]) -> pa.Table:
    """Return the features of ``requests``, as they are and as the model sees them, and their scores.

    Rows are scored in batches, as /predict/batch does, and some one by one, as /predict does: that may cost much more.
    """
    decoder, progress = msgspec.json.Decoder(Row), Progress(len(requests), "rows answered in Python")
    features: list[tuple[Any, ...]] = []
    encoded: list[list[float]] = []
    scored: list[Score] = []
    for start in range(0, len(requests), BATCH):
        found = [scorer.features(decoder.decode(request)) for request in requests[start : start + BATCH]]
        seen = [scorer.encode(values) for values in found]
        features += found
        encoded += seen
        scored += scorer.scores(seen)
        progress.add(len(found))
    for place in evenly(len(encoded), ONE_BY_ONE):
        scored[place] = scorer.score(encoded[place])
    columns = [pa.array(values, field.type) for values, field in zip(zip(*features, strict=True), SCHEMA, strict=True)]
    matrix = np.array(encoded, dtype=np.float32)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    return pa.table(columns, schema=SCHEMA).append_column("__encoded", lists).append_column("__score", pa.array(scored))


def rescore(scorer: Scorer, features: pa.Table) -> pa.Table:
    """Return the scores of rows whose ``features`` are known, as those in the log are."""
    encoded = [scorer.encode(row) for row in zip(*(features[name].to_pylist() for name in FEATURES), strict=True)]
    parts = (encoded[start : start + BATCH] for start in range(0, len(encoded), BATCH))
    return pa.table({"__score": pa.array([score for part in parts for score in scorer.scores(part)])})


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.service.replay", description="Answer a file of rows.")
    parser.add_argument("rows", type=Path, help="a Parquet file with the columns of data/tables/flights.parquet")
    parser.add_argument("answers", type=Path, help="the Parquet file to write")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of tables to read: %(default)s")
    parser.add_argument(
        "--model", default="model", choices=("model", "evaluated"), help="which of the two scores: %(default)s"
    )
    parser.add_argument("--features", action="store_true", help="the file has the features of rows, to be scored alone")
    given = parser.parse_args()
    scorer = Scorer(Path(), data=given.data, model=given.model)
    if not given.rows.is_file():
        raise FileNotFoundError(f"there is no file {given.rows}")
    rows = pq.read_table(given.rows)
    answers = rescore(scorer, rows) if given.features else replay(scorer, as_requests(rows))
    with new_file(given.answers) as file:
        pq.write_table(answers, file)


if __name__ == "__main__":
    run_stage(main)
