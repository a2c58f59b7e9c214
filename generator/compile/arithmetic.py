"""`+ - * / // %` and the minus sign on numbers; on dates and intervals they are in :mod:`generator.compile.spans`."""

import math
from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import as_double, quoted
from generator.compile.python_expression import (
    ATOM,
    INTEGERS,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Bound,
    PythonExpression,
    constant,
    merged,
    null,
)
from generator.compile.spans import add_spans, is_moment, subtract_spans
from generator.sql.parsing import SqlError

LARGE = 1e300
"""Doubles within this bound are finite, and so are the sums and products of a few of them."""
CHECKS = {"TINYINT": "tinyint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint"}


def refused_type(node: exp.Expression, kind: str) -> SqlError:
    """Return the error for a number of a type that is not compiled."""
    return refused(
        f"`{quoted(node)}` is {kind}, which cannot be compiled for serving", "cast its parts to DOUBLE or BIGINT"
    )


def checked(
    text: str, rank: int, kind: str, codes: list[PythonExpression], bounds: tuple[Bound, Bound]
) -> PythonExpression:
    """Return integer ``text``, with a check where it may leave the range of ``kind``."""
    (low, high), (least, most) = bounds, INTEGERS[kind]
    if least <= low and high <= most:
        return PythonExpression(text, kind, merged(codes), rank, low, high)
    return PythonExpression(f"{CHECKS[kind]}({text})", kind, merged(codes), ATOM, least, most)


def corners(
    left: PythonExpression, right: PythonExpression, apply: Callable[[Bound, Bound], Bound]
) -> tuple[Bound, Bound] | None:
    """Return the least and the largest that ``apply`` gives within the bounds of both, or None without bounds."""
    if left.low is None or left.high is None or right.low is None or right.high is None:
        return None
    found = [apply(x, y) for x in (left.low, left.high) for y in (right.low, right.high)]
    return min(found), max(found)


ANYTHING = (-math.inf, math.inf)
"""The bounds of an integer of which nothing is known."""


def infix(
    sign: str, rank: int, apply: Callable[[Bound, Bound], Bound]
) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how ``+``, ``-`` or ``*`` is compiled."""

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        left, right, kind = compiler.code(node.this), compiler.code(node.expression), compiler.type(node)
        if left.is_null or right.is_null:
            return null(kind)
        if is_moment(left) or is_moment(right):
            if sign == "+":
                return add_spans(compiler, left, right, kind, node)
            if sign == "-":
                return subtract_spans(compiler, left, right, kind, node)
            raise refused(
                f"`{quoted(node)}` multiplies an interval",
                "use to_days(x), to_hours(x), to_minutes(x) or to_seconds(x)",
            )
        if kind not in CHECKS and kind != "DOUBLE":
            raise refused_type(node, kind)
        left, right = compiler.settled(left), compiler.settled(right)
        if kind == "DOUBLE":
            left, right = as_double(left, inside=True), as_double(right, inside=True)
        text = f"{left.at(rank)} {sign} {right.at(rank + 1)}"
        bounds = corners(left, right, apply)
        if kind in CHECKS:
            return checked(text, rank, kind, [left, right], bounds or ANYTHING)
        return finite(PythonExpression(text, kind, merged([left, right]), rank), bounds)

    return compile_


def finite(code: PythonExpression, bounds: tuple[Bound, Bound] | None) -> PythonExpression:
    """Return ``code`` with ``bounds`` where they show that it is finite."""
    if bounds is None or not (bounds[0] > -LARGE and bounds[1] < LARGE):
        return code
    return code.bounded(*bounds)


def divide(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile ``/``, which is the division of doubles."""
    left, right, kind = compiler.settled(node.this), compiler.settled(node.expression), compiler.type(node)
    if left.is_null or right.is_null:
        return null(kind)
    if kind != "DOUBLE":
        raise refused_type(node, kind)
    if right.low is not None and right.high is not None and (right.low > 0 or right.high < 0):
        left, right = as_double(left, inside=True), as_double(right, inside=True)
        code = PythonExpression(f"{left.at(PRODUCT)} / {right.at(SIGN)}", kind, merged([left, right]), PRODUCT)
        return finite(code, corners(left, right, lambda x, y: x / y) if abs(right.low or 0) >= 1 else None)
    return compiler.strict("divide({0}, {1})", [as_double(left), as_double(right)], kind)


def divide_whole(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile ``//``: towards zero for integers, and like ``/`` for doubles, but an error for a zero divisor."""
    left, right, kind = compiler.settled(node.this), compiler.settled(node.expression), compiler.type(node)
    if left.is_null or right.is_null:
        return null(kind)
    if kind == "DOUBLE":
        return compiler.strict("divide_strictly({0}, {1})", [as_double(left), as_double(right)], kind)
    if kind not in CHECKS:
        raise refused_type(node, kind)
    if right.is_constant and right.const > 0 and left.low is not None and left.high is not None:
        bounds = (_toward_zero(left.low, right.const), _toward_zero(left.high, right.const))
        if left.low >= 0:
            text = f"{left.at(PRODUCT)} // {right}"
            return PythonExpression(text, kind, merged([left, right]), PRODUCT, *bounds)
        return compiler.strict("quotient({0}, {1})", [left, right], kind, ATOM, *bounds)
    return _within(compiler.strict("quotient({0}, {1})", [left, right], kind), kind, left, right)


def remainder(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile ``%``, whose result has the sign of the dividend."""
    left, right, kind = compiler.settled(node.this), compiler.settled(node.expression), compiler.type(node)
    if left.is_null or right.is_null:
        return null(kind)
    if kind == "DOUBLE":
        return compiler.strict("float_remainder({0}, {1})", [as_double(left), as_double(right)], kind)
    if kind not in CHECKS:
        raise refused_type(node, kind)
    if right.is_constant and right.const > 0 and left.low is not None and left.high is not None:
        most = right.const - 1
        if left.low >= 0:
            text = f"{left.at(PRODUCT)} % {right}"
            return PythonExpression(text, kind, merged([left, right]), PRODUCT, 0, min(most, left.high))
        return compiler.strict("remainder({0}, {1})", [left, right], kind, ATOM, -most, most)
    return _within(compiler.strict("remainder({0}, {1})", [left, right], kind), kind, left, right)


def _within(code: PythonExpression, kind: str, left: PythonExpression, right: PythonExpression) -> PythonExpression:
    """Return a quotient with a check for the one case in which it overflows: the least integer by -1."""
    least, most = INTEGERS[kind]
    if (left.low is not None and left.low > least) or (right.low is not None and right.low > -1):
        return code
    if code.text.startswith("remainder"):
        return replace(code, text=f"{code.text[:-1]}, {least})")
    return replace(code, text=f"{CHECKS[kind]}({code.text})", low=least, high=most)


def _toward_zero(value: Bound, divisor: int) -> int:
    quotient = abs(int(value)) // divisor
    return quotient if value >= 0 else -quotient


def negate(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile the minus sign."""
    code, kind = compiler.settled(compiler.code(node.this)), compiler.type(node)
    if code.is_null:
        return null(kind)
    if code.is_constant and isinstance(code.const, int | float) and kind in (*CHECKS, "DOUBLE", *_decimals(kind)):
        return constant(-code.const, code.type if _decimals(kind) else kind)
    if kind == "DOUBLE":
        low, high = (None if bound is None else -bound for bound in (code.high, code.low))
        return PythonExpression(f"-{code.at(POWER)}", kind, code.guards, SIGN, low, high)
    if kind not in CHECKS or code.low is None or code.high is None:
        raise refused_type(node, kind)
    return checked(f"-{code.at(POWER)}", SIGN, kind, [code], (-code.high, -code.low))


def _decimals(kind: str) -> tuple[str, ...]:
    return (kind,) if kind.startswith("DECIMAL") else ()


GROUP = "arithmetic"
NUMBERS = ("{int}", "{double}")
ENTRIES = (
    Entry(
        GROUP,
        "+",
        (
            "{int} + {int} -> int",
            "{double} + {number} -> double",
            "{number} + {double} -> double",
            "{date} + {days} -> date",
            "{moment} + {interval} -> timestamp",
            "{interval} + {interval} -> interval",
        ),
        infix("+", SUM, lambda x, y: x + y),
        "integers that overflow are an error",
    ),
    Entry(
        GROUP,
        "-",
        (
            "{int} - {int} -> int",
            "{double} - {number} -> double",
            "{number} - {double} -> double",
            "{date} - {days} -> date",
            "{moment} - {interval} -> timestamp",
            "{date} - {date} -> int",
            "{timestamp} - {moment} -> interval",
            "{interval} - {interval} -> interval",
        ),
        infix("-", SUM, lambda x, y: x - y),
        "integers that overflow are an error; dates give days, timestamps an interval",
    ),
    Entry(
        GROUP,
        "*",
        ("{int} * {int} -> int", "{double} * {number} -> double", "{number} * {double} -> double"),
        infix("*", PRODUCT, lambda x, y: x * y),
        "integers that overflow are an error",
    ),
    Entry(
        GROUP,
        "/",
        ("{number} / {number} -> double",),
        divide,
        "always of doubles; by zero: inf, -inf or NaN",
    ),
    Entry(
        GROUP,
        "//",
        ("{int} // {int} -> int", "{double} // {number} -> double"),
        divide_whole,
        "integers: towards zero; doubles: not rounded; by zero: an error",
    ),
    Entry(
        GROUP,
        "%",
        ("{int} % {int} -> int", "{double} % {number} -> double"),
        remainder,
        "the sign of the dividend; by zero: an error for integers, NaN for doubles",
    ),
    Entry(GROUP, "unary -", ("(- {int}) -> int", "(- {double}) -> double"), negate),
)
