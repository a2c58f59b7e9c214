"""Functions that make dates, timestamps and intervals, or move them from zone to zone."""

from collections.abc import Callable
from functools import cache
from zoneinfo import available_timezones

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import NAME_THE_ZONE, as_double, quoted
from generator.compile.dates import GROUP, ZONED
from generator.compile.nodes import arguments
from generator.compile.python_expression import INTEGERS, PythonExpression
from generator.compile.spans import interval

CONSTRUCTORS = {
    "to_years": "make_interval({0.atom} * 12, 0, 0)",
    "to_months": "make_interval({0}, 0, 0)",
    "to_weeks": "make_interval(0, {0.atom} * 7, 0)",
    "to_days": "make_interval(0, {0}, 0)",
    "to_hours": "make_interval(0, 0, {0.atom} * 3_600_000_000)",
    "to_minutes": "make_interval(0, 0, {0.atom} * 60_000_000)",
}


def last_day(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile last_day, the last day of the month."""
    code = compiler.settled(arguments(node)[0])
    if code.type not in ("DATE", "TIMESTAMP"):
        raise refused(f"`{quoted(node)}` of {code.type} cannot be compiled for serving", NAME_THE_ZONE)
    return compiler.strict("last_day({0})", [code], "DATE")


def make_date(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile make_date of a year, a month and a day."""
    codes = [compiler.settled(item) for item in arguments(node)]
    if len(codes) != 3 or any(code.type not in INTEGERS and not code.is_null for code in codes):
        raise refused(f"`{quoted(node)}` cannot be compiled for serving", "use make_date(year, month, day)")
    return compiler.strict("make_date({0}, {1}, {2})", codes, "DATE")


def make_timestamp(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile make_timestamp of six parts."""
    codes = [compiler.settled(item) for item in arguments(node)]
    if len(codes) != 6 or any(code.type not in INTEGERS and not code.is_null for code in codes[:5]):
        raise refused(
            f"`{quoted(node)}` cannot be compiled", "use make_timestamp(year, month, day, hour, minute, second)"
        )
    call = "make_timestamp({0}, {1}, {2}, {3}, {4}, {5})"
    return compiler.strict(call, [*codes[:5], as_double(codes[5])], "TIMESTAMP")


def constructor(name: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how to_days(x) and the like are compiled."""

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        code = compiler.settled(arguments(node)[0])
        if name == "to_seconds":
            return compiler.strict("seconds_interval({0})", [as_double(code)], "INTERVAL")
        if code.type not in INTEGERS and not code.is_null:
            raise refused(f"`{quoted(node)}` of {code.type} cannot be compiled for serving", "give a whole number")
        return compiler.strict(CONSTRUCTORS[name], [code], "INTERVAL")

    return compile_


def at_zone(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile AT TIME ZONE and timezone(zone, x) with a constant zone."""
    zone, operand = arguments(node)
    if not (isinstance(zone, exp.Literal) and zone.is_string):
        raise refused(
            f"`{quoted(node)}`: the time zone varies", "write it as a text, as in AT TIME ZONE 'Europe/Berlin'"
        )
    name, code = zone_name(str(zone.this), node), compiler.settled(operand)
    if name == "UTC" and code.type in (ZONED, "TIMESTAMP"):
        to = ("None", "TIMESTAMP") if code.type == ZONED else ("UTC", ZONED)
        return compiler.strict(f"{{0.atom}}.replace(tzinfo={to[0]})", [code], to[1])
    if code.type == ZONED:
        return compiler.strict(f"to_zone({{0}}, {name!r})", [code], "TIMESTAMP")
    if code.type == "TIMESTAMP":
        return compiler.strict(f"from_zone({{0}}, {name!r})", [code], ZONED)
    raise refused(f"`{quoted(node)}` of {code.type} cannot be compiled for serving", "cast it to TIMESTAMP")


def zone_name(name: str, node: exp.Expression) -> str:
    """Return the time zone ``name`` as the time zone database spells it."""
    spelt = zones()
    if name.lower() not in spelt or name.lower() == "localtime":
        raise refused(f"`{quoted(node)}`: no time zone '{name}'", "use a name such as 'Europe/Berlin'")
    return spelt[name.lower()]


@cache
def zones() -> dict[str, str]:
    """Return the names of all time zones under their small letters."""
    return {zone.lower(): zone for zone in available_timezones()}


ENTRIES = (
    Entry(GROUP, "last_day", ("last_day({moment}) -> date",), last_day),
    Entry(
        GROUP,
        "make_date",
        ("make_date({year}, {small}, {small}) -> date", "make_date({year}, 2, 29) -> date"),
        make_date,
    ),
    Entry(
        GROUP,
        "make_timestamp",
        (
            "make_timestamp({year}, 2, {small}, {small}, 59, {double}) -> timestamp",
            "make_timestamp({year}, 12, 31, 23, {small}, 59.5e0) -> timestamp",
        ),
        make_timestamp,
    ),
    Entry(
        GROUP,
        "interval",
        (
            "INTERVAL '{1|2|30|0}' {HOUR|DAY|MONTH|YEAR|MINUTE|SECOND} -> interval",
            "INTERVAL '1 year 2 months 3 days' -> interval",
            "INTERVAL '-90 minutes' -> interval",
            "INTERVAL '1.5 seconds' -> interval",
            "INTERVAL '1 day 2 hours' -> interval",
        ),
        interval,
        "a constant",
    ),
    *(
        Entry(GROUP, name, (f"{name}({{small}}) -> interval",), constructor(name))
        for name in (*CONSTRUCTORS, "to_seconds")
    ),
    Entry(
        GROUP,
        "timezone",
        (
            "{timestamp} AT TIME ZONE '{zone}' -> stamp",
            "{stamp} AT TIME ZONE '{zone}' -> timestamp",
            "timezone('{zone}', {stamp}) -> timestamp",
        ),
        at_zone,
        "an hour that occurs twice is the later one; a skipped one is read by the offset before",
    ),
)
