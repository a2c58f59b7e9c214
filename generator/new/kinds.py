"""What a column holds, by its measure: a type, and where a cast is not enough the expression that reads it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.sql import identifier, literal

NATIVE = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "VARCHAR": "text",
    "UUID": "text",
}
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
ENOUGH = 0.98
"""Share of the values that have to be of a type; `process` refuses the rows of the rest, and stops beyond a tenth."""

TRUE = ("true", "yes", "y", "t", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "s", "sim")
FALSE = ("false", "no", "n", "f", "off", "nein", "falsch", "non", "faux", "não", "nao", "nej", "nee")
WORDS = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
"""Words for true and false, in small letters."""

DUCKDB_WORDS = {"true", "false", "t", "f", "yes", "no", "y", "n"}
"""Those that a cast understands."""

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


def _grouped(group: str, decimal: str) -> str:
    """Return the pattern of a number whose thousands are set apart by ``group``, a blank or an apostrophe."""
    return rf"[^0-9.,]*(\d+|[1-9]\d{{0,2}}([{group}\s']\d{{3}})+)?([{decimal}]\d*)?[^0-9.,]*"


ENGLISH, EUROPEAN = _grouped(",", "."), _grouped(".", ",")
"""1,234.5 and 1.234,5: what fits one of the two alone tells which of them a column is written in."""


@dataclass(frozen=True)
class Kind:
    """A type, the expression that reads it (None: a cast will do), why, and what is doubtful about it."""

    type: str
    reason: str = ""
    read: str | None = None
    doubt: str = ""


def kind_of(raw: Raw, found: Measure) -> Kind | None:
    """Return what the column holds; None for what no model takes: lists, structures, bytes."""
    if found.type.startswith("TIMESTAMP"):
        return Kind("timestamp")
    if found.type.startswith("DECIMAL") or found.type in ("HUGEINT", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE"):
        return _since_1970(raw, found) or Kind("float")
    if found.type in WHOLE:
        return _since_1970(raw, found) or Kind("integer")
    if found.type.startswith("ENUM"):
        return Kind("text")
    if found.type == "TIME":
        return _hours(raw, found) or Kind("text")
    if found.type != "VARCHAR":
        return Kind(NATIVE[found.type]) if found.type in NATIVE else None
    if not found.present:
        return Kind("text")
    return _boolean(found) or _number(raw, found) or _hours(raw, found) or _moment(raw, found) or Kind("text")


def _boolean(found: Measure) -> Kind | None:
    words = {word.lower() for word in found.values}
    if not words <= set(WORDS) or len({WORDS[word] for word in words}) < 2:
        return None
    if words <= DUCKDB_WORDS:
        return Kind("boolean", f"says {_listed(found.values)}")
    yes = ", ".join(literal(word) for word in sorted(words) if WORDS[word])
    read = f"lower(trim({identifier(found.name)})) IN ({yes})"
    return Kind("boolean", f"says {_listed(found.values)}", read)


def _number(raw: Raw, found: Measure) -> Kind | None:
    if found.zeros and found.zeros >= 0.02 * found.present and found.integers == found.present:
        return Kind("text", "digits that begin with 0: a code, not a number")
    if found.integers == found.present:
        return _compact_dates(raw, found) or _since_1970(raw, found) or Kind("integer")
    if found.numbers >= ENOUGH * found.present:
        return _since_1970(raw, found) or Kind("float", "", None, _stray(found, found.numbers, "number"))
    if found.dirty < ENOUGH * found.present or found.iso:
        return None
    return _dirty(raw, found)


def _dirty(raw: Raw, found: Measure) -> Kind | None:
    """Return a number with signs and separators, where one way of reading gives nearly every value."""
    text = value(found.name, found.marks)
    column = f"trim({identifier(found.name)})"
    bare = f"regexp_replace({column}, '[^-0-9.,]', '', 'g')"
    signed = f"CASE WHEN {column} LIKE '(%)' THEN '-' ELSE '' END || "
    brackets = f"count(*) FILTER ({text} LIKE '(%)')"
    english, european = (f"regexp_full_match({text}, {literal(form)})" for form in (ENGLISH, EUROPEAN))
    alone = f"count(*) FILTER ({english} AND NOT {european}), count(*) FILTER ({european} AND NOT {english})"
    shown = f"any_value({text}) FILTER (NOT regexp_full_match({text}, '[-+]?[0-9.]+'))"
    ask = f"SELECT {brackets}, {alone}, {shown} FROM {RAW}"
    negative, points, commas, example = raw.database.execute(ask).fetchall()[0]
    comma = commas > points
    cleaned = f"replace(replace({bare}, '.', ''), ',', '.')" if comma else f"replace({bare}, ',', '')"
    others, mark = (points, "point") if comma else (commas, "comma")
    doubt = f"{others:,} values look as if they had a decimal {mark}, unlike the others" if others else ""
    read = f"{signed}{cleaned}" if negative else cleaned
    good = raw.database.execute(
        f"SELECT count(*) FILTER (TRY_CAST({read} AS DOUBLE) IS NOT NULL AND {text} IS NOT NULL) FROM {RAW}"
    ).fetchall()[0][0]
    if good < ENOUGH * found.present:
        return None
    return Kind("float", f"numbers written like {example}", read, doubt or _stray(found, good, "number"))


def _moment(raw: Raw, found: Measure) -> Kind | None:
    if found.iso >= ENOUGH * found.present:
        kind = "timestamp" if found.timed else "date"
        return Kind(kind, "", None, _stray(found, found.iso, "date"))
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
    kind = "timestamp" if any(form.endswith(hours) for hours in HOURS if hours) else "date"
    read = f"try_strptime(trim({identifier(found.name)}), {literal(form)})"
    return Kind(kind, f"written like {found.values[0]}", read, doubt or _stray(found, counted[form], "date"))


def _hours(raw: Raw, found: Measure) -> Kind | None:
    """Return a number of hours where the values are times of day, as 9:05 or 17:30:00."""
    text = value(found.name, found.marks)
    form = f"regexp_full_match({text}, '\\d\\d?:\\d\\d(:\\d\\d(\\.\\d+)?)?')"
    ask = f"SELECT count(TRY_CAST({text} AS TIME)) FILTER ({form}) FROM {RAW}"
    count = int(raw.database.execute(ask).fetchall()[0][0])
    if not found.present or count < ENOUGH * found.present:
        return None
    read = f"epoch(TRY_CAST(trim({identifier(found.name)}) AS TIME)) / 3600"
    return Kind("float", "times of day, in hours", read, _stray(found, count, "time"))


def _compact_dates(raw: Raw, found: Measure) -> Kind | None:
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


def _since_1970(raw: Raw, found: Measure) -> Kind | None:
    """Return a moment where every number counts the seconds, or parts of one, since 1970."""
    if not CLOCK.search(found.name) or not found.present:
        return None
    seconds = f"TRY_CAST({value(found.name, found.marks)} AS DOUBLE) / 1000000"
    spans = [f"count(*) FILTER ({seconds} * {micros} BETWEEN {EARLIEST} AND {LATEST})" for micros in UNITS.values()]
    counted = raw.database.execute(f"SELECT {', '.join(spans)} FROM {RAW}").fetchall()[0]
    for (unit, micros), count in zip(UNITS.items(), counted, strict=True):
        if count >= ENOUGH * found.present:
            read = f"TRY(make_timestamp(CAST(TRY_CAST({identifier(found.name)} AS DOUBLE) * {micros} AS BIGINT)))"
            return Kind("timestamp", f"{unit} since 1970", read, _stray(found, count, "moment"))
    return None


def _forms(sample: tuple[str, ...]) -> Iterator[str]:
    """Yield the forms of a date that texts of this length and these signs could have."""
    timed = any(":" in text for text in sample)
    for hours in HOURS:
        if bool(hours) == timed:
            yield from (f"{day}{hours}" for day in DAYS)


def _parsed(raw: Raw, form: str, sample: tuple[str, ...]) -> int:
    ask = f"SELECT count(try_strptime(text, {literal(form)})) FROM (SELECT unnest(?) AS text)"
    return int(raw.database.execute(ask, [list(sample)]).fetchall()[0][0])


def _counted(raw: Raw, found: Measure, form: str) -> int:
    """Return how many values are dates of ``form``, in a year that people speak of."""
    moment = f"try_strptime({value(found.name, found.marks)}, {literal(form)})"
    ask = f"SELECT count(*) FILTER (year({moment}) BETWEEN 1850 AND 2150) FROM {RAW}"
    return int(raw.database.execute(ask).fetchall()[0][0])


def _stray(found: Measure, good: int, what: str) -> str:
    bad = found.present - good
    return f"{bad:,} {f'value is no {what}' if bad == 1 else f'values are no {what}s'}: set aside" if bad else ""


def _listed(values: tuple[str, ...]) -> str:
    return " or ".join(values[:4])
