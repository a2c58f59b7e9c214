"""Take the latest snapshots of the past from data/tables/flights.parquet for the service; write data/snapshots/."""

from pathlib import Path

from flights.engine import connect
from flights.outputs import new_folder

SNAPSHOTS_SQL = Path(__file__).with_name("snapshots.sql")
LATEST_SQL = Path(__file__).with_name("latest.sql")
EVENTS = Path("data/tables/flights.parquet")
FOLDER = Path("data/snapshots")
TABLES = (
    "by_origin_date_trunc_hour_departure_3_days",
    "by_dest_date_trunc_hour_departure_3_days",
    "by_origin_3_hours",
    "by_origin_12_hours",
    "by_carrier_3_hours",
    "by_carrier_12_hours",
    "by_dest_6_hours",
    "by_origin_1_day",
    "by_origin_1_week",
    "by_carrier_1_week",
    "by_dest_1_week",
    "by_origin_dest_30_days",
    "by_carrier_flight_30_days",
)


def main() -> None:
    with connect() as database, new_folder(FOLDER) as folder:
        database.read_parquet(str(EVENTS)).create_view("events")
        for file in (SNAPSHOTS_SQL, LATEST_SQL):
            database.execute(file.read_text(encoding="utf-8"))
        for table in TABLES:
            latest = database.view(f"latest_{table}")
            latest.write_parquet(str(folder / f"{table}.parquet"), compression="zstd")
            print(f"{FOLDER / table}.parquet: {len(latest):,} keys and snapshots")


if __name__ == "__main__":
    main()
