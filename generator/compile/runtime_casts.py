"""Texts to values and back, as SQL's CAST does it."""

import math
import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from generator.compile.runtime_dates import days_in_month, midnight
from generator.compile.runtime_numbers import OutsideError, RowError, bigint, integer, smallint, tinyint

WHITE = " \t\n\v\f\r"
DIGITS = r"\d+(?:_\d+)*"
WHOLE = re.compile(rf"[+-]?(?:({DIGITS})(?:\.(?:{DIGITS})?)?|\.{DIGITS})([eE][+-]?{DIGITS})?", re.ASCII)
BASED = re.compile(r"0(?:[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|[bB][01]+(?:_[01]+)*)", re.ASCII)
DOUBLE = re.compile(rf"(?:\+?-|\+)?(?:{DIGITS}(?:\.(?:{DIGITS})?)?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?", re.ASCII)
LONGEST = 16
"""Integers with an exponent are read up to this length; beyond it, SQL has limits of its own."""
SPECIAL = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}
TRUE = ("true", "t", "yes", "y", "1")
FALSE = ("false", "f", "no", "n", "0")
DAY_FORM = re.compile(r"(\d{1,7})([-/ \\])(\d{1,2})\2(\d{1,2})(?!\d)", re.ASCII)
TIME_FORM = re.compile(r"[T ] *(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*", re.ASCII)
SPECIAL_STARTS = tuple("-eEiI")
"""How texts begin that only SQL reads: years before 1, epoch, infinity."""


def text_to_boolean(text: str) -> bool:
    """Return the truth value that ``text`` names."""
    word = text.lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise RowError(f"{text!r} is not true or false")


def text_to_bigint(text: str) -> int:
    """Return the integer that ``text`` writes, rounded half away from zero."""
    return bigint(text_to_whole(text))


def text_to_integer(text: str) -> int:
    """Return the INTEGER that ``text`` writes, rounded half away from zero."""
    return integer(text_to_whole(text))


def text_to_smallint(text: str) -> int:
    """Return the SMALLINT that ``text`` writes, rounded half away from zero."""
    return smallint(text_to_whole(text))


def text_to_tinyint(text: str) -> int:
    """Return the TINYINT that ``text`` writes, rounded half away from zero."""
    return tinyint(text_to_whole(text))


def text_to_whole(text: str) -> int:
    """Return the whole number that ``text`` writes, rounded half away from zero."""
    bare = text.strip(WHITE)
    if bare.isdigit() and bare.isascii():
        return int(bare)
    if BASED.fullmatch(text):
        return int(text.replace("_", ""), 0)
    found = WHOLE.fullmatch(bare)
    if not found:
        raise RowError(f"{text!r} is no integer")
    if found[2] and len(bare) > LONGEST:
        raise OutsideError(f"{text!r} is written in a way that only SQL reads")
    value = Decimal(bare.replace("_", ""))
    if value.adjusted() > 20:
        raise RowError(f"{text!r} is out of range")
    return int(value.to_integral_value(ROUND_HALF_UP))


def text_to_double(text: str) -> float:
    """Return the double that ``text`` writes."""
    bare = text.strip(WHITE)
    if DOUBLE.fullmatch(bare):
        return float(bare.replace("_", "").removeprefix("+"))
    word = bare.lower()
    unsigned = word.removeprefix("+").removeprefix("-")
    if unsigned in SPECIAL:
        return -SPECIAL[unsigned] if "-" in word else SPECIAL[unsigned]
    raise RowError(f"{text!r} is no number")


def text_to_date(text: str) -> date:
    """Return the date that ``text`` writes as YYYY-MM-DD, perhaps with a time behind it."""
    day, rest = split_day(text)
    if rest.strip(WHITE):
        time_of(rest, text)
    return day


def text_to_timestamp(text: str) -> datetime:
    """Return the timestamp that ``text`` writes as YYYY-MM-DD HH:MM:SS.ffffff, or as a date."""
    day, rest = split_day(text)
    return midnight(day) + time_of(rest, text) if rest else midnight(day)


def split_day(text: str) -> tuple[date, str]:
    """Return the date at the start of ``text``, and what follows it."""
    bare = text.lstrip(WHITE)
    found = DAY_FORM.match(bare)
    if not found:
        if bare[:1] in SPECIAL_STARTS:
            raise OutsideError(f"{text!r} is written in a way that only SQL reads")
        raise RowError(f"{text!r} is no date")
    return day_of(int(found[1]), int(found[3]), int(found[4]), text), bare[found.end() :]


def time_of(rest: str, text: str) -> timedelta:
    """Return the time of day that ``rest``, the end of ``text``, writes as HH:MM:SS.ffffff."""
    found = TIME_FORM.fullmatch(rest)
    if not found:
        if rest[0] in " T" and ("(" in rest or ":" in rest):
            raise OutsideError(f"{text!r} is written in a way that only SQL reads")
        raise RowError(f"{text!r} is no timestamp")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    micros = int(((found[4] or "") + "000000")[:6])
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second or micros)):
        raise RowError(f"{text!r} is no timestamp")
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)


def day_of(year: int, month: int, day: int, text: str) -> date:
    """Return the date of its parts, which stand in ``text``."""
    if not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        raise RowError(f"{text!r} is no date")
    if not 1 <= year <= 9999:
        raise OutsideError(f"{text!r} is outside the years 1 to 9999")
    return date(year, month, day)


def boolean_to_text(value: bool) -> str:
    """Return true or false as a text."""
    return "true" if value else "false"


def double_to_text(value: float) -> str:
    """Return the shortest text that reads as ``value``."""
    return repr(value)


def date_to_text(day: date) -> str:
    """Return ``day`` as YYYY-MM-DD."""
    return day.isoformat()


def timestamp_to_text(moment: datetime) -> str:
    """Return ``moment`` as YYYY-MM-DD HH:MM:SS, with a fraction where it has one."""
    text = moment.isoformat(" ")
    return text.rstrip("0") if moment.microsecond else text
