"""Compute the features of every labelled row; write the training and holdout tables, and the fitted encoders."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.counts import counted
from flights.common.engine import connect
from flights.common.outputs import new_file, write_json
from flights.common.stage import run_stage
from flights.features.audit import audit
from flights.features.encoders import fit_encoders
from flights.features.split import check_parts

LABELS = Path(__file__).parents[1] / "problem/labels.sql"
PAST = Path("data/past")
SNAPSHOTS = (
    "by_origin_date_trunc_hour_departure_3_days",
    "by_dest_date_trunc_hour_departure_3_days",
    "by_origin_3_hours_12_hours",
    "by_carrier_3_hours_12_hours",
    "by_dest_6_hours",
    "by_origin_1_day_1_week",
    "by_carrier_1_week",
    "by_dest_1_week",
    "by_origin_dest_30_days",
    "by_carrier_flight_30_days",
)
FEATURES_SQL = Path(__file__).with_name("features.sql")
TABLE = Path("data/tables/flights.parquet")
TABLES = Path("data/tables")
LOOKUPS = (
    "planes",
    "airports",
    "weather",
)
TRAIN = Path("data/train.parquet")
HOLDOUT = Path("data/holdout.parquet")
ENCODERS = Path("data/encoders.json")
SUMMARY = Path("reports/features.json")
BATCH = 1_000_000
INPUTS = """
    CREATE OR REPLACE TEMP TABLE inputs AS
    FROM raw JOIN parts USING (__row)
    WHERE raw.__row BETWEEN $first AND $last"""
COMPUTED = "FROM features JOIN (SELECT __row, __part, __target FROM inputs) USING (__row) ORDER BY __row"


def prepare(database: duckdb.DuckDBPyConnection) -> None:
    """Open what features are made of: the rows and their parts, and the tables beside them."""
    database.read_parquet(str(TABLE)).create_view("raw")
    database.execute(LABELS.read_text(encoding="utf-8"))
    database.execute("CREATE TEMP TABLE parts AS SELECT __row, __part, __target FROM labelled")
    for table in LOOKUPS:
        database.read_parquet(str(TABLES / f"{table}.parquet")).create_view(table)
    for table in SNAPSHOTS:
        database.execute(f"CREATE TEMP TABLE {table} AS FROM read_parquet('{PAST / table}.parquet')")


def compute(database: duckdb.DuckDBPyConnection, first: int, last: int) -> pa.Table:
    """Return the features of the labelled rows among those numbered ``first`` to ``last``, with parts and targets."""
    database.execute(INPUTS, {"first": first, "last": last})
    database.execute(FEATURES_SQL.read_text(encoding="utf-8"))
    return database.sql(COMPUTED).to_arrow_table()


def write(database: duckdb.DuckDBPyConnection) -> None:
    """Write the features of all labelled rows, a batch at a time, so that memory does not grow with the table."""
    latest = database.sql("SELECT coalesce(max(__row), -1) FROM parts").fetchall()[0][0]
    schema = compute(database, 0, -1).schema
    with (
        new_file(TRAIN) as train,
        new_file(HOLDOUT) as holdout,
        pq.ParquetWriter(train, schema, compression="zstd") as to_train,
        pq.ParquetWriter(holdout, schema, compression="zstd") as to_holdout,
    ):
        for first in range(0, latest + 1, BATCH):
            rows = compute(database, first, first + BATCH - 1)
            of_holdout = pc.equal(rows["__part"], "holdout")
            to_train.write_table(rows.filter(pc.invert(of_holdout)))
            to_holdout.write_table(rows.filter(of_holdout))


def main() -> None:
    with connect() as database:
        prepare(database)
        check_parts(database)
        write(database)
        write_json(SUMMARY, {"audit": audit(database)})
    for path in (TRAIN, HOLDOUT):
        print(f"{path}: {counted(pq.read_metadata(path).num_rows, 'row')}")
    write_json(ENCODERS, fit_encoders(TRAIN))


if __name__ == "__main__":
    run_stage(main)
