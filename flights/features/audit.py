"""Prove that no feature knows the future: compute some again from what was known at the time, and compare."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from flights.features.comparison import differences

AUDIT_SQL = Path(__file__).with_name("audit.sql")
SNAPSHOTS_SQL = Path(__file__).with_name("snapshots.sql")
FEATURES_SQL = Path(__file__).with_name("features.sql")
COMPUTED = "read_parquet(['data/train.parquet', 'data/holdout.parquet'])"
DECIDED = "SELECT quantile_disc(departure - INTERVAL '3 hours', [0.3, 0.6, 0.9]) FROM read_parquet('data/tables/flights.parquet')"
ROWS = 200
HORIZONS: dict[int, tuple[str, ...]] = {
    0: (
        "carrier",
        "origin",
        "dest",
        "route",
        "distance",
        "departure_hour",
        "weekday",
        "arrival_hour",
        "plane_year",
        "plane_age",
        "seats",
        "engines",
        "manufacturer",
        "dest_lat",
        "dest_lon",
        "dest_zone",
        "temperature",
        "dew_point",
        "humidity",
        "wind_speed",
        "rain",
        "pressure",
        "visibility",
        "origin_held_3h",
        "origin_held_12h",
        "carrier_held_3h",
        "carrier_held_12h",
        "dest_held_6h",
        "origin_late_1d",
        "origin_late_7d",
        "carrier_late_7d",
        "dest_late_7d",
        "route_late_30d",
        "flight_late_30d",
    ),
    172800: (
        "hour_flights",
        "dest_flights",
    ),
}
"""The features, by how many seconds before its time a row that they count is known."""


def then(database: duckdb.DuckDBPyConnection, moment: Any, ahead: int) -> tuple[pa.Table, pa.Table]:
    """Return the features of the rows decided last before ``moment``: as trained on, and from what was known then."""
    database.execute("SET VARIABLE moment = CAST(? AS TIMESTAMP)", [moment])
    database.execute("SET VARIABLE known = CAST(? AS TIMESTAMP) + to_seconds(?)", [moment, ahead])
    database.execute("SET VARIABLE rows = ?", [ROWS])
    for file in (AUDIT_SQL, SNAPSHOTS_SQL, FEATURES_SQL):
        database.execute(file.read_text(encoding="utf-8"))
    database.execute(f"CREATE OR REPLACE TEMP TABLE trained AS FROM {COMPUTED} SEMI JOIN inputs USING (__row)")
    again = database.sql("FROM features SEMI JOIN trained USING (__row) ORDER BY __row").to_arrow_table()
    return database.sql("FROM trained ORDER BY __row").to_arrow_table(), again


def audit(database: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Raise where a feature of the rows decided last before a moment knows what came after it, naming the feature.

    In ``database`` the views and tables that features.sql reads are replaced.
    """
    audited, moments = 0, database.sql(DECIDED).fetchall()[0][0]
    for moment in moments:
        for ahead, names in HORIZONS.items():
            trained, again = then(database, moment, ahead)
            places = differences(trained, again)
            late = [f"{name} (row {trained['__row'][places[name]]})" for name in names if name in places]
            if late:
                raise ValueError(f"known only after the decision at {moment}: {', '.join(late)}")
        audited += trained.num_rows
    return {"moments": len(moments), "rows": audited, "features": sum(map(len, HORIZONS.values()))}
