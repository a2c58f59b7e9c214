"""What the models see: the features in their order, and how they are encoded where the config says so."""

from typing import Any

FEATURES = (
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
    "hour_flights",
    "dest_flights",
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
)
CATEGORIES = (
    "carrier",
    "origin",
    "dest",
    "route",
    "manufacturer",
)
ENCODINGS: dict[str, dict[str, Any]] = {
    "route": {"kind": "target", "smooth": 20.0, "folds": 5, "count": False},
}
