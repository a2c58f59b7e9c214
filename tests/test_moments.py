"""Dates as standards and tools write them, and numbers that count days in the order of the rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generator.new.answers import Answers, Inferred
from generator.new.forms import MONTHS as MONTHS_OF
from generator.new.infer import infer
from generator.new.reading import opened
from generator.new.typed import typed
from tests.test_new import ROWS, cycle, only, table

START = datetime(2014, 1, 6, 10, 15)
DAYS = [START + timedelta(days=13 * row) for row in range(ROWS)]
"""So that days go beyond 12, and years change."""


def strftime(form: str) -> list[str]:
    return [moment.strftime(form) for moment in DAYS]


COUNT = range(ROWS)
MONDAY = datetime(2000, 1, 3)
MIDNIGHT = [moment.replace(hour=0, minute=0) for moment in DAYS]
MONTHS = [moment.replace(day=1) for moment in MIDNIGHT]
MONDAYS = [moment - timedelta(days=moment.weekday()) for moment in MIDNIGHT]
QUARTERS = [moment.replace(month=3 * ((moment.month - 1) // 3) + 1) for moment in MONTHS]

GERMAN, FRENCH, SPANISH = (MONTHS_OF[language].split() for language in ("German", "French", "Spanish"))

FORMS: dict[str, tuple[Sequence[Any], Sequence[datetime]]] = {
    "month": (strftime("%Y-%m"), MONTHS),
    "week": (strftime("%G-W%V"), MONDAYS),
    "day of a week": (strftime("%G-W%V-%u"), MIDNIGHT),
    "day of a week, basic": (strftime("%GW%V%u"), MIDNIGHT),
    "day of the year": (strftime("%Y-%j"), MIDNIGHT),
    "date of digits": (strftime("%Y%j"), MIDNIGHT),
    "basic": (strftime("%Y%m%dT%H%M%SZ"), DAYS),
    "basic without a zone": (strftime("%Y%m%dT%H%M%S"), DAYS),
    "basic with an offset": (strftime("%Y%m%dT%H%M%S+0200"), [day - timedelta(hours=2) for day in DAYS]),
    "offset": (
        [f"{day:%Y-%m-%dT%H:%M:%S}{('+02:00', '-05:00')[index % 2]}" for index, day in enumerate(DAYS)],
        [day - timedelta(hours=(2, -5)[index % 2]) for index, day in enumerate(DAYS)],
    ),
    "in UTC": (strftime("%Y-%m-%dT%H:%M:%SZ"), DAYS),
    "fraction": (strftime("%Y-%m-%dT%H:%M:%S.250Z"), [day + timedelta(milliseconds=250) for day in DAYS]),
    "decimal comma": (strftime("%Y-%m-%dT%H:%M:%S,250"), [day + timedelta(milliseconds=250) for day in DAYS]),
    "decimal comma in UTC": (
        strftime("%Y-%m-%dT%H:%M:%S,250Z"),
        [day + timedelta(milliseconds=250) for day in DAYS],
    ),
    "decimal comma with an offset": (
        strftime("%Y-%m-%dT%H:%M:%S,250+02:00"),
        [day + timedelta(milliseconds=250, hours=-2) for day in DAYS],
    ),
    "hour": (strftime("%Y-%m-%dT%H"), [day.replace(minute=0) for day in DAYS]),
    "quarter": ([f"{day.year}Q{(day.month + 2) // 3}" for day in DAYS], QUARTERS),
    "quarter with a dash": ([f"{day.year}-Q{(day.month + 2) // 3}" for day in DAYS], QUARTERS),
    "quarter first": ([f"Q{(day.month + 2) // 3} {day.year}" for day in DAYS], QUARTERS),
    "French": ([f"{day.day} {FRENCH[day.month - 1]} {day.year}" for day in DAYS], MIDNIGHT),
    "German": ([f"{day.day}. {GERMAN[day.month - 1].title()} {day.year}" for day in DAYS], MIDNIGHT),
    "Spanish": ([f"{day.day} de {SPANISH[day.month - 1]} de {day.year}" for day in DAYS], MIDNIGHT),
    "Excel's month": (strftime("%b-%y"), MONTHS),
    "month of Eurostat": (strftime("%YM%m"), MONTHS),
    "month of digits": (strftime("%Y%m"), MONTHS),
    "SAS": (strftime("%d%b%Y"), MIDNIGHT),
    "SAS moment": ([text.upper() for text in strftime("%d%b%Y:%H:%M:%S")], DAYS),
    "RFC 2822": (strftime("%a, %d %b %Y %H:%M:%S +0200"), [day - timedelta(hours=2) for day in DAYS]),
    "HTTP": (strftime("%a, %d %b %Y %H:%M:%S GMT"), DAYS),
    "C": (strftime("%a %b %d %H:%M:%S %Y"), DAYS),
    "web log": (strftime("%d/%b/%Y:%H:%M:%S +0000"), DAYS),
    "American": ([f"{day.month}/{day.day}/{day.year} {day:%I:%M:%S %p}" for day in DAYS], DAYS),
    "JavaScript": ([f"{day.month}/{day.day}/{day.year}, {day:%I:%M:%S %p}" for day in DAYS], DAYS),
    "SQL Server": (strftime("%b %d %Y %I:%M%p"), DAYS),
    "SQL Server's datetime2": (strftime("%Y-%m-%d %H:%M:%S.0000000"), DAYS),
    "Oracle": ([text.upper() for text in strftime("%d-%b-%y %I.%M.%S.000000 %p")], DAYS),
    "Oracle, nine digits": ([text.upper() for text in strftime("%d-%b-%y %I.%M.%S.000000000 %p")], DAYS),
    "DB2": (strftime("%Y-%m-%d-%H.%M.%S.000000"), DAYS),
    "time of digits": (strftime("%Y%m%d%H%M%S"), DAYS),
    "date of Excel": ([41_645 + 13 * row for row in range(ROWS)], MIDNIGHT),
    "date and time of Excel": ([41_645.5 + 13 * row for row in COUNT], [day.replace(hour=12) for day in MIDNIGHT]),
    "week of a year": (strftime("W%V %G"), MONDAYS),
    "yearweek": (strftime("%G%V"), MONDAYS),
    "quarter of digits": ([f"{(day.month + 2) // 3}Q{day.year % 100}" for day in DAYS], QUARTERS),
    "American, twelve hours after ISO": (strftime("%Y-%m-%d %I:%M:%S %p"), DAYS),
    "twelve hours with points": ([text.replace("AM", "a.m.") for text in strftime("%d/%m/%Y %I:%M %p")], DAYS),
    "offset after a blank": (strftime("%Y-%m-%d %H:%M:%S +0200"), [day - timedelta(hours=2) for day in DAYS]),
    "zone by letters": (
        [f"{day:%Y-%m-%d %H:%M:%S} {('CET', 'CEST')[index % 2]}" for index, day in enumerate(DAYS)],
        [day - timedelta(hours=1 + index % 2) for index, day in enumerate(DAYS)],
    ),
    "zone by its place": (
        strftime("%Y-%m-%dT%H:%M:%S+01:00[Europe/Berlin]"), [day - timedelta(hours=1) for day in DAYS]
    ),
    "short years first": (strftime("%y/%m/%d"), MIDNIGHT),
    "short years last": (strftime("%d-%m-%y"), MIDNIGHT),
    "first days of months": ([f"{row % 12 + 1}/1/{2014 + row // 12}" for row in COUNT],
                             [datetime(2014 + row // 12, row % 12 + 1, 1) for row in COUNT]),
    "blanks between": ([f"{day.day}. {day.month}. {day.year}" for day in DAYS], MIDNIGHT),
    "Japanese": (strftime("%Y年%m月%d日"), MIDNIGHT),
    "ordinal numbers": ([f"{day:%B} {day.day}th, {day.year}" for day in DAYS], MIDNIGHT),
    "Sept": ([text.replace("Sep", "Sept") for text in strftime("%d %b %Y")], MIDNIGHT),
    "two forms": ([day.strftime(("%Y-%m-%d", "%d.%m.%Y")[day.year % 2]) for day in DAYS], MIDNIGHT),
    "digits with gaps in the date": ([float(text) for text in strftime("%Y%m%d")], MIDNIGHT),
    "digits under any name": (strftime("%Y%m%d"), MIDNIGHT),
    "months under any name": ([float(text) for text in strftime("%Y%m")], MONTHS),
    "sasdate": ([19_729 + 13 * row for row in COUNT], MIDNIGHT),
    "date since 1970": ([16_076 + 13 * row for row in COUNT], MIDNIGHT),
    "datenum": ([735_605 + 13 * row for row in COUNT], MIDNIGHT),
    "year": ([2000 + row // 6 for row in COUNT], [datetime(2000 + row // 6, 1, 1) for row in COUNT]),
    "Day": ([row // 2 for row in COUNT], [MONDAY + timedelta(days=row // 2) for row in COUNT]),
    "week_no": ([1 + row for row in COUNT], [MONDAY + timedelta(weeks=1 + row) for row in COUNT]),
}  # fmt: skip


def found_in(folder: Path, columns: dict[str, Sequence[Any]], **answers: Any) -> tuple[Inferred, list[Any]]:
    """Return what is inferred, and the values of the first column as seconds, in the order of the rows."""
    rest = {"noise": [index * 7 % 11 for index in range(ROWS)], "sold": cycle("no", "yes", "no")}
    with opened((table(folder, {**columns, **rest}),)) as raw:
        found = infer(raw, Answers("sold", **answers))
        column = only(found, next(iter(columns)))
        return found, [
            row[0] for row in raw.database.execute(f"SELECT {typed(column)} FROM raw ORDER BY rowid").fetchall()
        ]


@pytest.mark.parametrize("name", FORMS)
def test_a_date_is_read_and_orders_the_rows(name: str, tmp_path: Path) -> None:
    values, meant = FORMS[name]
    found, seconds = found_in(tmp_path, {name: values})
    assert only(found, name).role == "time", only(found, name)
    assert found.by_time
    assert seconds == [moment.replace(tzinfo=UTC).timestamp() for moment in meant]


def test_a_month_is_no_day_of_the_year(tmp_path: Path) -> None:
    found, _ = found_in(tmp_path, {"month": strftime("%Y-%m")})
    assert only(found, "month").kind.doubt == ""


def test_what_is_no_count_of_days_stays_a_number(tmp_path: Path) -> None:
    for name, values in (("day", cycle(3, 1, 2, 5, 4)), ("age", range(ROWS)), ("year", cycle(2014, 2012, 2013, 2011))):
        found, _ = found_in(tmp_path, {name: list(values)})
        assert only(found, name).kind.type == "integer" and not found.by_time
    found, _ = found_in(tmp_path, {"year": sorted(cycle(*range(2000, 2010))), "sold_on": strftime("%Y-%m-%d")})
    assert (only(found, "year").kind.type, only(found, "sold_on").role) == ("integer", "time")
    found, _ = found_in(tmp_path, {"turn": [row * 7 % ROWS for row in range(ROWS)]}, time="turn")
    assert only(found, "turn").role == "time"


def test_an_order_that_is_not_read_is_told_in_capitals(tmp_path: Path) -> None:
    found, _ = found_in(tmp_path, {"fiscal": [f"FY{14 + row // 12}-P{1 + row % 12:02}" for row in range(ROWS)]})
    (doubt,) = [doubt for doubt in found.doubts if doubt.text.startswith("SPLIT AT RANDOM ALTHOUGH")]
    assert doubt.path == ("data", "columns", "fiscal")
    micros = [1_388_534_400_000_000 + 977_000_000 * row for row in range(ROWS)]
    found, _ = found_in(tmp_path, {"taken": micros})
    assert any("rows stand in the order of taken" in doubt.text for doubt in found.doubts)
    found, _ = found_in(tmp_path, {"fiscal": [f"FY14-P{1 + row * 7 % 60:02}" for row in range(ROWS)]})
    assert not any("ALTHOUGH" in doubt.text for doubt in found.doubts)


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_moments_of_parquet_are_read_as_the_project_reads_them(unit: str, zone: str | None, tmp_path: Path) -> None:
    moments = pa.array([day.replace(tzinfo=UTC) if zone else day for day in DAYS], pa.timestamp(unit, zone))
    rows = {"at": moments, "size": [index % 7 for index in range(ROWS)], "sold": cycle("no", "yes", "no")}
    pq.write_table(pa.table(rows), tmp_path / "rows.parquet", version="2.6")
    with opened((tmp_path / "rows.parquet",)) as raw:
        raw.database.execute("SET TimeZone = 'Asia/Tokyo'")
        column = only(infer(raw, Answers("sold")), "at")
        seconds = raw.database.execute(f"SELECT {typed(column)} FROM raw").fetchall()
    assert column.role == "time"
    assert [row[0] for row in seconds] == [day.replace(tzinfo=UTC).timestamp() for day in DAYS]


def test_infinity_is_no_moment(tmp_path: Path) -> None:
    with opened((table(tmp_path, {"size": cycle(1, 2), "sold": cycle("a", "b")}),)) as raw:
        raw.database.execute("ALTER TABLE raw ADD COLUMN day DATE")
        raw.database.execute(
            "UPDATE raw SET day = CASE rowid % 9 WHEN 0 THEN DATE 'infinity' "
            "ELSE DATE '2014-01-01' + CAST(rowid AS INTEGER) END"
        )
        object.__setattr__(raw, "columns", {**raw.columns, "day": "DATE"})
        column = only(infer(raw, Answers("sold")), "day")
        assert raw.database.execute(f"SELECT count({typed(column)}) FROM raw").fetchall() == [(ROWS - 14,)]
    assert column.kind.type == "date"
