"""Dates and moments in the forms that standards and common tools write."""

import re
from itertools import accumulate

from generator.new.forms import MONTHS, PARTS, SPELT, TIDY
from generator.new.kind import ENOUGH, Kind
from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.new.written import dates_read, in_utc, readings_of
from generator.sql.parsing import identifier, literal

SAMPLE = 60
ISO = re.compile(r"\d{4}-\d\d?-\d\d?[T ]\d\d?:\d\d(:\d\d(\.\d+)?)?([-+]\d\d(:?\d\d)?)?")
JSON = re.compile(r"\\?/Date\(-?\d+([-+]\d{4})?\)\\?/")
"""A moment as ASP.NET writes it into JSON: milliseconds since 1970, and an offset that changes nothing of them."""

HALF = 0.5
"""Share of dates among texts from which on a doubt says that they are not read."""


def moment(raw: Raw, found: Measure) -> Kind | None:
    """Return a date or a moment where nearly every value is written like one, in one form or in a few."""
    if found.iso >= ENOUGH * found.present:
        return _iso(raw, found, f"trim({identifier(found.name)})")
    if found.numeric < HALF * found.present:
        return None
    if all(JSON.fullmatch(text) for text in found.values):
        millis = f"TRY_CAST(regexp_extract({identifier(found.name)}, '-?\\d+') AS BIGINT)"
        return Kind("timestamp", f"written like {found.values[0]}, in UTC", f"TRY(make_timestamp(1000 * {millis}))")
    column, sample = _tidied(found)
    enough = ENOUGH * found.present
    if all(ISO.fullmatch(text) for text in sample) and dates_read(raw, found, _cast(column, "timestamp")) >= enough:
        return _iso(raw, found, column, cast=True)
    readings = list(readings_of(raw, found, column, sample))
    reads = list(accumulate((one.sql for one in readings), lambda first, other: f"coalesce({first}, {other})"))
    counts = [dates_read(raw, found, read) for read in reads]
    place = next((place for place, count in enumerate(counts) if count >= enough), None)
    if place is None:
        return _part_of_year(raw, found) or _spelt(raw, found) or _in_part(found, max(counts, default=0))
    used = readings[: place + 1]
    words = f"written like {' or '.join(one.example for one in used)}"
    words += ", in UTC" if any(one.shifted for one in used) else ""
    doubt = "; ".join(one.doubt for one in used if one.doubt)
    return Kind("timestamp" if any(one.timed for one in used) else "date", words, reads[place], doubt)


def _in_part(found: Measure, count: int) -> Kind | None:
    """Return a text column with a doubt: much of it, but not nearly all, are dates."""
    if count < HALF * found.present:
        return None
    text = f"{count:,} of {found.present:,} values are dates, and the others are none that is known"
    return Kind("text", "", None, f"{text}: say how all are read (`read:`, `type: date`)")


def _tidied(found: Measure) -> tuple[str, list[str]]:
    """Return SQL for the texts of a column without what no form of a date has, and the most frequent ones like that."""
    column, sample = f"trim({identifier(found.name)})", list(found.values[:SAMPLE])
    for pattern, other in TIDY:
        if any(re.search(pattern, text) for text in sample):
            column = f"regexp_replace({column}, {literal(pattern)}, {literal(other)}, 'g')"
            sample = [re.sub(pattern, other, text) for text in sample]
    return column, sample


def typed_moment(raw: Raw, found: Measure) -> Kind:
    """Return a date or moment of a column that has such a type already.

    One with a zone is read in UTC: a cast would take the zone of the machine. Infinity is no moment.
    """
    column, kind = identifier(found.name), "date" if found.type == "DATE" else "timestamp"
    if "TZ" in found.type or "ZONE" in found.type:
        return Kind("timestamp", "in UTC", in_utc(f"TRY_CAST({column} AS TIMESTAMPTZ)"))
    ask = f"count(*) FILTER (isfinite(TRY_CAST({column} AS {kind.upper()}))), count({column})"
    good, present = raw.database.execute(f"SELECT {ask} FROM {RAW}").fetchall()[0]
    if good == present:
        return Kind(kind)
    read = f"CASE WHEN {column} NOT LIKE '%infinity' THEN TRY_CAST({column} AS {kind.upper()}) END"
    return Kind(kind, "without infinity", read)


def hours(raw: Raw, found: Measure) -> Kind | None:
    """Return a number of hours where the values are times of day, as 9:05 or 17:30:00, or last longer, as 61:30:00."""
    text = value(found.name, found.marks)
    form = f"regexp_full_match({text}, '\\d\\d?:[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?')"
    ask = f"SELECT count(TRY_CAST({text} AS TIME)) FILTER ({form}), count(*) FILTER ({form}) FROM {RAW}"
    of_day, all_ = raw.database.execute(ask).fetchall()[0]
    if not found.present or all_ < ENOUGH * found.present:
        return None
    if of_day == all_:
        return Kind(
            "float", "times of day, in hours", f"epoch(TRY_CAST(trim({identifier(found.name)}) AS TIME)) / 3600"
        )
    parts = ", ".join(f"TRY_CAST(split_part(trim({identifier(found.name)}), ':', {n}) AS DOUBLE)" for n in (1, 2, 3))
    first, second, third = parts.split(", TRY_CAST")
    read = f"{first} + TRY_CAST{second} / 60 + coalesce(TRY_CAST{third}, 0) / 3600"
    return Kind("float", "how long it lasts, in the first of its parts", read)


def _iso(raw: Raw, found: Measure, column: str, cast: bool = False) -> Kind:
    """Return a date of ISO's usual form; a cast would drop the offset from UTC that a moment has.

    ``column`` is SQL for its texts, of which a ``cast`` has to be written down where they are not as they stand.
    """
    kind = "timestamp" if found.timed or cast else "date"
    shift = f"regexp_extract({column}, ':\\d\\d(\\.\\d+)?\\s?([+-]\\d\\d(:?\\d\\d)?|Z)$', 2)"
    away = f"{shift} NOT IN ('', 'Z', '+00', '+0000', '+00:00')"
    known = f"{value(found.name, found.marks)} IS NOT NULL"
    ask = f"SELECT count(*) FILTER ({shift} <> ''), count(*) FILTER ({away}) FROM {RAW} WHERE {known}"
    shifted, others = raw.database.execute(ask).fetchall()[0]
    if not others or shifted < (ENOUGH * found.present if cast else found.iso):
        return Kind(kind, "", _cast(column, kind) if cast else None)
    return Kind("timestamp", "with offsets: in UTC", in_utc(_cast(column, "timestamptz")))


def _cast(column: str, kind: str) -> str:
    return f"TRY_CAST({column} AS {kind.upper()})"


def _part_of_year(raw: Raw, found: Measure) -> Kind | None:
    column = f"trim({identifier(found.name)})"
    for pattern, (year, part, months) in PARTS.items():
        taken = (f"regexp_extract({column}, {literal(pattern)}, {group})" for group in (year, part))
        first, second = (f"TRY_CAST({text} AS INTEGER)" for text in taken)
        first = f"2000 + {first}" if "\\d{2}" in pattern else first
        read = f"make_date({first}, {months} * {second} - {months - 1}, 1)"
        count = dates_read(raw, found, read)
        if count >= ENOUGH * found.present:
            return Kind("date", f"written like {found.values[0]}: its first day", read)
    return None


def _spelt(raw: Raw, found: Measure) -> Kind | None:
    """Return a date where the names of months are those of another language than English."""
    column = f"lower(trim({identifier(found.name)}))"
    day, name, year = (f"regexp_extract({column}, {literal(SPELT)}, {group})" for group in (1, 2, 3))
    for language, months in MONTHS.items():
        month = f"list_position([{', '.join(map(literal, months.split()))}], {name})"
        numbers = f"TRY_CAST({year} AS INTEGER), CAST({month} AS INTEGER), TRY_CAST({day} AS INTEGER)"
        read = f"TRY(make_date({numbers}))"
        if dates_read(raw, found, read) >= ENOUGH * found.present:
            return Kind("date", f"written like {found.values[0]}, in {language}", read)
    return None
