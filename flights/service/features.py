"""Compute the features of one row, as features.sql does for many: the same definitions, in plain Python."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flights.service.request import Row
from flights.service.sql import bigint, quotient, remainder
from flights.service.tables import Lookup, Snapshots, TimedLookup

EPOCH = datetime(1970, 1, 1)
DECIDE_BEFORE = timedelta(hours=3)
EVERY_1_DAY = timedelta(days=1)
EVERY_1_HOUR = timedelta(hours=1)


class Features:
    """The features of a row, and the tables they are read from, loaded once from the folder ``data`` of the bundle."""

    def __init__(self, data: Path) -> None:
        self.planes = Lookup(data / "tables/planes.json", ["tailnum"], ["year", "seats", "engines", "manufacturer"])
        self.airports = Lookup(data / "tables/airports.json", ["faa"], ["lat", "lon", "tz"])
        self.weather = TimedLookup(
            data / "tables/weather.json",
            ["origin", "time_hour"],
            ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"],
            known_at="time_hour",
        )
        self.by_origin_date_trunc_hour_departure_3_days = Snapshots(
            data / "snapshots/by_origin_date_trunc_hour_departure_3_days.json",
            ["origin", "__key_2"],
            ["hour_flights"],
            unknown=(0,),
        )
        self.by_dest_date_trunc_hour_departure_3_days = Snapshots(
            data / "snapshots/by_dest_date_trunc_hour_departure_3_days.json",
            ["dest", "__key_2"],
            ["dest_flights"],
            unknown=(0,),
        )
        self.by_origin_3_hours_12_hours = Snapshots(
            data / "snapshots/by_origin_3_hours_12_hours.json",
            ["origin"],
            ["origin_held_3h", "origin_held_12h"],
            unknown=(
                None,
                None,
            ),
        )
        self.by_carrier_3_hours_12_hours = Snapshots(
            data / "snapshots/by_carrier_3_hours_12_hours.json",
            ["carrier"],
            ["carrier_held_3h", "carrier_held_12h"],
            unknown=(
                None,
                None,
            ),
        )
        self.by_dest_6_hours = Snapshots(
            data / "snapshots/by_dest_6_hours.json", ["dest"], ["dest_held_6h"], unknown=(None,)
        )
        self.by_origin_1_day_1_week = Snapshots(
            data / "snapshots/by_origin_1_day_1_week.json",
            ["origin"],
            ["origin_late_1d", "origin_late_7d"],
            unknown=(
                None,
                None,
            ),
        )
        self.by_carrier_1_week = Snapshots(
            data / "snapshots/by_carrier_1_week.json", ["carrier"], ["carrier_late_7d"], unknown=(None,)
        )
        self.by_dest_1_week = Snapshots(
            data / "snapshots/by_dest_1_week.json", ["dest"], ["dest_late_7d"], unknown=(None,)
        )
        self.by_origin_dest_30_days = Snapshots(
            data / "snapshots/by_origin_dest_30_days.json", ["origin", "dest"], ["route_late_30d"], unknown=(None,)
        )
        self.by_carrier_flight_30_days = Snapshots(
            data / "snapshots/by_carrier_flight_30_days.json",
            ["carrier", "flight"],
            ["flight_late_30d"],
            unknown=(None,),
        )

    def of(self, row: Row) -> tuple[Any, ...]:
        """Return the features of ``row`` in the order of FEATURES; None where a value is missing."""
        carrier = row.carrier
        flight = row.flight
        departure = row.departure
        origin = row.origin
        dest = row.dest
        tailnum = row.tailnum
        distance = row.distance
        scheduled_departure = row.scheduled_departure
        sched_arr_time = row.sched_arr_time
        decided = departure - DECIDE_BEFORE
        plane_year, seats, engines, manufacturer = self.planes.at(tailnum)
        dest_lat, dest_lon, dest_zone = self.airports.at(dest)
        temperature, dew_point, humidity, wind_speed, rain, pressure, visibility = self.weather.at(
            (origin, departure.replace(minute=0, second=0, microsecond=0) - timedelta(hours=4)), decided
        )
        since = decided - EPOCH
        step_1_day = since // EVERY_1_DAY
        step_1_hour = since // EVERY_1_HOUR
        (hour_flights,) = self.by_origin_date_trunc_hour_departure_3_days.at(
            (origin, departure.replace(minute=0, second=0, microsecond=0)), step_1_day
        )
        (dest_flights,) = self.by_dest_date_trunc_hour_departure_3_days.at(
            (dest, departure.replace(minute=0, second=0, microsecond=0)), step_1_day
        )
        origin_held_3h, origin_held_12h = self.by_origin_3_hours_12_hours.at(origin, step_1_hour)
        carrier_held_3h, carrier_held_12h = self.by_carrier_3_hours_12_hours.at(carrier, step_1_hour)
        (dest_held_6h,) = self.by_dest_6_hours.at(dest, step_1_hour)
        origin_late_1d, origin_late_7d = self.by_origin_1_day_1_week.at(origin, step_1_day)
        (carrier_late_7d,) = self.by_carrier_1_week.at(carrier, step_1_day)
        (dest_late_7d,) = self.by_dest_1_week.at(dest, step_1_day)
        (route_late_30d,) = self.by_origin_dest_30_days.at((origin, dest), step_1_day)
        (flight_late_30d,) = self.by_carrier_flight_30_days.at((carrier, flight), step_1_day)
        route = None if origin is None or dest is None else origin + "-" + dest
        departure_hour = (
            None if scheduled_departure is None else scheduled_departure.hour + scheduled_departure.minute / 60
        )
        weekday = None if scheduled_departure is None else scheduled_departure.isoweekday()
        arrival_hour = (
            None
            if sched_arr_time is None
            else float(quotient(sched_arr_time, 100)) + remainder(sched_arr_time, 100) / 60
        )
        plane_age = (
            None if scheduled_departure is None or plane_year is None else bigint(scheduled_departure.year - plane_year)
        )
        return (
            carrier,
            origin,
            dest,
            route,
            distance,
            departure_hour,
            None if weekday is None else float(weekday),
            arrival_hour,
            None if plane_year is None else float(plane_year),
            None if plane_age is None else float(plane_age),
            None if seats is None else float(seats),
            None if engines is None else float(engines),
            manufacturer,
            dest_lat,
            dest_lon,
            dest_zone,
            temperature,
            dew_point,
            humidity,
            wind_speed,
            rain,
            pressure,
            visibility,
            float(hour_flights),
            float(dest_flights),
            origin_held_3h,
            origin_held_12h,
            carrier_held_3h,
            carrier_held_12h,
            dest_held_6h,
            origin_late_1d,
            origin_late_7d,
            carrier_late_7d,
            dest_late_7d,
            route_late_30d,
            flight_late_30d,
        )
