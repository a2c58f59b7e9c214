"""Dates, timestamps and intervals as SQL computes them, within the years 1 to 9999."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from generator.compile.runtime_numbers import OutsideError, RowError, quotient, remainder

EPOCH = datetime(1970, 1, 1)
DAY = 86_400_000_000
"""Microseconds in a day."""


class Interval(NamedTuple):
    """A span of time in months, days and microseconds, which are kept apart."""

    months: int
    days: int
    micros: int


def midnight(day: date) -> datetime:
    """Return the first moment of ``day``."""
    return datetime(day.year, day.month, day.day)


def micros_of(moment: datetime) -> int:
    """Return the microseconds from 1970 to ``moment``."""
    span = moment.replace(tzinfo=None) - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def epoch(moment: datetime) -> float:
    """Return the seconds from 1970 to ``moment``."""
    return micros_of(moment) / 1_000_000


def epoch_ms(moment: datetime) -> int:
    """Return the milliseconds from 1970 to ``moment``, rounded half away from zero."""
    micros = micros_of(moment)
    return (micros + 500) // 1_000 if micros >= 0 else -((500 - micros) // 1_000)


def day_of_year(day: date) -> int:
    """Return the day of the year, 1 to 366."""
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def iso_week(day: date) -> int:
    """Return the number of the week, 1 to 53, by ISO 8601."""
    return day.isocalendar().week


def iso_year(day: date) -> int:
    """Return the year that the week belongs to, by ISO 8601."""
    return day.isocalendar().year


def last_day(day: date) -> date:
    """Return the last day of the month."""
    return date(day.year, day.month, days_in_month(day.year, day.month))


def days_in_month(year: int, month: int) -> int:
    """Return the number of days in a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def week_start(day: date) -> datetime:
    """Return the first moment of the week, which begins on Monday."""
    try:
        return midnight(day) - timedelta(days=day.weekday())
    except OverflowError as error:
        raise OutsideError(f"the week of {day} is outside the years 1 to 9999") from error


def quarter_start(day: date) -> datetime:
    """Return the first moment of the quarter."""
    return datetime(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def iso_year_start(day: date) -> datetime:
    """Return the first moment of the year by ISO 8601, which begins with a week."""
    return week_start(date(iso_year(day), 1, 4))


def years_start(day: date, years: int) -> datetime:
    """Return the first moment of a decade or century: of the year that ``years`` divides."""
    year = day.year // years * years
    if not year:
        raise OutsideError(f"the {years} years of {day} are outside the years 1 to 9999")
    return datetime(year, 1, 1)


def steps_between(start: datetime, end: datetime, micros: int) -> int:
    """Return how often a clock that ticks every ``micros`` microseconds ticks from ``start`` to ``end``."""
    return micros_of(end) // micros - micros_of(start) // micros


def months_between(start: date, end: date) -> int:
    """Return the number of firsts of a month from ``start`` to ``end``."""
    return (end.year - start.year) * 12 + end.month - start.month


def quarters_between(start: date, end: date) -> int:
    """Return the number of firsts of a quarter from ``start`` to ``end``."""
    return (end.year - start.year) * 4 + (end.month - 1) // 3 - (start.month - 1) // 3


def days_between(start: date, end: date) -> int:
    """Return the number of midnights from ``start`` to ``end``."""
    return end.toordinal() - start.toordinal()


def weeks_between(start: date, end: date) -> int:
    """Return the number of whole weeks from ``start`` to ``end``."""
    return quotient(days_between(start, end), 7)


def add_days(day: date, days: int) -> date:
    """Return ``day`` moved by ``days``."""
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise OutsideError(f"{day} moved by {days} days is outside the years 1 to 9999") from error


def make_date(year: int, month: int, day: int) -> date:
    """Return the date of a year, a month and a day."""
    if not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        raise RowError(f"{year}-{month}-{day} is no date")
    if not 1 <= year <= 9999:
        raise OutsideError(f"{year}-{month}-{day} is outside the years 1 to 9999")
    return date(year, month, day)


def make_timestamp(year: int, month: int, day: int, hour: int, minute: int, second: float) -> datetime:
    """Return the timestamp of its parts; 24:00 and seconds that round to 60 belong to what follows."""
    start = midnight(make_date(year, month, day))
    whole = round(second) if abs(second) < 2**31 else -1
    micros = whole * 1_000_000 + round((second - whole) * 1_000_000) if whole >= 0 else -1
    is_time = 0 <= hour <= 24 and 0 <= minute < 60 and whole <= 60 and micros >= 0
    if not is_time or (hour * 60 + minute) * 60_000_000 + micros > 86_400_000_000:
        raise RowError(f"{hour}:{minute}:{second} is no time of day")
    return later(start, Interval(0, 0, (hour * 60 + minute) * 60_000_000 + micros))


def later(moment: datetime, by: Interval) -> datetime:
    """Return ``moment`` plus ``by``: months first, up to the last day of a shorter one, then days and time."""
    try:
        if by.months:
            months = moment.year * 12 + moment.month - 1 + by.months
            year, month = months // 12, months % 12 + 1
            moment = moment.replace(year=year, month=month, day=min(moment.day, days_in_month(year, month)))
        return moment + timedelta(days=by.days, microseconds=by.micros)
    except (OverflowError, ValueError) as error:
        raise OutsideError(f"{moment} moved by {by} is outside the years 1 to 9999") from error


def earlier(moment: datetime, by: Interval) -> datetime:
    """Return ``moment`` minus ``by``."""
    return later(moment, Interval(-by.months, -by.days, -by.micros))


def interval_between(end: datetime, start: datetime) -> Interval:
    """Return ``end`` minus ``start`` in days and microseconds of one sign."""
    micros = micros_of(end) - micros_of(start)
    return Interval(0, quotient(micros, DAY), remainder(micros, DAY))


def make_interval(months: int, days: int, micros: int) -> Interval:
    """Return an interval, whose parts have to fit into 32, 32 and 64 bits."""
    if not (-(2**31) <= months < 2**31 and -(2**31) <= days < 2**31 and -(2**63) <= micros < 2**63):
        raise RowError("an interval is out of range")
    return Interval(months, days, micros)


def seconds_interval(seconds: float) -> Interval:
    """Return ``seconds`` as an interval."""
    if not abs(seconds) < 9e12:
        raise RowError(f"{seconds} seconds are out of range for an interval")
    return make_interval(0, 0, round(seconds * 1_000_000))


def add_intervals(left: Interval, right: Interval) -> Interval:
    """Return the sum of both."""
    return make_interval(left.months + right.months, left.days + right.days, left.micros + right.micros)


def subtract_intervals(left: Interval, right: Interval) -> Interval:
    """Return the difference of both."""
    return make_interval(left.months - right.months, left.days - right.days, left.micros - right.micros)


def length_of(span: Interval) -> int:
    """Return a length to compare intervals by, in microseconds: months have 30 days."""
    return (span.months * 30 + span.days) * DAY + span.micros


def interval_seconds(span: Interval) -> float:
    """Return the seconds in ``span``: years have 365.25 days, months 30."""
    years, months = quotient(span.months, 12), remainder(span.months, 12)
    return (years * 365.25 + months * 30 + span.days) * 86_400 + span.micros / 1_000_000


def interval_part(span: Interval, micros: int, cycle: int) -> int:
    """Return how many times ``micros`` microseconds the time of ``span`` holds, beyond whole cycles of ``cycle``."""
    return quotient(remainder(span.micros, cycle) if cycle else span.micros, micros)


def milliseconds(moment: datetime) -> int:
    """Return the milliseconds of the minute."""
    return moment.second * 1_000 + moment.microsecond // 1_000


def microseconds(moment: datetime) -> int:
    """Return the microseconds of the minute."""
    return moment.second * 1_000_000 + moment.microsecond
