"""Comparisons, IN, BETWEEN and IS: SQL's three-valued answers, and NaN that equals itself and exceeds all else."""

from dataclasses import replace

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import as_double, at_midnight, folded, quoted
from generator.compile.python_expression import (
    AND,
    ATOM,
    COMPARISON,
    INTEGERS,
    NOT,
    SUM,
    PythonExpression,
    constant,
    merged,
    null,
    whole,
)

PYTHON = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
SIGNS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
WITH_NAN = {"==": "equal({0}, {1})", "!=": "not equal({0}, {1})", "<": "less({0}, {1})", "<=": "not less({1}, {0})",
            ">": "less({1}, {0})", ">=": "not less({0}, {1})"}  # fmt: skip


def compare(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile a comparison of two values."""
    sign = PYTHON[SIGNS[type(node)]]
    left, right = compiler.code(node.this), compiler.code(node.expression)
    return compared(compiler, sign, left, right, node)


def compared(
    compiler: Compiler, sign: str, left: PythonExpression, right: PythonExpression, node: exp.Expression
) -> PythonExpression:
    """Return the comparison ``left sign right``."""
    if left.is_null or right.is_null:
        return null("BOOLEAN")
    left, right = alike(compiler, compiler.settled(left), compiler.settled(right), node)
    if left.type == "DOUBLE" or right.type == "DOUBLE":
        return _of_doubles(compiler, sign, left, right)
    if left.type == "INTERVAL":
        return compiler.strict(f"length_of({{0}}) {sign} length_of({{1}})", [left, right], "BOOLEAN", COMPARISON)
    return _plain(sign, left, right)


def _plain(sign: str, left: PythonExpression, right: PythonExpression) -> PythonExpression:
    blind = sign == "==" and all(code.is_name or code.is_constant for code in (left, right))
    blind = blind and (left.is_constant or right.is_constant)
    text = f"{left.at(SUM)} {sign} {right.at(SUM)}"
    return PythonExpression(text, "BOOLEAN", merged([left, right]), COMPARISON, blind=blind)


def _of_doubles(compiler: Compiler, sign: str, left: PythonExpression, right: PythonExpression) -> PythonExpression:
    """Compare doubles; where a side is known to be no NaN, Python's own operators can be made to do."""
    sides_finite = (left.low is not None, right.low is not None)
    if sides_finite == (False, False):
        template = WITH_NAN[sign]
        return compiler.strict(template, [left, right], "BOOLEAN", NOT if template.startswith("not") else ATOM)
    risky = (not sides_finite[0] and sign in (">", ">=")) or (not sides_finite[1] and sign in ("<", "<="))
    if not risky:
        return _plain(sign, left, right)
    return replace(_plain(OPPOSITE[sign], left, right), text=f"not {_plain(OPPOSITE[sign], left, right)}", rank=NOT)


def alike(
    compiler: Compiler, left: PythonExpression, right: PythonExpression, node: exp.Expression
) -> tuple[PythonExpression, PythonExpression]:
    """Return both sides in the type in which DuckDB compares them."""
    pair = {left.type, right.type}
    if pair <= INTEGERS.keys() or (len(pair) == 1):
        return left, right
    if pair <= {*INTEGERS, "DOUBLE"}:
        return as_double(left, inside=True), as_double(right, inside=True)
    if pair == {"DATE", "TIMESTAMP"}:
        left, right = (at_midnight(compiler, side) if side.type == "DATE" else side for side in (left, right))
        return left, right
    if left.is_constant and left.type == "VARCHAR":
        return folded(compiler, left, right.type, node), right
    if right.is_constant and right.type == "VARCHAR":
        return left, folded(compiler, right, left.type, node)
    what = f"`{quoted(node)}` compares {left.type} with {right.type}"
    raise refused(what, "cast one side, as in TRY_CAST(x AS DOUBLE)")


def distinct(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile IS [NOT] DISTINCT FROM, which never gives NULL."""
    left, right = compiler.code(node.this), compiler.code(node.expression)
    is_same = isinstance(node, exp.NullSafeEQ)
    if left.is_null or right.is_null:
        return _is_none(whole(right if left.is_null else left), is_same)
    left, right = alike(compiler, compiler.settled(left), compiler.settled(right), node)
    if left.type == "INTERVAL":
        raise refused(f"`{quoted(node)}` compares intervals", "compare epoch(x)")
    sides = [whole(side) for side in (left, right)]
    if "DOUBLE" in (left.type, right.type) and left.low is None and right.low is None:
        call = f"same({sides[0]}, {sides[1]})"
        return PythonExpression(call if is_same else f"not {call}", "BOOLEAN", (), ATOM if is_same else NOT)
    return PythonExpression(
        f"{sides[0].at(SUM)} {'==' if is_same else '!='} {sides[1].at(SUM)}", "BOOLEAN", (), COMPARISON
    )


def _is_none(operand: PythonExpression, wanted: bool) -> PythonExpression:
    if operand.is_null or operand.is_certain:
        return constant(operand.is_null is wanted, "BOOLEAN")
    return PythonExpression(f"{operand.at(SUM)} is {'' if wanted else 'not '}None", "BOOLEAN", (), COMPARISON)


def is_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile IS NULL, IS TRUE and IS FALSE; IS NOT is NOT of them."""
    if isinstance(node.expression, exp.Null):
        return _is_none(whole(compiler.code(node.this)), True)
    operand = whole(compiler.boolean(node.this))
    if operand.is_constant:
        return constant(operand.const is bool(node.expression.this), "BOOLEAN")
    return PythonExpression(f"{operand.at(SUM)} is {bool(node.expression.this)}", "BOOLEAN", (), COMPARISON)


def between(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile BETWEEN, which is two comparisons joined by AND."""
    operand = compiler.settled(compiler.code(node.this))
    low, high = (compiler.code(node.args[side]) for side in ("low", "high"))
    if node.args.get("symmetric"):
        raise refused(f"`{quoted(node)}` is symmetric", "use BETWEEN least(a, b) AND greatest(a, b)")
    if low.is_constant and high.is_constant and not (low.is_null or high.is_null or operand.is_constant):
        (first, low), (second, high) = (alike(compiler, operand, side, node) for side in (low, high))
        if first == second and first.type != "INTERVAL":
            text = f"{low.at(SUM)} <= {first.at(SUM)} <= {high.at(SUM)}"
            return PythonExpression(text, "BOOLEAN", first.guards, COMPARISON)
    operand = compiler.named(operand)
    # A NULL operand makes both comparisons NULL; what is left to ask is whether the bounds are.
    known = replace(operand, guards=())
    parts = [compared(compiler, ">=", known, low, node), compared(compiler, "<=", known, high, node)]
    return replace(_both(parts), guards=operand.guards)


def _both(parts: list[PythonExpression]) -> PythonExpression:
    if any(part.is_null or part.guards or part.maybe for part in parts):
        return PythonExpression(
            f"all_true({', '.join(whole(part).text for part in parts)})", "BOOLEAN", (), maybe=True, parts=tuple(parts)
        )
    return PythonExpression(" and ".join(part.at(AND) for part in parts), "BOOLEAN", (), AND)


def in_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile IN with a list of values."""
    if not node.expressions:
        raise refused(f"`{quoted(node)}` looks into something else than a list", "write x IN (1, 2, 3)")
    operand = compiler.settled(compiler.code(node.this))
    if operand.is_null:
        return null("BOOLEAN")
    items = [compiler.code(item) for item in node.expressions]
    if all(item.is_constant and not item.is_null for item in items):
        pairs = [alike(compiler, operand, item, node) for item in items]
        if all(pair[0] == pairs[0][0] for pair in pairs) and operand.type != "INTERVAL":
            first = pairs[0][0]
            listed = ", ".join(pair[1].text for pair in pairs)
            text = f"{first.at(SUM)} in ({listed}{',' if len(items) == 1 else ''})"
            return PythonExpression(text, "BOOLEAN", first.guards, COMPARISON, blind=first.is_name)
    operand = compiler.named(operand)
    again = compiler.again(operand)
    # With the operand given, only the items can be NULL.
    known = replace(again, guards=())
    parts = [whole(compared(compiler, "==", known, item, node)) for item in items]
    text = f"any_true({', '.join(part.text for part in parts)})"
    return PythonExpression(text, "BOOLEAN", operand.guards, maybe=True)


GROUP = "comparison"
SIDES = ("{int} {} {int}", "{number} {} {number}", "{double} {} {double}", "{text} {} {text}", "{moment} {} {moment}",
         "{boolean} {} {boolean}", "{interval} {} {interval}", "{stamp} {} {stamp}")  # fmt: skip
NULL_SAFE = (
    "{int} {} {int}",
    "{number} {} {number}",
    "{double} {} {double}",
    "{text} {} {text}",
    "{moment} {} {moment}",
)


def _forms(sign: str, sides: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(side.replace("{}", sign) + " -> boolean" for side in sides)


ENTRIES = (
    *(Entry(GROUP, sign, _forms(sign, SIDES), compare, "NaN equals NaN and exceeds all else") for sign in PYTHON),
    Entry(GROUP, "is distinct from", _forms("IS DISTINCT FROM", NULL_SAFE), distinct, "never NULL"),
    Entry(GROUP, "is not distinct from", _forms("IS NOT DISTINCT FROM", NULL_SAFE), distinct, "never NULL"),
    Entry(
        GROUP,
        "is",
        (
            "{any} IS NULL -> boolean",
            "{any} IS NOT NULL -> boolean",
            "{boolean} IS TRUE -> boolean",
            "{boolean} IS NOT TRUE -> boolean",
            "{boolean} IS FALSE -> boolean",
        ),
        is_,
    ),
    Entry(
        GROUP,
        "between",
        (
            "{int} BETWEEN {int} AND {int} -> boolean",
            "{number} BETWEEN {number} AND {number} -> boolean",
            "{text} BETWEEN {text} AND {text} -> boolean",
            "{number} NOT BETWEEN 1 AND 5 -> boolean",
            "{moment} BETWEEN {moment} AND {moment} -> boolean",
            "{date} BETWEEN '2013-01-01' AND '2024-02-29' -> boolean",
        ),
        between,
    ),
    Entry(
        GROUP,
        "in",
        (
            "{int} IN (1, 2, -3) -> boolean",
            "{int} IN ({int}, {int}) -> boolean",
            "{number} IN ({number}, {number}, 2) -> boolean",
            "{text} IN ('a', '', 'ß') -> boolean",
            "{text} NOT IN ({text}, {text}) -> boolean",
            "{moment} IN ({moment}, {moment}) -> boolean",
        ),
        in_,
    ),
)
