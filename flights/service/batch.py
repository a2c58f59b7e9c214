"""Score the rows of a Parquet file as if each were a request; write their features and scores to another."""

from argparse import ArgumentParser
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from flights.outputs import new_file
from flights.service.request import COLUMNS, FIELDS, Row
from flights.service.scorer import Scorer


def as_requests(rows: pa.Table) -> bytes:
    """Return ``rows`` of the table as requests, one JSON object a line; what is no number in JSON becomes null."""
    lacking = [name for name in COLUMNS if name not in rows.column_names]
    if lacking:
        raise ValueError(f"the rows lack columns: {', '.join(lacking)}")
    named = rows.select(list(COLUMNS)).rename_columns(list(FIELDS))
    return msgspec.json.Encoder(decimal_format="number").encode_lines(named.to_pylist())


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.service.batch", description="Score a file of rows.")
    parser.add_argument("rows", type=Path, help="a Parquet file with the columns of data/tables/flights.parquet")
    parser.add_argument("scores", type=Path, help="the Parquet file to write")
    given = parser.parse_args()
    scorer = Scorer()
    requests = as_requests(pq.read_table(given.rows))
    features = scorer.features(msgspec.json.Decoder(Row).decode_lines(requests))
    score = pa.array(scorer.score(features).tolist())
    with new_file(given.scores) as file:
        pq.write_table(features.append_column("__score", score), file)


if __name__ == "__main__":
    main()
