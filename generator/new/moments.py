"""Dates and moments in the forms that standards and common tools write, as numbers since a day, or in digits alone."""

import re
from collections import Counter
from collections.abc import Iterator

from generator.new.kind import ENOUGH, Kind
from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.sql.parsing import identifier, literal

DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y",
    "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%B-%Y", "%d-%b-%y", "%d/%b/%Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%Y%m%d", "%d%b%Y", "%d%b%y", "%Y-%b-%d", "%Y %b %d", "%d. %b %Y", "%d. %B %Y",
    "%a, %d %b %Y", "%a %b %d %Y", "%a, %b %d, %Y", "%A, %d %B %Y", "%A, %B %d, %Y",
    "%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%YM%m", "%Y-M%m", "%b-%Y", "%b %Y", "%B-%Y", "%B %Y", "%b-%y", "%b %y",
    "%B-%y", "%Y %b", "%Y-%b", "%Y%b", "%G-W%V-%u", "%GW%V%u", "%G-W%V", "%GW%V", "%Y-%j",
)  # fmt: skip
HOURS = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p",
    " %I:%M:%S.%f %p", ", %H:%M", ", %H:%M:%S", ", %I:%M %p", ", %I:%M:%S %p", "T%H", "T%H:%M", "T%H:%M:%S",
    "T%H:%M:%S,%fZ", "T%H:%M:%S,%f%z",
    "T%H:%M:%S.%f", "T%H:%M:%SZ", "T%H:%M:%S%z", "T%H:%M:%S,%f", " %H:%M:%S,%f", "T%H%M%S", "T%H%M%SZ", "T%H%M%S%z",
    "T%H%M", "T%H%MZ", ":%H:%M:%S", ":%H:%M:%S.%f", ":%H:%M:%S %z", " %H.%M", " %H.%M.%S", " %I.%M.%S %p",
    " %I.%M.%S.%f %p", " %I.%M.%S.%n %p", "-%H.%M.%S.%f", " %H:%M:%S GMT", " %H:%M:%S UTC", " %H:%M:%S %z",
)  # fmt: skip
WHOLE = ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S UTC %Y", "%a %b %d %H:%M:%S %z %Y")
"""What C, the shell and the web write."""

DIGITS = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 7: "%Y%j", 6: "%Y%m"}
"""Dates that are one number, by how many digits it has."""

PARTS = {
    r"^(\d{4})[-_/ ]?[Qq]([1-4])$": ("1", "2", 3),
    r"^[Qq]([1-4])[-_/ ]?(\d{4})$": ("2", "1", 3),
    r"^(\d{4})[-_/ ]?[HhSs]([12])$": ("1", "2", 6),
    r"^[HhSs]([12])[-_/ ]?(\d{4})$": ("2", "1", 6),
}
"""Quarters and halves of a year: where the year and the part are, and how many months a part has."""

MONTHS = {
    "German": "januar februar märz april mai juni juli august september oktober november dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november december",
}
SPELT = r"^(?:[\p{L}-]+,? )?(\d{1,2})(?:\.|er|º|°)?\s+(?:de\s+)?(\p{L}+)\.?,?\s+(?:de\s+)?(\d{4})$"
"""A day with the name of its month, which DuckDB reads in English alone: where day, month and year are."""

CLOCK = re.compile(r"date|time|stamp|epoch|created|(^|_)(ts|at|on)$", re.IGNORECASE)
"""Names of numbers that may be moments."""

DATED = re.compile(r"date|day|time|month|period|week|yyyy|datum|fecha|monat|mois|_dt$|^dt|^ym", re.IGNORECASE)
"""Names of numbers whose digits may be a date."""

SERIAL = re.compile(r"date|datum|fecha|_dt$|^dt", re.IGNORECASE)
"""Names of numbers that may be days as Excel counts them."""

UNITS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1, "nanoseconds": 0.001}
"""How many microseconds each has; a number that counts them since 1970, up to a day in our time, is of one alone."""

EARLIEST, LATEST = 631_152_000, 4_102_444_800
"""1990 and 2100, in seconds since 1970."""

OF_1970 = 25_569
"""The day 1970-01-01 as Excel counts, from 1899-12-30 on."""

EITHER = {"%d/%m/": "%m/%d/", "%d-%m-": "%m-%d-"}
"""Forms of a date that look alike while no day is beyond 12."""

SHIFT = re.compile(r"(?<=\d\d)([.,]\d+)?(\s?)[+-]\d\d(:?\d\d)?(?=$| \d{4}$)")
"""An offset from UTC behind a time."""


def moment(raw: Raw, found: Measure) -> Kind | None:
    """Return a date or a moment where nearly every value is written like one."""
    if found.iso >= ENOUGH * found.present:
        return _iso(raw, found)
    if found.numeric < ENOUGH * found.present:
        return None
    sample = found.values[:60]
    forms = [form for form in _forms(sample) if _parsed(raw, form, sample) >= ENOUGH * len(sample)]
    counted = {form: _counted(raw, found, _strptime(found.name, form)) for form in forms}
    good = [form for form, count in counted.items() if count >= ENOUGH * found.present]
    if not good:
        return _part_of_year(raw, found) or _spelt(raw, found)
    form = max(good, key=lambda item: counted[item])
    day = next((start for start in EITHER if form.startswith(start)), None)
    other = form.replace(day, EITHER[day], 1) if day else ""
    doubt = ""
    if counted.get(other) == counted[form]:
        doubt = f"no day is beyond 12, so {found.values[0]} may also be {other}"
    kind = "timestamp" if "%H" in form or "%I" in form else "date"
    words = f"written like {found.values[0]}{', in UTC' if '%z' in form else ''}"
    return Kind(kind, words, _strptime(found.name, form), doubt)


def typed_moment(raw: Raw, found: Measure) -> Kind:
    """Return a date or moment of a column that has such a type already.

    One with a zone is read in UTC: a cast would take the zone of the machine. Infinity is no moment.
    """
    column, kind = identifier(found.name), "date" if found.type == "DATE" else "timestamp"
    if "TZ" in found.type or "ZONE" in found.type:
        return Kind("timestamp", "in UTC", _in_utc(f"TRY_CAST({column} AS TIMESTAMPTZ)"))
    ask = f"count(*) FILTER (isfinite(TRY_CAST({column} AS {kind.upper()}))), count({column})"
    good, present = raw.database.execute(f"SELECT {ask} FROM {RAW}").fetchall()[0]
    if good == present:
        return Kind(kind)
    read = f"CASE WHEN {column} NOT LIKE '%infinity' THEN TRY_CAST({column} AS {kind.upper()}) END"
    return Kind(kind, "without infinity", read)


def hours(raw: Raw, found: Measure) -> Kind | None:
    """Return a number of hours where the values are times of day, as 9:05 or 17:30:00."""
    text = value(found.name, found.marks)
    form = f"regexp_full_match({text}, '\\d\\d?:\\d\\d(:\\d\\d(\\.\\d+)?)?')"
    ask = f"SELECT count(TRY_CAST({text} AS TIME)) FILTER ({form}) FROM {RAW}"
    count = int(raw.database.execute(ask).fetchall()[0][0])
    if not found.present or count < ENOUGH * found.present:
        return None
    read = f"epoch(TRY_CAST(trim({identifier(found.name)}) AS TIME)) / 3600"
    return Kind("float", "times of day, in hours", read)


def compact_dates(raw: Raw, found: Measure) -> Kind | None:
    """Return a date where every number is one like 20240131, 202401, 2024031 or 20240131101500."""
    if not DATED.search(found.name) or not found.present:
        return None
    text = value(found.name, found.marks)
    for digits, form in DIGITS.items():
        fits = f"regexp_full_match({text}, '(19|20)\\d{{{digits - 2}}}')"
        ask = f"SELECT count(*) FILTER ({fits} AND try_strptime({text}, '{form}') IS NOT NULL) FROM {RAW}"
        if raw.database.execute(ask).fetchall()[0][0] >= ENOUGH * found.present:
            example = raw.database.execute(f"SELECT min({text}) FROM {RAW} WHERE {fits}").fetchall()[0][0]
            read, kind = _strptime(found.name, form), "timestamp" if "%H" in form else "date"
            return Kind(kind, f"digits that are all dates, as in {example}", read)
    return None


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
    """Return a moment where every number counts the seconds, or parts of one, since 1970, or days as Excel does."""
    if not found.present or not (CLOCK.search(found.name) or SERIAL.search(found.name)):
        return None
    column = f"TRY_CAST({identifier(found.name)} AS DOUBLE)"
    if unit := unit_since_1970(raw, found):
        read = f"TRY(make_timestamp(CAST({column} * {UNITS[unit]} AS BIGINT)))"
        return Kind("timestamp", f"{unit} since 1970", read)
    number = f"TRY_CAST({value(found.name, found.marks)} AS DOUBLE)"
    days = f"count(*) FILTER (({number} - {OF_1970}) * 86400 BETWEEN {EARLIEST} AND {LATEST})"
    whole = f"count(*) FILTER ({number} = floor({number}))"
    serial, full = raw.database.execute(f"SELECT {days}, {whole} FROM {RAW}").fetchall()[0]
    if serial >= ENOUGH * found.present and SERIAL.search(found.name):
        read = f"TRY(make_timestamp(CAST(({column} - {OF_1970}) * 86400000000 AS BIGINT)))"
        kind = "date" if full == found.present else "timestamp"
        return Kind(kind, "days as Excel counts them", read)
    return None


def _iso(raw: Raw, found: Measure) -> Kind:
    """Return a date of ISO's usual form; a cast would drop the offset from UTC that a moment has."""
    kind, text = "timestamp" if found.timed else "date", value(found.name, found.marks)
    shift = f"regexp_extract({text}, ':\\d\\d(\\.\\d+)?\\s?([+-]\\d\\d(:?\\d\\d)?|Z)$', 2)"
    away = f"{shift} NOT IN ('', 'Z', '+00', '+0000', '+00:00')"
    ask = f"SELECT count(*) FILTER ({shift} <> ''), count(*) FILTER ({away}) FROM {RAW}"
    shifted, others = raw.database.execute(ask).fetchall()[0]
    if not others or shifted < found.iso:
        return Kind(kind)
    read = _in_utc(f"TRY_CAST(trim({identifier(found.name)}) AS TIMESTAMPTZ)")
    return Kind("timestamp", "with offsets: in UTC", read)


def _part_of_year(raw: Raw, found: Measure) -> Kind | None:
    column = f"trim({identifier(found.name)})"
    for pattern, (year, part, months) in PARTS.items():
        taken = (f"regexp_extract({column}, {literal(pattern)}, {group})" for group in (year, part))
        first, second = (f"TRY_CAST({text} AS INTEGER)" for text in taken)
        read = f"make_date({first}, {months} * {second} - {months - 1}, 1)"
        count = _counted(raw, found, read)
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
        if _counted(raw, found, read) >= ENOUGH * found.present:
            return Kind("date", f"written like {found.values[0]}, in {language}", read)
    return None


def _in_utc(moment: str) -> str:
    return f"make_timestamp(epoch_us({moment}))"


def _strptime(name: str, form: str) -> str:
    read = f"try_strptime(trim({identifier(name)}), {literal(form)})"
    return _in_utc(read) if "%z" in form else read


def _forms(sample: tuple[str, ...]) -> Iterator[str]:
    """Yield the forms of a date that texts with these signs could have."""
    signs = Counter(_signs(_shifted(text)) for text in sample).most_common(1)[0][0]
    for form in (*(f"{day}{clock}" for day in DAYS for clock in HOURS), *WHOLE):
        if _signs(form) == signs:
            yield form


def _shifted(text: str) -> str:
    """Return ``text`` with ``%z`` in place of the offset from UTC behind its time."""
    timed = ":" in text or re.search(r"T\d{4}", text)
    return SHIFT.sub(r"\1\2%z", text) if timed else text


def _signs(text: str) -> str:
    """Return the signs of a date, or of its form, that are neither letters nor digits nor blanks, in order."""
    return re.sub(r"[^\W_]|\s", "", re.sub(r"%z", "\0", text).replace("%", "")).replace("\0", "+") if text else ""


def _parsed(raw: Raw, form: str, sample: tuple[str, ...]) -> int:
    ask = f"SELECT count(epoch_us(try_strptime(text, {literal(form)}))) FROM (SELECT unnest(?) AS text)"
    return int(raw.database.execute(ask, [list(sample)]).fetchall()[0][0])


def _counted(raw: Raw, found: Measure, read: str) -> int:
    """Return how many values are dates by the expression ``read``, in a year that people speak of."""
    present = f"{value(found.name, found.marks)} IS NOT NULL"
    ask = f"SELECT count(*) FILTER (year({read}) BETWEEN 1850 AND 2150 AND {present}) FROM {RAW}"
    return int(raw.database.execute(ask).fetchall()[0][0])
