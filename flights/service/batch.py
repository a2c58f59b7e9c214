"""Score the rows of a Parquet file as if each were a request; write their features and scores to another."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from flights.columns import CATEGORIES, FEATURES
from flights.outputs import new_file
from flights.service.features import Features
from flights.service.request import COLUMNS, FIELDS, Row
from flights.service.scorer import Scorer
from flights.snapshots import take

SCHEMA = pa.schema([(name, pa.string() if name in CATEGORIES else pa.float64()) for name in FEATURES])


def as_requests(rows: pa.Table) -> bytes:
    """Return ``rows`` of the table as requests, one JSON object a line; what is no number in JSON becomes null."""
    lacking = [name for name in COLUMNS if name not in rows.column_names]
    if lacking:
        raise ValueError(f"the rows lack columns: {', '.join(lacking)}")
    named = rows.select(list(COLUMNS)).rename_columns(list(FIELDS))
    return msgspec.json.Encoder(decimal_format="number").encode_lines(named.to_pylist())


def as_of_each(events: Path) -> Features:
    """Return features for which a row sees the past of ``events`` as it stood when that row was decided."""
    with TemporaryDirectory() as folder:
        take(events, Path(folder))
        return Features(Path(folder))


def score(scorer: Scorer, requests: bytes) -> pa.Table:
    """Return the features of ``requests``, as they are and as the model sees them, and their scores."""
    features = scorer.features(msgspec.json.Decoder(Row).decode_lines(requests))
    matrix = scorer.encode(features)
    columns = [pa.array(values, field.type) for values, field in zip(zip(*features, strict=True), SCHEMA, strict=True)]
    table = pa.table(columns, schema=SCHEMA)
    encoded = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    return table.append_column("__encoded", encoded).append_column("__score", pa.array(scorer.score(matrix).tolist()))


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.service.batch", description="Score a file of rows.")
    parser.add_argument("rows", type=Path, help="a Parquet file with the columns of data/tables/flights.parquet")
    parser.add_argument("scores", type=Path, help="the Parquet file to write")
    parser.add_argument("--events", type=Path, help="a Parquet file of the past, to see it as each row's decision did")
    given = parser.parse_args()
    scorer = Scorer(as_of_each(given.events) if given.events else None)
    scored = score(scorer, as_requests(pq.read_table(given.rows)))
    with new_file(given.scores) as file:
        pq.write_table(scored, file)


if __name__ == "__main__":
    main()
