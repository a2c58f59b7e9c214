"""Dates, timestamps and intervals added to and subtracted from each other."""

from typing import Any

from sqlglot import exp

from generator.compile.compiler import Compiler, refused
from generator.compile.convert import NAME_THE_ZONE, at_midnight, quoted
from generator.compile.python_expression import ATOM, INTEGERS, SUM, PythonExpression, merged, null
from generator.sql.parsing import render

DAYS = 3_652_058
"""From the first day of year 1 to the last of 9999."""
UNITS = (("hours", 3_600_000_000), ("minutes", 60_000_000), ("seconds", 1_000_000), ("microseconds", 1))


def is_moment(code: PythonExpression) -> bool:
    """Return whether ``code`` is a date, a timestamp or an interval."""
    return code.type in ("DATE", "INTERVAL") or code.type.startswith("TIMESTAMP")


def interval(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile a constant interval, as DuckDB reads it."""
    if node.find(exp.Column):
        raise refused(f"`{quoted(node)}` is an interval that varies", "use to_days(x), to_hours(x), to_minutes(x)")
    text = render(node)
    fields = ("year", "month", "day", "hour", "minute", "microsecond")
    found = compiler.typing.values_of([f"date_part('{field}', {text})" for field in fields])
    years, months, days, hours, minutes, micros = found
    value = (12 * years + months, days, (hours * 60 + minutes) * 60_000_000 + micros)
    return PythonExpression("Interval({}, {}, {})".format(*value), "INTERVAL", const=value)


def delta(value: tuple[int, int, int]) -> str | None:
    """Return a constant interval without months as a ``timedelta``, or None."""
    months, days, micros = value
    if months:
        return None
    parts = [f"days={days}"] if days else []
    for unit, length in UNITS:
        if micros and (micros % length == 0 or unit == "microseconds"):
            parts.append(f"{unit}={micros // length}")
            break
    return f"timedelta({', '.join(parts)})" if parts else None


def add_spans(
    compiler: Compiler, left: PythonExpression, right: PythonExpression, kind: str, node: exp.Expression
) -> PythonExpression:
    """Compile ``+`` where a date, a timestamp or an interval takes part."""
    if left.type == "INTERVAL" or left.type in INTEGERS:
        left, right = right, left
    return _added(compiler, left, right, kind, node, "+")


def subtract_spans(
    compiler: Compiler, left: PythonExpression, right: PythonExpression, kind: str, node: exp.Expression
) -> PythonExpression:
    """Compile ``-`` where a date, a timestamp or an interval takes part."""
    if right.type in ("INTERVAL", *INTEGERS):
        return _added(compiler, left, right, kind, node, "-")
    if "TIMESTAMP WITH TIME ZONE" in (left.type, right.type):
        raise refused(f"`{quoted(node)}` depends on the time zone of the session", "use epoch(a) - epoch(b)")
    if kind == "BIGINT":
        left, right = compiler.settled(left), compiler.settled(right)
        return PythonExpression(
            f"({left.at(SUM)} - {right.at(SUM + 1)}).days", kind, merged([left, right]), ATOM, -DAYS, DAYS
        )
    sides = [at_midnight(compiler, side) if side.type == "DATE" else side for side in (left, right)]
    if kind == "INTERVAL" and all(side.type == "TIMESTAMP" for side in sides):
        return compiler.strict("interval_between({0}, {1})", sides, kind)
    raise refused(f"`{quoted(node)}` is {kind}, which cannot be compiled for serving", "use date_diff('hour', a, b)")


def _added(
    compiler: Compiler, start: PythonExpression, by: PythonExpression, kind: str, node: exp.Expression, sign: str
) -> PythonExpression:
    """Return ``start`` moved by days or by an interval."""
    if start.is_null or by.is_null:
        return null(kind)
    start, by = compiler.settled(start), compiler.settled(by)
    if start.type == "INTERVAL" and by.type == "INTERVAL":
        return compiler.strict(f"{'add' if sign == '+' else 'subtract'}_intervals({{0}}, {{1}})", [start, by], kind)
    if kind == "DATE" and start.type == "DATE" and by.type in INTEGERS:
        if by.is_constant and 0 <= by.const <= DAYS:
            return PythonExpression(f"{start.at(SUM)} {sign} timedelta(days={by.const})", kind, start.guards, SUM)
        return compiler.strict(f"add_days({{0}}, {'-' if sign == '-' else ''}{{1.atom}})", [start, by], kind)
    if start.type == "TIMESTAMP WITH TIME ZONE":
        raise refused(f"`{quoted(node)}` depends on the time zone of the session", NAME_THE_ZONE)
    if kind != "TIMESTAMP" or by.type != "INTERVAL" or start.type not in ("DATE", "TIMESTAMP"):
        raise refused(
            f"`{quoted(node)}` is {kind}, which cannot be compiled for serving", "add an interval to a timestamp"
        )
    start = at_midnight(compiler, start) if start.type == "DATE" else start
    return _shifted(compiler, start, by, sign)


def _shifted(compiler: Compiler, start: PythonExpression, by: PythonExpression, sign: str) -> PythonExpression:
    constant: Any = by.const if by.is_constant else None
    simple = delta(constant) if constant is not None else None
    if simple is not None and min(constant) >= 0:
        return PythonExpression(f"{start.at(SUM)} {sign} {simple}", "TIMESTAMP", start.guards, SUM)
    return compiler.strict(f"{'later' if sign == '+' else 'earlier'}({{0}}, {{1}})", [start, by], "TIMESTAMP")
