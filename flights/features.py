"""Compute the features of every labelled row; write the training and holdout tables, and the fitted encoders."""

from pathlib import Path

import duckdb

from flights.audit import audit
from flights.encoding import fit_encoders
from flights.engine import connect
from flights.outputs import new_file, write_json

LABELS = Path(__file__).with_name("labels.sql")
SNAPSHOTS_SQL = Path(__file__).with_name("snapshots.sql")
FEATURES_SQL = Path(__file__).with_name("features.sql")
TABLES = Path("data/tables")
EVENTS = "flights"
LOOKUPS = (
    "planes",
    "airports",
    "weather",
)
TRAIN = Path("data/train.parquet")
HOLDOUT = Path("data/holdout.parquet")
ENCODERS = Path("data/encoders.json")
SUMMARY = Path("reports/features.json")


def main() -> None:
    with connect() as database:
        for table in LOOKUPS:
            database.read_parquet(str(TABLES / f"{table}.parquet")).create_view(table)
        database.execute(LABELS.read_text(encoding="utf-8"))
        database.read_parquet(str(TABLES / f"{EVENTS}.parquet")).create_view("events")
        database.execute(SNAPSHOTS_SQL.read_text(encoding="utf-8"))
        database.execute("CREATE TEMP TABLE inputs AS FROM labelled")
        database.execute(FEATURES_SQL.read_text(encoding="utf-8"))
        database.execute(
            "CREATE TEMP VIEW parted AS FROM features JOIN (SELECT __row, __part, __target FROM inputs) USING (__row)"
        )
        for path, condition in ((TRAIN, "__part <> 'holdout'"), (HOLDOUT, "__part = 'holdout'")):
            with new_file(path) as file:
                rows = database.sql(f"FROM parted WHERE {condition} ORDER BY __row")
                rows.write_parquet(str(file), compression="zstd")
            print(f"{path}: {len(duckdb.read_parquet(str(path))):,} rows")
        write_json(SUMMARY, {"audit": audit(database)})
    write_json(ENCODERS, fit_encoders(TRAIN))


if __name__ == "__main__":
    main()
