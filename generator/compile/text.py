"""Functions of texts, LIKE, and regular expressions."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import as_text, quoted
from generator.compile.nodes import arguments
from generator.compile.piece import ATOM, COMPARISON, INTEGERS, SUM, Piece, merged, null, whole

GROUP = "texts"
LONGEST = 2**40
CALLS = {
    "lower": ("lower({0})", "t", "VARCHAR"),
    "upper": ("upper({0})", "t", "VARCHAR"),
    "replace": ("replace({0}, {1}, {2})", "ttt", "VARCHAR"),
    "split_part": ("split_part({0}, {1}, {2})", "tti", "VARCHAR"),
    "left": ("left({0}, {1})", "ti", "VARCHAR"),
    "right": ("right({0}, {1})", "ti", "VARCHAR"),
    "lpad": ("lpad({0}, {1}, {2})", "tit", "VARCHAR"),
    "rpad": ("rpad({0}, {1}, {2})", "tit", "VARCHAR"),
    "starts_with": ("{0.atom}.startswith({1})", "tt", "BOOLEAN"),
    "ends_with": ("{0.atom}.endswith({1})", "tt", "BOOLEAN"),
    "strpos": ("{0.atom}.find({1}) + 1", "tt", "BIGINT"),
    "length": ("len({0})", "t", "BIGINT"),
    "strlen": ("len({0.atom}.encode())", "t", "BIGINT"),
}


def texts_and_counts(
    compiler: Compiler, node: exp.Expression, items: Sequence[exp.Expression], wanted: str
) -> list[Piece] | None:
    """Return the arguments as texts (``t``) and integers (``i``), or None where one is NULL."""
    if len(items) != len(wanted):
        raise refused(f"`{quoted(node)}` with {len(items)} arguments cannot be compiled", f"it takes {len(wanted)}")
    pieces = [compiler.settled(item) for item in items]
    for piece, kind in zip(pieces, wanted, strict=True):
        fits = piece.type == "VARCHAR" if kind == "t" else piece.type in INTEGERS
        if not fits and not piece.is_null:
            raise refused(
                f"`{quoted(node)}`: {piece.type} where a {'text' if kind == 't' else 'count'} is needed", "cast it"
            )
    return None if any(piece.is_null for piece in pieces) else pieces


def call(name: str) -> Callable[[Compiler, exp.Expression], Piece]:
    """Return how a function with fixed arguments is compiled."""
    template, wanted, kind = CALLS[name]

    def compile_(compiler: Compiler, node: exp.Expression) -> Piece:
        pieces = texts_and_counts(compiler, node, arguments(node), wanted)
        if pieces is None:
            return null(compiler.type(node))
        low, high = (0, LONGEST) if kind == "BIGINT" else (None, None)
        if name == "left" and (pieces[1].high or 0) < 2**32:
            return compiler.strict("{0.atom}[:{1}]", pieces, kind)
        return compiler.strict(template, pieces, kind, SUM if name == "strpos" else ATOM, low, high)

    return compile_


def contains(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile contains, which is Python's ``in``."""
    pieces = texts_and_counts(compiler, node, arguments(node), "tt")
    if pieces is None:
        return null("BOOLEAN")
    return Piece(f"{pieces[1].at(SUM)} in {pieces[0].at(SUM)}", "BOOLEAN", merged(pieces), COMPARISON)


def substring(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile substring; a slice where its positions are positive constants."""
    items = arguments(node)
    pieces = texts_and_counts(compiler, node, items, "tii"[: len(items)])
    if pieces is None:
        return null("VARCHAR")
    text, *positions = pieces
    if all(piece.is_constant and 0 < piece.const < 2**31 for piece in positions):
        start = positions[0].const - 1
        end = start + positions[1].const if len(positions) == 2 else ""
        return Piece(f"{text.atom}[{start or ''}:{end}]", "VARCHAR", text.guards)
    return compiler.strict(f"substring({', '.join(f'{{{index}}}' for index in range(len(pieces)))})", pieces, "VARCHAR")


def trimmed(name: str) -> Callable[[Compiler, exp.Expression], Piece]:
    """Return how trim, ltrim and rtrim are compiled."""

    def compile_(compiler: Compiler, node: exp.Expression) -> Piece:
        items = arguments(node)
        pieces = texts_and_counts(compiler, node, items, "tt"[: len(items)])
        if pieces is None:
            return null("VARCHAR")
        return compiler.strict(
            f"{name}({', '.join(f'{{{index}}}' for index in range(len(pieces)))})", pieces, "VARCHAR"
        )

    return compile_


def concatenate(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile ``||``, which is NULL where a side is."""
    kind = compiler.type(node)
    pieces = [compiler.piece(node.this), compiler.piece(node.expression)]
    if any(piece.is_null for piece in pieces):
        return null(kind)
    if kind != "VARCHAR":
        raise refused(f"`{quoted(node)}` is {kind}, which cannot be compiled for serving", "join texts")
    pieces = [compiler.settled(as_text(compiler, piece, node)) for piece in pieces]
    return Piece(f"{pieces[0].at(SUM)} + {pieces[1].at(SUM + 1)}", kind, merged(pieces), SUM)


def concat(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile concat, which passes over NULL."""
    pieces = [as_text(compiler, piece, node) for piece in map(compiler.piece, arguments(node)) if not piece.is_null]
    if not any(piece.guards or piece.maybe for piece in pieces):
        return Piece(" + ".join(piece.at(SUM + 1) for piece in pieces) or "''", "VARCHAR", (), SUM)
    return Piece(f"joined({', '.join(whole(piece).text for piece in pieces)})", "VARCHAR")


def concat_ws(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile concat_ws, which passes over NULL but for the separator."""
    first, *rest = [compiler.piece(item) for item in arguments(node)]
    if first.is_null:
        return null("VARCHAR")
    separator = compiler.settled(as_text(compiler, first, node))
    texts = [whole(as_text(compiler, piece, node)).text for piece in rest if not piece.is_null]
    return Piece(f"joined_with({', '.join([separator.text, *texts])})", "VARCHAR", separator.guards)


ENTRIES = (
    Entry(
        GROUP, "||", ("{text} || {text} -> text", "{text} || {printed} -> text"), concatenate, "NULL where a side is"
    ),
    Entry(
        GROUP,
        "concat",
        ("concat({text}, {printed}, {text}) -> text", "concat({text}, {text}) -> text"),
        concat,
        "passes over NULL",
    ),
    Entry(GROUP, "concat_ws", ("concat_ws({text}, {text}, {printed}) -> text",), concat_ws, "passes over NULL"),
    Entry(GROUP, "lower", ("lower({text}) -> text",), call("lower"), "letter by letter"),
    Entry(GROUP, "upper", ("upper({text}) -> text",), call("upper"), "letter by letter: `ß` becomes `ẞ`"),
    *(
        Entry(
            GROUP,
            name,
            (f"{name}({{text}}) -> text", f"{name}({{text}}, {{text}}) -> text"),
            trimmed(name),
            "spaces, but no tabs or line ends",
        )
        for name in ("trim", "ltrim", "rtrim")
    ),
    Entry(GROUP, "length", ("length({text}) -> int",), call("length"), "in characters; `len` is the same"),
    Entry(GROUP, "strlen", ("strlen({text}) -> int",), call("strlen"), "in bytes"),
    Entry(
        GROUP,
        "substring",
        (
            "substring({text}, {small}, {small}) -> text",
            "substring({text}, {int}, {int}) -> text",
            "substring({text}, {small}) -> text",
            "substr({text}, 2, 3) -> text",
        ),
        substring,
        "counts from 1, from the end where negative",
    ),
    Entry(GROUP, "left", ("left({text}, {small}) -> text", "left({text}, {int}) -> text"), call("left")),
    Entry(GROUP, "right", ("right({text}, {small}) -> text", "right({text}, {int}) -> text"), call("right")),
    Entry(GROUP, "replace", ("replace({text}, {text}, {text}) -> text",), call("replace")),
    Entry(
        GROUP,
        "split_part",
        ("split_part({text}, {text}, {small}) -> text", "split_part({text}, '-', 2) -> text"),
        call("split_part"),
        "counts from 1, from the end where negative",
    ),
    Entry(GROUP, "lpad", ("lpad({text}, {count}, {text}) -> text",), call("lpad")),
    Entry(GROUP, "rpad", ("rpad({text}, {count}, {text}) -> text",), call("rpad")),
    Entry(GROUP, "contains", ("contains({text}, {text}) -> boolean",), contains),
    Entry(
        GROUP,
        "starts_with",
        ("starts_with({text}, {text}) -> boolean", "{text} ^@ {text} -> boolean"),
        call("starts_with"),
    ),
    Entry(GROUP, "ends_with", ("ends_with({text}, {text}) -> boolean",), call("ends_with")),
    Entry(
        GROUP,
        "strpos",
        ("strpos({text}, {text}) -> int", "instr({text}, {text}) -> int", "position({text} IN {text}) -> int"),
        call("strpos"),
        "0 where it is not found",
    ),
)
