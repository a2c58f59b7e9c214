"""Conversions from type to type: those that DuckDB makes by itself, and CAST and TRY_CAST."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.piece import ATOM, EXACT, INTEGERS, Piece, constant, null, whole
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


def as_double(piece: Piece, inside: bool = False) -> Piece:
    """Return a number as a double; ``inside`` infix arithmetic with another double, a small integer will do."""
    if piece.is_null:
        return null("DOUBLE")
    if piece.type == "DOUBLE":
        return piece
    if piece.type not in INTEGERS or piece.low is None or piece.high is None:
        raise refused(f"{piece.type} where a number is needed", "cast it, as in CAST(x AS DOUBLE)")
    if piece.low >= -EXACT and piece.high <= EXACT:
        if inside:
            return replace(piece, type="DOUBLE")
        if piece.is_constant:
            return constant(float(piece.const), "DOUBLE")
    assert not piece.maybe
    return replace(piece, text=f"float({piece})", type="DOUBLE", rank=ATOM, blind=False)


def implicit(compiler: Compiler, piece: Piece, kind: str, node: exp.Expression) -> Piece:
    """Return ``piece`` as ``kind``, as DuckDB converts branches and arguments by itself."""
    if piece.type == kind or piece.is_null:
        return null(kind) if piece.is_null else piece
    if piece.type in INTEGERS and kind in INTEGERS:
        low, high = INTEGERS[kind]
        if piece.low is not None and piece.high is not None and low <= piece.low and piece.high <= high:
            return replace(piece, type=kind)
    if piece.type in INTEGERS and kind == "DOUBLE":
        return as_double(compiler.settled(piece))
    if piece.type == "DATE" and kind == "TIMESTAMP":
        return at_midnight(compiler, piece)
    if piece.is_constant and piece.type == "VARCHAR":
        return folded(compiler, piece, kind, node)
    if kind == "VARCHAR":
        return as_text(compiler, piece, node)
    raise refused(f"`{quoted(node)}`: {piece.type} is turned into {kind}", "write the CAST or TRY_CAST")


def folded(compiler: Compiler, piece: Piece, kind: str, node: exp.Expression) -> Piece:
    """Return the constant text ``piece`` as a constant of ``kind``, by DuckDB itself."""
    if kind not in FROM_TEXT:
        raise refused(
            f"`{quoted(node)}`: a text is turned into {kind}", "use a BOOLEAN, a number, a DATE or a TIMESTAMP"
        )
    word = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
    cast = f"{word}({literal(piece.const)} AS {kind})"
    finite = f"isfinite({cast})" if kind in ("DOUBLE", "DATE", "TIMESTAMP") else "true"
    value, is_finite = compiler.judge.values_of([cast, finite])
    if value is None:
        return null(kind)
    if not is_finite or (isinstance(value, str) and kind != "VARCHAR"):
        raise refused(f"`{quoted(node)}` has no counterpart in Python", "use a finite value of the years 1 to 9999")
    return moment(value, kind) if isinstance(value, date) else constant(value, kind)


def moment(value: Any, kind: str) -> Piece:
    """Return a constant date or timestamp."""
    if isinstance(value, datetime):
        parts = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
        while len(parts) > 3 and not parts[-1]:
            parts.pop()
        return Piece(f"datetime({', '.join(map(str, parts))})", kind, const=value)
    return Piece(f"date({value.year}, {value.month}, {value.day})", kind, const=value)


def at_midnight(compiler: Compiler, piece: Piece) -> Piece:
    """Return a date as the timestamp of its first moment."""
    if piece.is_constant and isinstance(piece.const, date):
        value = piece.const
        return moment(datetime(value.year, value.month, value.day), "TIMESTAMP")
    return compiler.strict("midnight({0})", [piece], "TIMESTAMP")


def as_text(compiler: Compiler, piece: Piece, node: exp.Expression) -> Piece:
    """Return ``piece`` as DuckDB writes it."""
    if piece.type == "VARCHAR":
        return piece
    if piece.type == "TIMESTAMP WITH TIME ZONE":
        raise refused(f"`{quoted(node)}` depends on the time zone of the session", NAME_THE_ZONE)
    if piece.type not in TO_TEXT:
        raise refused(
            f"`{quoted(node)}`: {piece.type} as a text cannot be compiled for serving", "use extract(... FROM x)"
        )
    return compiler.strict(TO_TEXT[piece.type] + "({0})", [piece], "VARCHAR")


def cast(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile CAST and TRY_CAST."""
    gentle, kind = isinstance(node, exp.TryCast), compiler.type(node)
    piece = compiler.piece(node.this)
    if piece.is_null or piece.type == kind:
        return null(kind) if piece.is_null else piece
    if "TIME ZONE" in kind or "TIME ZONE" in piece.type:
        raise refused(f"`{quoted(node)}` depends on the time zone of the session", NAME_THE_ZONE)
    if kind not in FROM_TEXT and kind != "VARCHAR":
        raise refused(f"`{quoted(node)}`: {kind} cannot be compiled for serving", "cast to DOUBLE, BIGINT or VARCHAR")
    if piece.is_constant and piece.type == "VARCHAR" and kind != "VARCHAR":
        return folded(compiler, piece, kind, node)
    if kind == "VARCHAR":
        return as_text(compiler, piece, node)
    if piece.type == "VARCHAR":
        return _fallible(compiler, piece, FROM_TEXT[kind], kind, gentle)
    return _between(compiler, piece, kind, gentle, node)


def _between(compiler: Compiler, piece: Piece, kind: str, gentle: bool, node: exp.Expression) -> Piece:
    """Cast what is no text to what is no text."""
    pair = (piece.type, kind)
    if pair == ("DATE", "TIMESTAMP"):
        return at_midnight(compiler, piece)
    if pair == ("TIMESTAMP", "DATE"):
        return compiler.strict("{0.atom}.date()", [piece], kind)
    if piece.type == "BOOLEAN" and kind in INTEGERS:
        return compiler.strict("int({0})", [piece], kind, ATOM, 0, 1)
    if pair == ("BOOLEAN", "DOUBLE"):
        return compiler.strict("float({0})", [piece], kind, ATOM, 0, 1)
    if kind == "BOOLEAN" and (piece.type in INTEGERS or piece.type == "DOUBLE"):
        return compiler.strict("bool({0})", [piece], kind)
    if piece.type in INTEGERS and kind == "DOUBLE":
        return as_double(compiler.settled(piece))
    if piece.type == "DOUBLE" and kind in INTEGERS:
        return _fallible(compiler, piece, f"double_to_{kind.lower()}", kind, gentle)
    if piece.type in INTEGERS and kind in INTEGERS:
        (low, high), (least, most) = (piece.low or 0, piece.high or 0), INTEGERS[kind]
        if least <= low and high <= most:
            return replace(piece, type=kind)
        return _fallible(compiler, piece, kind.lower(), kind, gentle)
    raise refused(
        f"`{quoted(node)}`: {piece.type} cannot be cast to {kind}", "use extract(... FROM x) or make_date(...)"
    )


def _fallible(compiler: Compiler, piece: Piece, function: str, kind: str, gentle: bool) -> Piece:
    if gentle:
        return compiler.strict(f"attempt({function}, {{0}})", [piece], kind, maybe=True)
    return compiler.strict(f"{function}({{0}})", [piece], kind)


def branches(compiler: Compiler, pieces: list[Piece], kind: str, node: exp.Expression) -> list[Piece]:
    """Return ``pieces`` as whole values of one type, to choose from."""
    return [whole(implicit(compiler, piece, kind, node)) for piece in pieces]


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
