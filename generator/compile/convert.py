"""Conversions from type to type: those that DuckDB makes by itself, and CAST and TRY_CAST."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.python_expression import ATOM, EXACT, INTEGERS, PythonExpression, constant, null, whole
from generator.errors import excerpt
from generator.sql.parsing import literal, render

FROM_TEXT = {
    "BOOLEAN": "text_to_boolean",
    "TINYINT": "text_to_tinyint",
    "SMALLINT": "text_to_smallint",
    "INTEGER": "text_to_integer",
    "BIGINT": "text_to_bigint",
    "DOUBLE": "text_to_double",
    "DATE": "text_to_date",
    "TIMESTAMP": "text_to_timestamp",
}
TO_TEXT = {
    "BOOLEAN": "boolean_to_text",
    "DOUBLE": "double_to_text",
    "DATE": "date_to_text",
    "TIMESTAMP": "timestamp_to_text",
} | dict.fromkeys(INTEGERS, "str")
NAME_THE_ZONE = "name the time zone, as in x AT TIME ZONE 'UTC'"


def quoted(node: exp.Expression) -> str:
    """Return ``node`` as SQL that fits into a message."""
    return excerpt(render(node))


def as_double(code: PythonExpression, inside: bool = False) -> PythonExpression:
    """Return a number as a double; ``inside`` infix arithmetic with another double, a small integer will do."""
    if code.is_null:
        return null("DOUBLE")
    if code.type == "DOUBLE":
        return code
    if code.type not in INTEGERS or code.low is None or code.high is None:
        raise refused(f"{code.type} where a number is needed", "cast it, as in CAST(x AS DOUBLE)")
    if code.low >= -EXACT and code.high <= EXACT:
        if inside:
            return replace(code, type="DOUBLE")
        if code.is_constant:
            return constant(float(code.const), "DOUBLE")
    assert not code.maybe
    return replace(code, text=f"float({code})", type="DOUBLE", rank=ATOM, blind=False)


def implicit(compiler: Compiler, code: PythonExpression, kind: str, node: exp.Expression) -> PythonExpression:
    """Return ``code`` as ``kind``, as DuckDB converts branches and arguments by itself."""
    if code.type == kind or code.is_null:
        return null(kind) if code.is_null else code
    if code.type in INTEGERS and kind in INTEGERS:
        low, high = INTEGERS[kind]
        if code.low is not None and code.high is not None and low <= code.low and code.high <= high:
            return replace(code, type=kind)
    if code.type in INTEGERS and kind == "DOUBLE":
        return as_double(compiler.settled(code))
    if code.type == "DATE" and kind == "TIMESTAMP":
        return at_midnight(compiler, code)
    if code.is_constant and code.type == "VARCHAR":
        return folded(compiler, code, kind, node)
    if kind == "VARCHAR":
        return as_text(compiler, code, node)
    raise refused(f"`{quoted(node)}`: {code.type} is turned into {kind}", "write the CAST or TRY_CAST")


def folded(compiler: Compiler, code: PythonExpression, kind: str, node: exp.Expression) -> PythonExpression:
    """Return the constant text ``code`` as a constant of ``kind``, by DuckDB itself."""
    if kind not in FROM_TEXT:
        raise refused(
            f"`{quoted(node)}`: a text is turned into {kind}", "use a BOOLEAN, a number, a DATE or a TIMESTAMP"
        )
    word = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
    cast = f"{word}({literal(code.const)} AS {kind})"
    finite = f"isfinite({cast})" if kind in ("DOUBLE", "DATE", "TIMESTAMP") else "true"
    value, is_finite = compiler.typing.values_of([cast, finite])
    if value is None:
        return null(kind)
    if not is_finite or (isinstance(value, str) and kind != "VARCHAR"):
        raise refused(f"`{quoted(node)}` has no counterpart in Python", "use a finite value of the years 1 to 9999")
    return moment(value, kind) if isinstance(value, date) else constant(value, kind)


def moment(value: Any, kind: str) -> PythonExpression:
    """Return a constant date or timestamp."""
    if isinstance(value, datetime):
        parts = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
        while len(parts) > 3 and not parts[-1]:
            parts.pop()
        return PythonExpression(f"datetime({', '.join(map(str, parts))})", kind, const=value)
    return PythonExpression(f"date({value.year}, {value.month}, {value.day})", kind, const=value)


def at_midnight(compiler: Compiler, code: PythonExpression) -> PythonExpression:
    """Return a date as the timestamp of its first moment."""
    if code.is_constant and isinstance(code.const, date):
        value = code.const
        return moment(datetime(value.year, value.month, value.day), "TIMESTAMP")
    return compiler.strict("midnight({0})", [code], "TIMESTAMP")


def as_text(compiler: Compiler, code: PythonExpression, node: exp.Expression) -> PythonExpression:
    """Return ``code`` as DuckDB writes it."""
    if code.type == "VARCHAR":
        return code
    if code.type == "TIMESTAMP WITH TIME ZONE":
        raise refused(f"`{quoted(node)}` depends on the time zone of the session", NAME_THE_ZONE)
    if code.type not in TO_TEXT:
        raise refused(
            f"`{quoted(node)}`: {code.type} as a text cannot be compiled for serving", "use extract(... FROM x)"
        )
    return compiler.strict(TO_TEXT[code.type] + "({0})", [code], "VARCHAR")


def cast(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile CAST and TRY_CAST."""
    gentle, kind = isinstance(node, exp.TryCast), compiler.type(node)
    code = compiler.code(node.this)
    if code.is_null or code.type == kind:
        return null(kind) if code.is_null else code
    if "TIME ZONE" in kind or "TIME ZONE" in code.type:
        raise refused(f"`{quoted(node)}` depends on the time zone of the session", NAME_THE_ZONE)
    if kind not in FROM_TEXT and kind != "VARCHAR":
        raise refused(f"`{quoted(node)}`: {kind} cannot be compiled for serving", "cast to DOUBLE, BIGINT or VARCHAR")
    if code.is_constant and code.type == "VARCHAR" and kind != "VARCHAR":
        return folded(compiler, code, kind, node)
    if kind == "VARCHAR":
        return as_text(compiler, code, node)
    if code.type == "VARCHAR":
        return _fallible(compiler, code, FROM_TEXT[kind], kind, gentle)
    return _between(compiler, code, kind, gentle, node)


def _between(
    compiler: Compiler, code: PythonExpression, kind: str, gentle: bool, node: exp.Expression
) -> PythonExpression:
    """Cast what is no text to what is no text."""
    pair = (code.type, kind)
    if pair == ("DATE", "TIMESTAMP"):
        return at_midnight(compiler, code)
    if pair == ("TIMESTAMP", "DATE"):
        return compiler.strict("{0.atom}.date()", [code], kind)
    if code.type == "BOOLEAN" and kind in INTEGERS:
        return compiler.strict("int({0})", [code], kind, ATOM, 0, 1)
    if pair == ("BOOLEAN", "DOUBLE"):
        return compiler.strict("float({0})", [code], kind, ATOM, 0, 1)
    if kind == "BOOLEAN" and (code.type in INTEGERS or code.type == "DOUBLE"):
        return compiler.strict("bool({0})", [code], kind)
    if code.type in INTEGERS and kind == "DOUBLE":
        return as_double(compiler.settled(code))
    if code.type == "DOUBLE" and kind in INTEGERS:
        return _fallible(compiler, code, f"double_to_{kind.lower()}", kind, gentle)
    if code.type in INTEGERS and kind in INTEGERS:
        (low, high), (least, most) = (code.low or 0, code.high or 0), INTEGERS[kind]
        if least <= low and high <= most:
            return replace(code, type=kind)
        return _fallible(compiler, code, kind.lower(), kind, gentle)
    raise refused(
        f"`{quoted(node)}`: {code.type} cannot be cast to {kind}", "use extract(... FROM x) or make_date(...)"
    )


def _fallible(compiler: Compiler, code: PythonExpression, function: str, kind: str, gentle: bool) -> PythonExpression:
    if gentle:
        return compiler.strict(f"attempt({function}, {{0}})", [code], kind, maybe=True)
    return compiler.strict(f"{function}({{0}})", [code], kind)


def branches(
    compiler: Compiler, codes: list[PythonExpression], kind: str, node: exp.Expression
) -> list[PythonExpression]:
    """Return ``codes`` as whole values of one type, to choose from."""
    return [whole(implicit(compiler, code, kind, node)) for code in codes]


GROUP = "conversion"
ENTRIES = (
    Entry(
        GROUP,
        "cast",
        (
            "CAST({number} AS DOUBLE) -> double",
            "CAST({number} AS BIGINT) -> int",
            "CAST({number} AS INTEGER) -> int",
            "CAST({number} AS SMALLINT) -> int",
            "CAST({number} AS TINYINT) -> int",
            "CAST({number} AS BOOLEAN) -> boolean",
            "CAST({boolean} AS BIGINT) -> int",
            "CAST({boolean} AS DOUBLE) -> double",
            "CAST({column} AS VARCHAR) -> text",
            "CAST({int} AS VARCHAR) -> text",
            "CAST({boolean} AS VARCHAR) -> text",
            "CAST({moment} AS VARCHAR) -> text",
            "CAST({moment} AS DATE) -> date",
            "CAST({date} AS TIMESTAMP) -> timestamp",
            "CAST({numeral} AS BIGINT) -> int",
            "CAST({numeral} AS DOUBLE) -> double",
            "CAST({numeral} AS BOOLEAN) -> boolean",
            "CAST({day_text} AS DATE) -> date",
            "CAST({day_text} AS TIMESTAMP) -> timestamp",
        ),
        cast,
        "doubles are rounded half to even, texts half away from zero; what does not fit is an error",
    ),
    Entry(
        GROUP,
        "try_cast",
        (
            "TRY_CAST({number} AS BIGINT) -> int",
            "TRY_CAST({int} AS TINYINT) -> int",
            "TRY_CAST({numeral} AS BIGINT) -> int",
            "TRY_CAST({numeral} AS INTEGER) -> int",
            "TRY_CAST({numeral} AS SMALLINT) -> int",
            "TRY_CAST({numeral} AS DOUBLE) -> double",
            "TRY_CAST({text} AS DOUBLE) -> double",
            "TRY_CAST({numeral} AS BOOLEAN) -> boolean",
            "TRY_CAST({day_text} AS DATE) -> date",
            "TRY_CAST({day_text} AS TIMESTAMP) -> timestamp",
        ),
        cast,
        "NULL for what does not fit",
    ),
)
