"""What the models see: the features, in the order of the columns of every matrix."""

FEATURES = (
    "carrier",
    "origin",
    "dest",
    "distance",
    "departure_hour",
    "weekday",
    "day_of_year",
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
)
CATEGORIES = (
    "carrier",
    "origin",
    "dest",
    "manufacturer",
)
NUMBERS = tuple(name for name in FEATURES if name not in CATEGORIES)
