"""Take the latest snapshots of the past from data/tables/flights.parquet for the service; write data/snapshots/."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path

from flights.engine import connect
from flights.keyed import write_keyed
from flights.outputs import new_folder

SNAPSHOTS_SQL = Path(__file__).with_name("snapshots.sql")
LATEST_SQL = Path(__file__).with_name("latest.sql")
EVENTS = Path("data/tables/flights.parquet")
FOLDER = Path("data/snapshots")
TABLES = {
    "by_origin_date_trunc_hour_departure_3_days": "origin, __key_2",
    "by_dest_date_trunc_hour_departure_3_days": "dest, __key_2",
    "by_origin_3_hours": "origin",
    "by_origin_12_hours": "origin",
    "by_carrier_3_hours": "carrier",
    "by_carrier_12_hours": "carrier",
    "by_dest_6_hours": "dest",
    "by_origin_1_day": "origin",
    "by_origin_1_week": "origin",
    "by_carrier_1_week": "carrier",
    "by_dest_1_week": "dest",
    "by_origin_dest_30_days": "origin, dest",
    "by_carrier_flight_30_days": "carrier, flight",
}
"""Each table of snapshots with the columns of its key."""


def take(events: Path, folder: Path, which: str = "", now: datetime | None = None) -> dict[str, int]:
    """Write every table of snapshots of the rows in ``events`` to ``folder``; return how many each holds.

    ``which`` is "latest_" for those that stand at ``now`` and follow; by default the whole history is written.
    """
    counts = {}
    with connect() as database:
        database.read_parquet(str(events)).create_view("events")
        for file in (SNAPSHOTS_SQL, LATEST_SQL):
            database.execute(file.read_text(encoding="utf-8"))
        if now is not None:
            database.execute("DELETE FROM clock")
            database.execute("INSERT INTO clock VALUES (?)", [now])
        for table, keys in TABLES.items():
            snapshots = database.sql(f"FROM {which}{table} ORDER BY __snapshot, {keys}")
            snapshots.write_parquet(str(folder / f"{table}.parquet"), compression="zstd")
            write_keyed(folder / f"{table}.parquet", folder / f"{table}.json")
            counts[table] = len(snapshots)
    return counts


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.snapshots", description="Take snapshots of the past.")
    parser.add_argument("events", type=Path, nargs="?", default=EVENTS, help="all rows of the past, as in %(default)s")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they are written to: %(default)s")
    parser.add_argument(
        "--history", action="store_true", help="all there ever were, not those that stand now and follow"
    )
    parser.add_argument(
        "--now", type=datetime.fromisoformat, help="the moment to stand at; the latest time of a row by default"
    )
    given = parser.parse_args()
    with new_folder(given.folder) as folder:
        counts = take(given.events, folder, which="" if given.history else "latest_", now=given.now)
    for table, count in counts.items():
        print(f"{given.folder / table}.parquet: {count:,} snapshots")


if __name__ == "__main__":
    main()
