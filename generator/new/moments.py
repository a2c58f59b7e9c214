"""Dates and moments: in ISO's form or another, in digits alone, as seconds since 1970; hours of a day."""

import re
from collections.abc import Iterator

from generator.new.kind import ENOUGH, Kind, stray
from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.sql import identifier, literal

DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d %B %Y",
    "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%Y%m%d",
    "%a, %d %b %Y", "%b-%Y", "%b %Y", "%B %Y", "%m/%Y",
)  # fmt: skip
HOURS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", " %H:%M:%S.%f")
CLOCK = re.compile(r"date|time|stamp|epoch|created|(^|_)(ts|at|on)$", re.IGNORECASE)
"""Names of numbers that may be moments."""

UNITS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1, "nanoseconds": 0.001}
"""How many microseconds each has; a number that counts them since 1970, up to a day in our time, is of one alone."""

EARLIEST, LATEST = 631_152_000, 4_102_444_800
"""1990 and 2100, in seconds since 1970."""

EITHER = {"%d/%m/": "%m/%d/", "%d-%m-": "%m-%d-"}
"""Forms of a date that look alike while no day is beyond 12."""


def moment(raw: Raw, found: Measure) -> Kind | None:
    """Return a date or a moment where nearly every value is written like one."""
    if found.iso >= ENOUGH * found.present:
        kind = "timestamp" if found.timed else "date"
        return Kind(kind, "", None, stray(found, found.iso, "date"))
    if found.numeric < ENOUGH * found.present:
        return None
    sample = found.values[:60]
    forms = [form for form in _forms(sample) if _parsed(raw, form, sample) >= ENOUGH * len(sample)]
    counted = {form: _counted(raw, found, form) for form in forms}
    good = [form for form, count in counted.items() if count >= ENOUGH * found.present]
    if not good:
        return None
    form = max(good, key=lambda item: counted[item])
    day = next((start for start in EITHER if form.startswith(start)), None)
    other = form.replace(day, EITHER[day], 1) if day else ""
    doubt = ""
    if counted.get(other) == counted[form]:
        doubt = f"no day is beyond 12, so {found.values[0]} may also be {other}"
    kind = "timestamp" if any(form.endswith(clock) for clock in HOURS if clock) else "date"
    read = f"try_strptime(trim({identifier(found.name)}), {literal(form)})"
    return Kind(kind, f"written like {found.values[0]}", read, doubt or stray(found, counted[form], "date"))


def hours(raw: Raw, found: Measure) -> Kind | None:
    """Return a number of hours where the values are times of day, as 9:05 or 17:30:00."""
    text = value(found.name, found.marks)
    form = f"regexp_full_match({text}, '\\d\\d?:\\d\\d(:\\d\\d(\\.\\d+)?)?')"
    ask = f"SELECT count(TRY_CAST({text} AS TIME)) FILTER ({form}) FROM {RAW}"
    count = int(raw.database.execute(ask).fetchall()[0][0])
    if not found.present or count < ENOUGH * found.present:
        return None
    read = f"epoch(TRY_CAST(trim({identifier(found.name)}) AS TIME)) / 3600"
    return Kind("float", "times of day, in hours", read, stray(found, count, "time"))


def compact_dates(raw: Raw, found: Measure) -> Kind | None:
    """Return a date where every number is one of eight digits like 20240131."""
    if not re.search(r"date|day|time|_dt$|^dt", found.name, re.IGNORECASE):
        return None
    text = value(found.name, found.marks)
    ask = f"""SELECT count(*) FILTER (regexp_full_match({text}, '(19|20)\\d{{6}}')
        AND try_strptime({text}, '%Y%m%d') IS NOT NULL) FROM {RAW}"""
    if raw.database.execute(ask).fetchall()[0][0] < ENOUGH * found.present:
        return None
    read = f"try_strptime(trim({identifier(found.name)}), '%Y%m%d')"
    return Kind("date", "digits that are all days, as in 20240131", read)


def since_1970(raw: Raw, found: Measure) -> Kind | None:
    """Return a moment where every number counts the seconds, or parts of one, since 1970."""
    if not CLOCK.search(found.name) or not found.present:
        return None
    seconds = f"TRY_CAST({value(found.name, found.marks)} AS DOUBLE) / 1000000"
    spans = [f"count(*) FILTER ({seconds} * {micros} BETWEEN {EARLIEST} AND {LATEST})" for micros in UNITS.values()]
    counted = raw.database.execute(f"SELECT {', '.join(spans)} FROM {RAW}").fetchall()[0]
    for (unit, micros), count in zip(UNITS.items(), counted, strict=True):
        if count >= ENOUGH * found.present:
            read = f"TRY(make_timestamp(CAST(TRY_CAST({identifier(found.name)} AS DOUBLE) * {micros} AS BIGINT)))"
            return Kind("timestamp", f"{unit} since 1970", read, stray(found, count, "moment"))
    return None


def _forms(sample: tuple[str, ...]) -> Iterator[str]:
    """Yield the forms of a date that texts of this length and these signs could have."""
    timed = any(":" in text for text in sample)
    for clock in HOURS:
        if bool(clock) == timed:
            yield from (f"{day}{clock}" for day in DAYS)


def _parsed(raw: Raw, form: str, sample: tuple[str, ...]) -> int:
    ask = f"SELECT count(try_strptime(text, {literal(form)})) FROM (SELECT unnest(?) AS text)"
    return int(raw.database.execute(ask, [list(sample)]).fetchall()[0][0])


def _counted(raw: Raw, found: Measure, form: str) -> int:
    """Return how many values are dates of ``form``, in a year that people speak of."""
    moment = f"try_strptime({value(found.name, found.marks)}, {literal(form)})"
    ask = f"SELECT count(*) FILTER (year({moment}) BETWEEN 1850 AND 2150) FROM {RAW}"
    return int(raw.database.execute(ask).fetchall()[0][0])
