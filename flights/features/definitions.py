"""How each feature is computed, as a digest: where that is another, so is the feature, whatever it is called."""

DEFINITIONS = {
    "carrier": "f6eca858cebd",
    "origin": "0b97dd788fac",
    "dest": "24226808ef2a",
    "route": "f851fdbd9d60",
    "distance": "54a7e132a3c3",
    "departure_hour": "4fac428d5708",
    "weekday": "33db729847c0",
    "arrival_hour": "2aaf7a9b8fcd",
    "plane_year": "66855f8afd02",
    "plane_age": "5dc5778be702",
    "seats": "313c653dced5",
    "engines": "6ebd25c17eca",
    "manufacturer": "7fd89b9c17c2",
    "dest_lat": "69d7ca191be3",
    "dest_lon": "8060d174af40",
    "dest_zone": "0c8750d207b4",
    "temperature": "017b23d47347",
    "dew_point": "86a8b8dda232",
    "humidity": "fbfb937479e5",
    "wind_speed": "ae32410e84c5",
    "rain": "9d900476bc30",
    "pressure": "fad3e5ee5271",
    "visibility": "070955881e7c",
    "hour_flights": "acd18bd7adec",
    "dest_flights": "78b392553f18",
    "origin_held_3h": "f01af6c5b3aa",
    "origin_held_12h": "1d648a2ab726",
    "carrier_held_3h": "5dc7eed7374e",
    "carrier_held_12h": "94453fd12928",
    "dest_held_6h": "9b3d3c7b0473",
    "origin_late_1d": "5f818779b58c",
    "origin_late_7d": "f0a1d9f3fc85",
    "carrier_late_7d": "8157a57a8563",
    "dest_late_7d": "1c310ae02c15",
    "route_late_30d": "3da292ac595d",
    "flight_late_30d": "dabd74eab010",
}


def definitions() -> dict[str, str]:
    """Return the digest of each feature."""
    return dict(DEFINITIONS)
