"""Answer the rows of a Parquet file as if each were a request; write what is made of each to another."""

from argparse import ArgumentParser
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.columns import CATEGORIES, FEATURES
from flights.outputs import new_file
from flights.service.request import COLUMNS, FIELDS, Row
from flights.service.scorer import Scorer

SCHEMA = pa.schema([(name, pa.string() if name in CATEGORIES else pa.float64()) for name in FEATURES])


def as_requests(rows: pa.Table) -> list[bytes]:
    """Return ``rows`` of the table as requests in JSON; what is no number in JSON becomes null."""
    lacking = [name for name in COLUMNS if name not in rows.column_names]
    if lacking:
        raise ValueError(f"the rows lack columns: {', '.join(lacking)}")
    named = rows.select(list(COLUMNS)).rename_columns(list(FIELDS))
    encoder = msgspec.json.Encoder(decimal_format="number")
    return [encoder.encode(row) for row in named.to_pylist()]


def replay(scorer: Scorer, requests: list[bytes]) -> pa.Table:
    """Return the features of ``requests``, as they are and as the model sees them, and their scores."""
    decoder = msgspec.json.Decoder(Row)
    features = [scorer.features(decoder.decode(request)) for request in requests]
    encoded = [scorer.encode(values) for values in features]
    columns = [pa.array(values, field.type) for values, field in zip(zip(*features, strict=True), SCHEMA, strict=True)]
    matrix = np.array(encoded, dtype=np.float32)
    seen = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    scores = pa.array([scorer.score(row) for row in encoded])
    return pa.table(columns, schema=SCHEMA).append_column("__encoded", seen).append_column("__score", scores)


def rescore(scorer: Scorer, features: pa.Table) -> pa.Table:
    """Return the scores of rows whose ``features`` are known, as those in the log are."""
    rows = zip(*(features[name].to_pylist() for name in FEATURES), strict=True)
    return pa.table({"__score": pa.array([scorer.score(scorer.encode(row)) for row in rows])})


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
    rows = pq.read_table(given.rows)
    answers = rescore(scorer, rows) if given.features else replay(scorer, as_requests(rows))
    with new_file(given.answers) as file:
        pq.write_table(answers, file)


if __name__ == "__main__":
    main()
