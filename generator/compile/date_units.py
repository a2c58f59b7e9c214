"""The parts and units of dates, timestamps and intervals: how Python reads each, and its bounds."""

from generator.compile.python_expression import ATOM, PRODUCT

PARTS: dict[str, tuple[str, str, int, int, int]] = {
    # of a timestamp, of a date, how tightly both bind, bounds
    "year": ("{0.atom}.year", "{0.atom}.year", ATOM, 1, 9999),
    "quarter": ("({0.atom}.month + 2) // 3", "({0.atom}.month + 2) // 3", PRODUCT, 1, 4),
    "month": ("{0.atom}.month", "{0.atom}.month", ATOM, 1, 12),
    "day": ("{0.atom}.day", "{0.atom}.day", ATOM, 1, 31),
    "hour": ("{0.atom}.hour", "", ATOM, 0, 23),
    "minute": ("{0.atom}.minute", "", ATOM, 0, 59),
    "second": ("{0.atom}.second", "", ATOM, 0, 59),
    "millisecond": ("milliseconds({0})", "", ATOM, 0, 59_999),
    "microsecond": ("microseconds({0})", "", ATOM, 0, 59_999_999),
    "dow": ("{0.atom}.isoweekday() % 7", "{0.atom}.isoweekday() % 7", PRODUCT, 0, 6),
    "isodow": ("{0.atom}.isoweekday()", "{0.atom}.isoweekday()", ATOM, 1, 7),
    "doy": ("day_of_year({0})", "day_of_year({0})", ATOM, 1, 366),
    "week": ("iso_week({0})", "iso_week({0})", ATOM, 1, 53),
    "isoyear": ("iso_year({0})", "iso_year({0})", ATOM, 0, 9999),
    "decade": ("{0.atom}.year // 10", "{0.atom}.year // 10", PRODUCT, 0, 999),
    "century": ("({0.atom}.year + 99) // 100", "({0.atom}.year + 99) // 100", PRODUCT, 1, 100),
}
OF_INTERVALS = {
    "year": "quotient({0.atom}.months, 12)",
    "month": "remainder({0.atom}.months, 12)",
    "day": "{0.atom}.days",
    "hour": "interval_part({0}, 3_600_000_000, 0)",
    "minute": "interval_part({0}, 60_000_000, 3_600_000_000)",
    "second": "interval_part({0}, 1_000_000, 60_000_000)",
}
ALIASES = {
    "dayofweek": "dow",
    "weekday": "dow",
    "dayofyear": "doy",
    "dayofmonth": "day",
    "weekofyear": "week",
    "milliseconds": "millisecond",
    "microseconds": "microsecond",
    "century": "century",
    "centuries": "century",
}
NAMED = (
    "year",
    "quarter",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "dayofweek",
    "weekday",
    "isodow",
    "dayofyear",
    "dayofmonth",
    "week",
    "weekofyear",
    "isoyear",
    "decade",
    "century",
)
TRUNCATED = {
    "year": "{0}.replace(month=1, day=1{1})",
    "month": "{0}.replace(day=1{1})",
    "day": "{0}.replace({1})",
    "hour": "{0}.replace(minute=0, second=0, microsecond=0)",
    "minute": "{0}.replace(second=0, microsecond=0)",
    "second": "{0}.replace(microsecond=0)",
}
STARTS = {
    "quarter": "quarter_start({0})",
    "week": "week_start({0})",
    "isoyear": "iso_year_start({0})",
    "decade": "years_start({0}, 10)",
    "century": "years_start({0}, 100)",
}
DIFFERENCES = {
    "year": "{1.atom}.year - {0.atom}.year",
    "quarter": "quarters_between({0}, {1})",
    "month": "months_between({0}, {1})",
    "week": "weeks_between({0}, {1})",
    "day": "days_between({0}, {1})",
    "decade": "{1.atom}.year // 10 - {0.atom}.year // 10",
    "isoyear": "iso_year({1}) - iso_year({0})",
    "century": "{1.atom}.year // 100 - {0.atom}.year // 100",
}
TICKS = {"hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000, "millisecond": 1_000, "microsecond": 1}
