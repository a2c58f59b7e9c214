"""LIKE and regular expressions."""

from collections.abc import Callable

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import quoted
from generator.compile.nodes import arguments
from generator.compile.python_expression import COMPARISON, NOT, SUM, PythonExpression, constant, null
from generator.compile.text import GROUP, texts_and_counts
from generator.sql.parsing import SqlError, literal

TWOFOLD = ("\u0130", "\u212a")
"""Letters that DuckDB's ILIKE takes for i and k, but not where it knows that the text beside them is ASCII."""


def like(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile LIKE and ILIKE, with or without ESCAPE."""
    escape = ""
    if isinstance(node, exp.Escape):
        if not (isinstance(node.expression, exp.Literal) and len(str(node.expression.this)) == 1):
            raise refused(f"`{quoted(node)}`: the escape is no single character", "write ESCAPE '!'")
        escape, node = str(node.expression.this), node.this
    codes = texts_and_counts(compiler, node, [node.this, node.expression], "tt")
    if codes is None:
        return null("BOOLEAN")
    if isinstance(node, exp.ILike):
        if any(letter in code.const for code in codes if code.is_constant for letter in TWOFOLD):
            what = f"`{quoted(node)}`: 'İ' and the Kelvin sign are not always taken for small letters"
            raise refused(what, "write lower(x) LIKE y")
        codes = [compiler.strict("lower({0})", [code], "VARCHAR") if not code.is_constant else
                  constant(_lowered(compiler, code.const), "VARCHAR") for code in codes]  # fmt: skip
        escape = escape.lower()
    found = _like(compiler, codes[0], codes[1], escape)
    return _denied(found) if node.args.get("negate") else found


def _denied(code: PythonExpression) -> PythonExpression:
    return PythonExpression(f"not {code.at(NOT)}", "BOOLEAN", code.guards, NOT)


def _lowered(compiler: Compiler, text: str) -> str:
    return str(compiler.typing.values_of([f"lower({literal(text)})"])[0])


def _like(compiler: Compiler, text: PythonExpression, form: PythonExpression, escape: str) -> PythonExpression:
    """Return LIKE in Python's own words where the form is simple and constant."""
    if form.is_constant and not escape and "_" not in form.const:
        inner = form.const.strip("%")
        starts, ends = form.const.startswith("%"), form.const.endswith("%")
        if "%" not in inner and (inner or form.const == ""):
            if starts and ends:
                return PythonExpression(f"{inner!r} in {text.at(SUM)}", "BOOLEAN", text.guards, COMPARISON)
            if not starts and not ends:
                return PythonExpression(f"{text.at(SUM)} == {inner!r}", "BOOLEAN", text.guards, COMPARISON)
            return compiler.strict("{0.atom}" + f".{'endswith' if starts else 'startswith'}({{1}})",
                                   [text, constant(inner, "VARCHAR")], "BOOLEAN")  # fmt: skip
    template = "like({0}, {1}" + (", {2})" if escape else ")")
    return compiler.strict(template, [text, form, *([constant(escape, "VARCHAR")] if escape else [])], "BOOLEAN")


def expression_of(compiler: Compiler, node: exp.Expression, item: exp.Expression) -> str:
    """Return the constant regular expression at ``item``, which has to be sound."""
    if not (isinstance(item, exp.Literal) and item.is_string):
        raise refused(f"`{quoted(node)}`: the regular expression varies", "write it as a text, or use LIKE")
    text = str(item.this)
    try:
        compiler.typing.values_of([f"regexp_matches('', {literal(text)})"])
    except SqlError as error:
        raise refused(f"`{quoted(node)}`: {text!r} is no regular expression") from error
    return text


def flags_of(node: exp.Expression, item: exp.Expression | None) -> str:
    """Return the constant flags at ``item``: ``i`` ignores case, ``s`` lets the point match line ends."""
    if item is None:
        return ""
    text = str(item.this) if isinstance(item, exp.Literal) else "?"
    if not set(text) <= set("cis"):
        raise refused(f"`{quoted(node)}`: flags '{text}' cannot be compiled for serving", "use 'c', 'i' or 's'")
    return "".join(flag for flag in "is" if flag in text and not (flag == "i" and text.rfind("c") > text.rfind("i")))


def regexp_matches(name: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how regexp_matches and regexp_full_match are compiled."""

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        text, expression, *rest = arguments(node)
        codes = texts_and_counts(compiler, node, [text, expression], "tt")
        if codes is None:
            return null("BOOLEAN")
        found, flags = expression_of(compiler, node, expression), flags_of(node, rest[0] if rest else None)
        more = [constant(item, "VARCHAR") for item in [found, *([flags] if flags else [])]]
        template = f"{name}({', '.join(f'{{{index}}}' for index in range(1 + len(more)))})"
        return compiler.strict(template, [codes[0], *more], "BOOLEAN")

    return compile_


def regexp_extract(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile regexp_extract, of the whole match or of a group."""
    text, expression, *rest = arguments(node)
    codes = texts_and_counts(compiler, node, [text, expression], "tt")
    if codes is None:
        return null("VARCHAR")
    found, group = expression_of(compiler, node, expression), rest[0] if rest else None
    if len(rest) > 1 or (group is not None and not (isinstance(group, exp.Literal) and not group.is_string)):
        raise refused(f"`{quoted(node)}`: the group is no constant number", "write regexp_extract(x, '...', 1)")
    number = int(group.this) if group is not None else 0
    suffix = f", {number}" if number else ""
    return compiler.strict(f"extracted({{0}}, {{1}}{suffix})", [codes[0], constant(found, "VARCHAR")], "VARCHAR")


ENTRIES = (
    Entry(
        GROUP,
        "like",
        (
            "{text} LIKE {text} -> boolean",
            "{text} LIKE '{%a%|a%|%b|_|%|a_%|ß%|%\\%}' -> boolean",
            "{text} NOT LIKE '{%a%|_%a|b}' -> boolean",
        ),
        like,
    ),
    Entry(
        GROUP,
        "ilike",
        ("{text} ILIKE '{%A%|ß%|É%|_Σ%}' -> boolean", "{text} ILIKE {text} -> boolean"),
        like,
        "ignores case",
    ),
    Entry(GROUP, "escape", ("{text} LIKE '{%!%|a!_%|!!%}' ESCAPE '!' -> boolean",), like),
    Entry(
        GROUP,
        "regexp_matches",
        (
            "regexp_matches({text}, '{regex}') -> boolean",
            "{text} ~ '{regex}' -> boolean",
            "regexp_matches({text}, '{regex}', 'i') -> boolean",
        ),
        regexp_matches("matches"),
        "a constant expression in RE2's syntax",
    ),
    Entry(
        GROUP, "regexp_full_match", ("regexp_full_match({text}, '{regex}') -> boolean",), regexp_matches("matches_all")
    ),
    Entry(
        GROUP,
        "regexp_extract",
        ("regexp_extract({text}, '{regex}') -> text", "regexp_extract({text}, '{regex}', 1) -> text"),
        regexp_extract,
    ),
)
