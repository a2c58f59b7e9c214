"""Functions of dates, timestamps and intervals."""

from collections.abc import Callable

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import NAME_THE_ZONE, at_midnight, implicit, quoted
from generator.compile.date_units import ALIASES, DIFFERENCES, NAMED, OF_INTERVALS, PARTS, STARTS, TICKS, TRUNCATED
from generator.compile.nodes import arguments
from generator.compile.python_expression import ATOM, PRODUCT, SUM, PythonExpression, null

GROUP = "dates and times"
ZONED = "TIMESTAMP WITH TIME ZONE"


def unit_of(node: exp.Expression, argument: exp.Expression, known: tuple[str, ...]) -> str:
    """Return the unit that ``argument`` names, in the singular."""
    if not isinstance(argument, exp.Literal | exp.Var) or (
        isinstance(argument, exp.Literal) and not argument.is_string
    ):
        raise refused(f"`{quoted(node)}`: the unit varies", "write it as a text, as in 'hour'")
    name = str(argument.this).lower()
    name = ALIASES.get(name, name.removesuffix("s") if name.removesuffix("s") in known else name)
    if name not in known:
        raise refused(f"`{quoted(node)}`: '{name}' cannot be compiled for serving", f"use one of {', '.join(known)}")
    return name


def part(compiler: Compiler, node: exp.Expression, name: str, operand: exp.Expression) -> PythonExpression:
    """Return one part of a date, a timestamp or an interval."""
    code = compiler.settled(operand)
    if code.is_null:
        return null(compiler.type(node))
    if name == "epoch":
        return epoch_of(compiler, code, node)
    if code.type == ZONED:
        raise refused(f"`{quoted(node)}` depends on the time zone of the session", NAME_THE_ZONE)
    if code.type == "INTERVAL" and name in OF_INTERVALS:
        return compiler.strict(OF_INTERVALS[name], [code], "BIGINT", ATOM, -(2**62), 2**62)
    if code.type not in ("DATE", "TIMESTAMP") or name not in PARTS:
        raise refused(f"`{quoted(node)}`: '{name}' of {code.type} cannot be compiled", f"use one of {', '.join(PARTS)}")
    of_timestamp, of_date, rank, low, high = PARTS[name]
    if code.type == "DATE" and not of_date:
        # What computes the date may be an error, and so has to be computed.
        return compiler.strict("0" if code.is_name else "{0.atom}.day * 0", [code], "BIGINT", PRODUCT, 0, 0)
    return compiler.strict(of_timestamp if code.type == "TIMESTAMP" else of_date, [code], "BIGINT", rank, low, high)


def epoch_of(compiler: Compiler, code: PythonExpression, node: exp.Expression) -> PythonExpression:
    """Return the seconds since 1970, or of an interval."""
    if code.type == "INTERVAL":
        return compiler.strict("interval_seconds({0})", [code], "DOUBLE", ATOM, -1e15, 1e15)
    if code.type not in ("DATE", "TIMESTAMP", ZONED):
        raise refused(
            f"`{quoted(node)}` of {code.type} cannot be compiled for serving", "use it on a date or timestamp"
        )
    code = at_midnight(compiler, code) if code.type == "DATE" else code
    return compiler.strict("epoch({0})", [code], "DOUBLE", ATOM, -1e12, 1e12)


def extract(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile extract: one part of a date, a timestamp or an interval."""
    known = (*PARTS, "epoch")
    return part(compiler, node, unit_of(node, node.this, known), node.expression)


def date_part(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile date_part, which is extract as a function."""
    unit, operand = arguments(node)
    return part(compiler, node, unit_of(node, unit, (*PARTS, "epoch")), operand)


def named_part(name: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how year(x), hour(x) and the like are compiled."""
    return lambda compiler, node: part(compiler, node, ALIASES.get(name, name), arguments(node)[0])


def epoch_ms(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile epoch_ms of a date or timestamp."""
    code = compiler.settled(arguments(node)[0])
    if code.type not in ("DATE", "TIMESTAMP", ZONED):
        raise refused(f"`{quoted(node)}` of {code.type} cannot be compiled for serving", "use make_timestamp(...)")
    code = at_midnight(compiler, code) if code.type == "DATE" else code
    return compiler.strict("epoch_ms({0})", [code], "BIGINT", ATOM, -(10**15), 10**15)


def date_trunc(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile date_trunc, which gives a timestamp."""
    unit, operand = arguments(node)
    name = unit_of(node, unit, (*TRUNCATED, *STARTS))
    code = compiler.settled(operand)
    if code.type not in ("DATE", "TIMESTAMP"):
        hint = NAME_THE_ZONE if code.type == ZONED else "use it on a date or timestamp"
        raise refused(f"`{quoted(node)}` of {code.type} cannot be compiled for serving", hint)
    if name in STARTS:
        return compiler.strict(STARTS[name], [code], "TIMESTAMP")
    if code.type == "DATE":
        start = at_midnight(compiler, code)
        template = {"year": "{0.atom}.replace(month=1, day=1)", "month": "{0.atom}.replace(day=1)"}.get(name)
        return compiler.strict(template, [start], "TIMESTAMP") if template else start
    time = "hour=0, minute=0, second=0, microsecond=0"
    template = TRUNCATED[name].format("{0.atom}", time if name == "day" else f", {time}")
    return compiler.strict(template, [code], "TIMESTAMP")


def date_diff(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile date_diff, which counts the boundaries between two times."""
    unit, *operands = arguments(node)
    name = unit_of(node, unit, (*DIFFERENCES, *TICKS))
    codes = [implicit(compiler, compiler.code(item), _moment_type(compiler, item), node) for item in operands]
    if any(code.type not in ("DATE", "TIMESTAMP") and not code.is_null for code in codes):
        hint = NAME_THE_ZONE if any(code.type == ZONED for code in codes) else "use it on dates or timestamps"
        raise refused(f"`{quoted(node)}` cannot be compiled for serving", hint)
    if name in TICKS:
        codes = [at_midnight(compiler, code) if code.type == "DATE" else code for code in codes]
        return compiler.strict(
            f"steps_between({{0}}, {{1}}, {TICKS[name]:_})", codes, "BIGINT", ATOM, -(10**18), 10**18
        )
    rank = SUM if " - " in DIFFERENCES[name] else ATOM
    return compiler.strict(DIFFERENCES[name], codes, "BIGINT", rank, -4_000_000, 4_000_000)


def _moment_type(compiler: Compiler, node: exp.Expression) -> str:
    kind = compiler.type(node)
    return "TIMESTAMP" if kind == "VARCHAR" else kind


UNIT_CHOICE = "|".join(PARTS)
ENTRIES = (
    Entry(
        GROUP,
        "extract",
        (
            f"extract({{{UNIT_CHOICE}}} FROM {{timestamp}}) -> int",
            f"extract({{{UNIT_CHOICE}}} FROM {{date}}) -> int",
            "extract(epoch FROM {moment}) -> double",
            f"extract({{{'|'.join(OF_INTERVALS)}}} FROM {{interval}}) -> int",
        ),
        extract,
        "of a date, the hour and what is smaller is 0",
    ),
    Entry(GROUP, "date_part", (f"date_part('{{{UNIT_CHOICE}}}', {{moment}}) -> int",), date_part),
    *(Entry(GROUP, name, (f"{name}({{moment}}) -> int",), named_part(name)) for name in NAMED),
    Entry(
        GROUP,
        "epoch",
        ("epoch({moment}) -> double", "epoch({interval}) -> double", "epoch({stamp}) -> double"),
        named_part("epoch"),
        "seconds since 1970, or of an interval",
    ),
    Entry(
        GROUP,
        "epoch_ms",
        ("epoch_ms({moment}) -> int", "epoch_ms({stamp}) -> int"),
        epoch_ms,
        "milliseconds since 1970",
    ),
    Entry(
        GROUP,
        "date_trunc",
        (f"date_trunc('{{{'|'.join((*TRUNCATED, *STARTS))}}}', {{moment}}) -> timestamp",),
        date_trunc,
        "a timestamp, of a date too",
    ),
    Entry(
        GROUP,
        "date_diff",
        (
            f"date_diff('{{{'|'.join((*DIFFERENCES, *TICKS))}}}', {{moment}}, {{moment}}) -> int",
            "datediff('day', {date}, {date}) -> int",
        ),
        date_diff,
        "the boundaries between two times",
    ),
)
