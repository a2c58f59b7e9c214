"""Functions of texts, LIKE, and regular expressions."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import as_text, quoted
from generator.compile.nodes import arguments
from generator.compile.python_expression import ATOM, COMPARISON, INTEGERS, SUM, PythonExpression, merged, null, whole

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
) -> list[PythonExpression] | None:
    """Return the arguments as texts (``t``) and integers (``i``), or None where one is NULL."""
    if len(items) != len(wanted):
        raise refused(f"`{quoted(node)}` with {len(items)} arguments cannot be compiled", f"it takes {len(wanted)}")
    codes = [compiler.settled(item) for item in items]
    for code, kind in zip(codes, wanted, strict=True):
        fits = code.type == "VARCHAR" if kind == "t" else code.type in INTEGERS
        if not fits and not code.is_null:
            raise refused(
                f"`{quoted(node)}`: {code.type} where a {'text' if kind == 't' else 'count'} is needed", "cast it"
            )
    return None if any(code.is_null for code in codes) else codes


def call(name: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how a function with fixed arguments is compiled."""
    template, wanted, kind = CALLS[name]

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        codes = texts_and_counts(compiler, node, arguments(node), wanted)
        if codes is None:
            return null(compiler.type(node))
        low, high = (0, LONGEST) if kind == "BIGINT" else (None, None)
        if name == "left" and (codes[1].high or 0) < 2**32:
            return compiler.strict("{0.atom}[:{1}]", codes, kind)
        return compiler.strict(template, codes, kind, SUM if name == "strpos" else ATOM, low, high)

    return compile_


def contains(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile contains, which is Python's ``in``."""
    codes = texts_and_counts(compiler, node, arguments(node), "tt")
    if codes is None:
        return null("BOOLEAN")
    return PythonExpression(f"{codes[1].at(SUM)} in {codes[0].at(SUM)}", "BOOLEAN", merged(codes), COMPARISON)


def substring(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile substring; a slice where its positions are positive constants."""
    items = arguments(node)
    codes = texts_and_counts(compiler, node, items, "tii"[: len(items)])
    if codes is None:
        return null("VARCHAR")
    text, *positions = codes
    if all(code.is_constant and 0 < code.const < 2**31 for code in positions):
        start = positions[0].const - 1
        end = start + positions[1].const if len(positions) == 2 else ""
        return PythonExpression(f"{text.atom}[{start or ''}:{end}]", "VARCHAR", text.guards)
    return compiler.strict(f"substring({', '.join(f'{{{index}}}' for index in range(len(codes)))})", codes, "VARCHAR")


def trimmed(name: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how trim, ltrim and rtrim are compiled."""

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        items = arguments(node)
        codes = texts_and_counts(compiler, node, items, "tt"[: len(items)])
        if codes is None:
            return null("VARCHAR")
        return compiler.strict(f"{name}({', '.join(f'{{{index}}}' for index in range(len(codes)))})", codes, "VARCHAR")

    return compile_


def concatenate(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile ``||``, which is NULL where a side is."""
    kind = compiler.type(node)
    codes = [compiler.code(node.this), compiler.code(node.expression)]
    if any(code.is_null for code in codes):
        return null(kind)
    if kind != "VARCHAR":
        raise refused(f"`{quoted(node)}` is {kind}, which cannot be compiled for serving", "join texts")
    codes = [compiler.settled(as_text(compiler, code, node)) for code in codes]
    return PythonExpression(f"{codes[0].at(SUM)} + {codes[1].at(SUM + 1)}", kind, merged(codes), SUM)


def concat(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile concat, which passes over NULL."""
    codes = [as_text(compiler, code, node) for code in map(compiler.code, arguments(node)) if not code.is_null]
    if not any(code.guards or code.maybe for code in codes):
        return PythonExpression(" + ".join(code.at(SUM + 1) for code in codes) or "''", "VARCHAR", (), SUM)
    return PythonExpression(f"joined({', '.join(whole(code).text for code in codes)})", "VARCHAR")


def concat_ws(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile concat_ws, which passes over NULL but for the separator."""
    first, *rest = [compiler.code(item) for item in arguments(node)]
    if first.is_null:
        return null("VARCHAR")
    separator = compiler.settled(as_text(compiler, first, node))
    texts = [whole(as_text(compiler, code, node)).text for code in rest if not code.is_null]
    return PythonExpression(f"joined_with({', '.join([separator.text, *texts])})", "VARCHAR", separator.guards)


ENTRIES = (
    Entry(
        GROUP, "||", ("{text} || {text} -> text", "{text} || {printed} -> text"), concatenate, "NULL where a side is"
    ),
    Entry(
        GROUP,
        "concat",
        ("concat({text}, {printed}, {text}) -> text", "concat({text}, {text}) -> text"),
        concat,
        "ignores NULL",
    ),
    Entry(GROUP, "concat_ws", ("concat_ws({text}, {text}, {printed}) -> text",), concat_ws, "ignores NULL"),
    Entry(GROUP, "lower", ("lower({text}) -> text",), call("lower"), "character by character"),
    Entry(GROUP, "upper", ("upper({text}) -> text",), call("upper"), "character by character: `ß` becomes `ẞ`"),
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
