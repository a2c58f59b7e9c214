"""Take snapshots of the past from data/tables/flights.parquet: all for training, the latest for the service.

Writes data/past/ and data/snapshots/; of other rows than the project's own, the latest alone.
"""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from flights.common.digests import files, write_sums
from flights.common.engine import connect
from flights.common.outputs import new_folder, write_json
from flights.common.stage import run_stage
from flights.features.lookup_tables import write_keyed

SNAPSHOTS_SQL = Path(__file__).with_name("snapshots.sql")
LATEST_SQL = Path(__file__).with_name("latest.sql")
EVENTS = Path("data/tables/flights.parquet")
FOLDER = Path("data/snapshots")
PAST = Path("data/past")
KNOWN = "known.json"
TABLES = {
    "by_origin_date_trunc_hour_departure_3_days": "origin, __key_2",
    "by_dest_date_trunc_hour_departure_3_days": "dest, __key_2",
    "by_origin_3_hours_12_hours": "origin",
    "by_carrier_3_hours_12_hours": "carrier",
    "by_dest_6_hours": "dest",
    "by_origin_1_day_1_week": "origin",
    "by_carrier_1_week": "carrier",
    "by_dest_1_week": "dest",
    "by_origin_dest_30_days": "origin, dest",
    "by_carrier_flight_30_days": "carrier, flight",
}
"""Each table of snapshots with the columns of its key."""


def take(database: duckdb.DuckDBPyConnection, events: Path) -> None:
    """Take all snapshots of the rows in ``events``, into a table of ``database`` for each of TABLES."""
    database.read_parquet(str(events)).create_view("events")
    database.execute(SNAPSHOTS_SQL.read_text(encoding="utf-8"))


def write(database: duckdb.DuckDBPyConnection, folder: Path, which: str = "") -> None:
    """Write the snapshots in ``database`` to ``folder`` as Parquet; ``which`` is "latest_" for those that :func:`stand` found."""
    for table, keys in TABLES.items():
        snapshots = database.sql(f"FROM {which}{table} ORDER BY __snapshot, {keys}")
        snapshots.write_parquet(str(folder / f"{table}.parquet"), compression="zstd")


def stand(database: duckdb.DuckDBPyConnection, now: datetime | None = None) -> None:
    """Find the snapshots in ``database`` that stand at ``now``, and those that follow; by default at the latest time of a row."""
    database.execute(LATEST_SQL.read_text(encoding="utf-8"))
    if now is not None:
        database.execute("DELETE FROM clock")
        database.execute("INSERT INTO clock VALUES (?)", [now])


def write_served(folder: Path) -> None:
    """Write each table of ``folder`` once more as the JSON that the service reads."""
    for table in TABLES:
        write_keyed(folder / f"{table}.parquet", folder / f"{table}.json")


def write_known(database: duckdb.DuckDBPyConnection, folder: Path, which: str) -> None:
    """Write from when on, and up to which row, the snapshots in ``folder`` know the past."""
    ((earliest, now, latest),) = database.sql("FROM __known").fetchall()
    known = {"since": now if which else earliest, "until": max(now, latest)}
    write_json(folder / KNOWN, {name: moment.isoformat() for name, moment in known.items()})


def refresh(
    database: duckdb.DuckDBPyConnection, events: Path, folder: Path, which: str = "latest_", now: datetime | None = None
) -> None:
    """Write the snapshots of the rows in ``events`` to ``folder``, as the service reads them; ``database`` keeps all."""
    take(database, events)
    stand(database, now)
    write(database, folder, which)
    write_served(folder)
    write_known(database, folder, which)
    write_sums(folder, files(folder))


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.features.snapshots", description="Take snapshots of the past.")
    parser.add_argument("events", type=Path, nargs="?", default=EVENTS, help="all rows of the past, as in %(default)s")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they are written to: %(default)s")
    parser.add_argument(
        "--history", action="store_true", help="all there ever were, not those that stand now and follow"
    )
    parser.add_argument(
        "--now", type=datetime.fromisoformat, help="the moment to stand at; the latest time of a row by default"
    )
    given = parser.parse_args()
    with connect() as database, new_folder(given.folder) as folder:
        refresh(database, given.events, folder, which="" if given.history else "latest_", now=given.now)
        if given.events == EVENTS:
            with new_folder(PAST) as past:
                write(database, past)
    count = sum(pq.read_metadata(given.folder / f"{table}.parquet").num_rows for table in TABLES)
    print(f"{given.folder}: {count:,} snapshots in {len(TABLES)} tables")


if __name__ == "__main__":
    run_stage(main)
