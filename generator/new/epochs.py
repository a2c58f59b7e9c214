"""Moments that are numbers: the digits of a date, or days and seconds since a first day."""

import re

from generator.new.forms import DIGITS
from generator.new.kind import ENOUGH, Kind
from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.sql.parsing import identifier, literal

CLOCK = re.compile(r"date|time|stamp|epoch|created|recorded|posted|logged|unix|(^|_)(ts|at|on|t)$", re.IGNORECASE)
"""Names of numbers that may be moments."""

DATED = re.compile(
    r"date|day|time|month|period|week|yyyy|datum|fecha|monat|mois|_dt$|^dt|^ym|year.?mo|jahr.?mo", re.IGNORECASE
)
"""Names of numbers whose digits may be a date."""

WEEKLY = re.compile(r"week|woche|semaine|semana|kw$|yyyyww", re.IGNORECASE)
"""Names of numbers whose digits may be a year and a week."""

TELLING = (8, 12, 14, 6)
"""Digits that are dates in so many different numbers by no accident, whatever a column is called."""

MANY = 20
ID = re.compile(r"(^|_)(id|no|nr|number|code|key)$|[a-z](Id|ID|No|Nr)$", re.IGNORECASE)

SERIAL = re.compile(r"(?<!up|li)(?<!man)(?<!vali)(?<!candi)date(?!d)|datum|fecha|_dt$|^dt|posted|julian|^jd", re.I)
"""Names of numbers that may be days since a first one."""

EXCEL = "Excel counts them"
FIRST = {
    EXCEL: (25_569, ""),
    "SAS and Stata count them, from 1960 on": (3_653, r"sas|stata|1960"),
    "since 1970": (0, ""),
    "MATLAB counts them": (719_529, ""),
    "astronomers count them": (2_440_587.5, ""),
}
"""Ways to count days: the number of 1970-01-01, and what a name has to say where others count alike."""

UNITS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1, "nanoseconds": 0.001}
"""How many microseconds each has; a number that counts them since 1970, up to a day in our time, is of one alone."""

EARLIEST, LATEST = 631_152_000, 4_102_444_800
"""1990 and 2100, in seconds since 1970."""


def compact_dates(raw: Raw, found: Measure) -> Kind | None:
    """Return a date where every number is one like 20240131, 202401, 2024031 or 20240131101500, as a float too."""
    named = bool(DATED.search(found.name))
    telling = found.distinct >= MANY and not ID.search(found.name.strip())
    if not found.present or found.whole < ENOUGH * found.present or not (named or telling):
        return None
    text = _whole(value(found.name, found.marks))
    for digits, form in DIGITS.items():
        if not named and digits not in TELLING:
            continue
        fits = f"regexp_full_match({text}, '(19|20)\\d{{{digits - 2}}}')"
        ask = f"SELECT count(*) FILTER ({fits} AND try_strptime({text}, '{form}') IS NOT NULL) FROM {RAW}"
        if raw.database.execute(ask).fetchall()[0][0] >= ENOUGH * found.present:
            kind = "timestamp" if "%H" in form else "date"
            return Kind(kind, f"digits that are all dates, as in {_least(raw, text, fits)}", _read(found, form))
    fits = f"regexp_full_match({text}, '(19|20)\\d\\d(0[1-9]|[1-4]\\d|5[0-3])')"
    ask = f"SELECT count(*) FILTER ({fits}) FROM {RAW}"
    if WEEKLY.search(found.name) and raw.database.execute(ask).fetchall()[0][0] >= ENOUGH * found.present:
        return Kind("date", f"years and weeks, as in {_least(raw, text, fits)}", _read(found, "%G%V"))
    return None


def _whole(text: str) -> str:
    """Return SQL for a number as whole digits: pandas writes those of a column with gaps as 20240131.0."""
    return f"regexp_replace({text}, '\\.0*$', '')"


def _least(raw: Raw, text: str, fits: str) -> str:
    return str(raw.database.execute(f"SELECT min({text}) FROM {RAW} WHERE {fits}").fetchall()[0][0])


def _read(found: Measure, form: str) -> str:
    text = f"trim({identifier(found.name)})"
    if found.integers < found.present:
        text = _whole(text)
    return f"try_strptime({text}, {literal(form)})"


def unit_since_1970(raw: Raw, found: Measure) -> str | None:
    """Return the unit that nearly every number may count since 1970, of :data:`UNITS`; None where it is none."""
    number = f"TRY_CAST({value(found.name, found.marks)} AS DOUBLE)"
    spans = [
        f"count(*) FILTER ({number} / 1000000 * {micros} BETWEEN {EARLIEST} AND {LATEST})" for micros in UNITS.values()
    ]
    counts = raw.database.execute(f"SELECT {', '.join(spans)} FROM {RAW}").fetchall()[0]
    units = (unit for unit, count in zip(UNITS, counts, strict=True) if count >= ENOUGH * found.present)
    return next(units, None) if found.present else None


def since_1970(raw: Raw, found: Measure) -> Kind | None:
    """Return a moment where every number counts the seconds, or parts of one, since 1970, or days since a first one."""
    if not found.present or not (CLOCK.search(found.name) or SERIAL.search(found.name)):
        return None
    if unit := unit_since_1970(raw, found):
        column = f"TRY_CAST({identifier(found.name)} AS DOUBLE)"
        read = f"TRY(make_timestamp(CAST({column} * {UNITS[unit]} AS BIGINT)))"
        return Kind("timestamp", f"{unit} since 1970", read)
    return _days(raw, found) if SERIAL.search(found.name) else None


def days_since(raw: Raw, found: Measure) -> list[str]:
    """Return the ways to count days, of :data:`FIRST`, by which nearly every number is one of our time."""
    number = f"TRY_CAST({value(found.name, found.marks)} AS DOUBLE)"
    spans = [
        f"count(*) FILTER (({number} - {first}) * 86400 BETWEEN {EARLIEST} AND {LATEST})" for first, _ in FIRST.values()
    ]
    counts = raw.database.execute(f"SELECT {', '.join(spans)} FROM {RAW}").fetchall()[0]
    return [way for way, count in zip(FIRST, counts, strict=True) if found.present and count >= ENOUGH * found.present]


def _days(raw: Raw, found: Measure) -> Kind | None:
    """Return a date where every number counts days; whole ones may do so in more than one way."""
    ways = [way for way in days_since(raw, found) if re.search(FIRST[way][1], found.name, re.IGNORECASE)]
    if not ways:
        return None
    way = ways[0]
    read = f"TRY_CAST({identifier(found.name)} AS DOUBLE) - {FIRST[way][0]}"
    read = f"TRY(make_timestamp(CAST(({read}) * 86400000000 AS BIGINT)))"
    doubt = "" if way == EXCEL else "each number is taken for a day; another first day changes `read:` alone"
    kind = "date" if found.whole == found.present else "timestamp"
    return Kind(kind, f"days {'as ' if ' count' in way else ''}{way}", read, doubt)
