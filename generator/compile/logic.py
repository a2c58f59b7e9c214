"""AND, OR, NOT, and what chooses between values: CASE, coalesce, nullif, greatest, least."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from generator.compile.comparison import compared
from generator.compile.compiler import Compiler, Entry
from generator.compile.convert import branches, implicit
from generator.compile.nodes import arguments
from generator.compile.python_expression import (
    AND,
    ATOM,
    CHOICE,
    COMPARISON,
    NOT,
    OR,
    PythonExpression,
    constant,
    null,
    when_true,
    whole,
)


def connect(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile AND and OR with three truth values."""
    word = "and" if isinstance(node, exp.And) else "or"
    return connected(word, [compiler.boolean(side) for side in (node.this, node.expression)])


def connected(word: str, codes: Sequence[PythonExpression]) -> PythonExpression:
    """Return the AND or the OR of ``codes``."""
    deciding, rank = word == "or", AND if word == "and" else OR
    if any(code.const is deciding for code in codes):
        return constant(deciding, "BOOLEAN")
    if all(code.is_null for code in codes):
        return null("BOOLEAN")
    if any(code.guards or code.maybe for code in codes):
        name = "all_true" if word == "and" else "any_true"
        return PythonExpression(f"{name}({', '.join(whole(code).text for code in codes)})", "BOOLEAN", maybe=True)
    return PythonExpression(f" {word} ".join(code.at(rank + 1) for code in codes), "BOOLEAN", (), rank)


def negate(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile NOT; of AND and OR by the rule of De Morgan."""
    inner = node.this.unnest()
    if isinstance(inner, exp.And | exp.Or):
        sides = [denied(compiler, side.unnest()) for side in (inner.this, inner.expression)]
        return connected("or" if isinstance(inner, exp.And) else "and", sides)
    return denied(compiler, inner)


def denied(compiler: Compiler, inner: exp.Expression) -> PythonExpression:
    """Return NOT of ``inner``."""
    if isinstance(inner, exp.Is):
        text, rank = compiler.refuted(inner)
        return PythonExpression(text, "BOOLEAN", (), rank)
    code = compiler.settled(compiler.boolean(inner))
    if code.is_null:
        return null("BOOLEAN")
    if code.is_constant:
        return constant(not code.const, "BOOLEAN")
    if code.rank == NOT and code.text.startswith("not "):
        return PythonExpression(code.text[4:], "BOOLEAN", code.guards, COMPARISON)
    return PythonExpression(f"not {code.at(NOT)}", "BOOLEAN", code.guards, NOT)


def case(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile CASE in both of its forms, and if(condition, then, else)."""
    cases = [node] if isinstance(node, exp.If) else node.args["ifs"]
    kind = compiler.type(node)
    conditions = _conditions(compiler, node, cases)
    otherwise = node.args.get("false") if isinstance(node, exp.If) else node.args.get("default")
    results = [compiler.code(item.args["true"]) for item in cases]
    results.append(compiler.code(otherwise) if otherwise is not None else null(kind))
    return choice(compiler, conditions, branches(compiler, results, kind, node), kind)


def choice(
    compiler: Compiler, conditions: Sequence[str], results: Sequence[PythonExpression], kind: str
) -> PythonExpression:
    """Return ``results[i]`` for the first true one of ``conditions``, else the last of ``results``."""
    parts = [f"{code.at(OR)} if {condition}" for code, condition in zip(results, conditions, strict=False)]
    text = " else ".join([*parts, results[-1].at(CHOICE)])
    low = _bound([code.low for code in results if not code.is_null], min)
    high = _bound([code.high for code in results if not code.is_null], max)
    return PythonExpression(text, kind, (), CHOICE, low, high, maybe=any(code.maybe for code in results))


def _bound(
    bounds: Sequence[int | float | None], pick: Callable[[list[int | float]], int | float]
) -> int | float | None:
    known = [bound for bound in bounds if bound is not None]
    return pick(known) if known and len(known) == len(bounds) else None


def _conditions(compiler: Compiler, node: exp.Expression, cases: Sequence[exp.Expression]) -> list[str]:
    """Return the Python conditions of a CASE; the operand of a simple one is assigned in the first of them."""
    operand = node.this if isinstance(node, exp.Case) else None
    if operand is None:
        found = [compiler.condition(item.this) for item in cases]
    else:
        given, found = compiler.named(compiler.code(operand)), []
        for item in cases:
            answer = compared(compiler, "==", given, compiler.code(item.this), item.this)
            found.append(("False", ATOM) if answer.is_null else when_true(answer))
            given = given if answer.is_null else compiler.again(given)
    return [text if rank > CHOICE else f"({text})" for text, rank in found]


def coalesce(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile coalesce: the first value that is not NULL."""
    kind = compiler.type(node)
    codes = [implicit(compiler, compiler.code(item), kind, node) for item in arguments(node)]
    codes = [code for code in codes if not code.is_null]
    if len(codes) < 2:
        return codes[0] if codes else null(kind)
    conditions, results = [], []
    for code in codes[:-1]:
        if not code.guards and not code.maybe:
            results.append(code)
            break
        named = compiler.named(code)
        conditions.append(f"{named.guards[0]} is not None")
        results.append(PythonExpression(named.text, kind, low=code.low, high=code.high))
    else:
        results.append(whole(codes[-1]))
    return choice(compiler, conditions, results, kind)


def nullif(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile nullif: NULL where both are equal, else the first."""
    first, second = compiler.named(compiler.code(node.this)), compiler.code(node.expression)
    again = compiler.again(first)
    answer = compared(compiler, "==", first, second, node)
    if answer.is_null:
        return first
    text, rank = when_true(answer)
    condition = text if rank > CHOICE else f"({text})"
    if first.guards and first.guards[0].bound is not None and str(first.guards[0]) not in condition:
        condition = f"{first.guards[0]} is not None and {condition}"
    kind = compiler.type(node)
    return PythonExpression(
        f"None if {condition} else {again.text}", kind, (), CHOICE, first.low, first.high, maybe=True
    )


def extreme(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile greatest and least, which pass over NULL."""
    kind, items = compiler.type(node), arguments(node)
    codes = [implicit(compiler, compiler.code(item), kind, node) for item in items]
    codes = [code for code in codes if not code.is_null]
    greatest = isinstance(node, exp.Greatest)
    if len(codes) < 2:
        return codes[0] if codes else null(kind)
    certain = not any(code.guards or code.maybe for code in codes)
    pick = max if greatest else min
    low, high = _bound([code.low for code in codes], pick), _bound([code.high for code in codes], pick)
    if certain and (kind != "DOUBLE" or low is not None):
        return PythonExpression(f"{pick.__name__}({', '.join(code.text for code in codes)})", kind, (), ATOM, low, high)
    if not certain:
        low = _bound([code.low for code in codes], min)
        high = _bound([code.high for code in codes], max)
    name = ("greatest" if greatest else "least") + ("_double" if kind == "DOUBLE" else "")
    text = f"{name}({', '.join(whole(code).text for code in codes)})"
    return PythonExpression(text, kind, (), ATOM, low, high, maybe=True)


GROUP = "logic"
KINDS = ("int", "double", "text", "boolean", "date", "timestamp")


def _each(pattern: str, kinds: Sequence[str] = KINDS) -> tuple[str, ...]:
    return tuple(pattern.replace("@", kind) for kind in kinds)


ENTRIES = (
    Entry(
        GROUP,
        "and",
        ("{boolean} AND {boolean} -> boolean", "{boolean} AND {boolean} AND {boolean} -> boolean"),
        connect,
    ),
    Entry(GROUP, "or", ("{boolean} OR {boolean} -> boolean", "{boolean} OR NULL -> boolean"), connect),
    Entry(GROUP, "not", ("NOT {boolean} -> boolean", "NOT ({boolean} AND {boolean}) -> boolean"), negate),
    Entry(
        GROUP,
        "case",
        (
            *_each("CASE WHEN {boolean} THEN {@} ELSE {@} END -> @"),
            *_each("CASE WHEN {boolean} THEN {@} END -> @"),
            *_each("CASE WHEN {boolean} THEN {@} WHEN {boolean} THEN {@} ELSE {@} END -> @", ("int", "double", "text")),
            "CASE {int} WHEN {int} THEN {text} WHEN 2 THEN {text} ELSE 'x' END -> text",
            "CASE {text} WHEN 'a' THEN {int} WHEN {text} THEN {int} END -> int",
            "CASE {double} WHEN {double} THEN 1 WHEN {number} THEN 2 END -> int",
            "CASE WHEN {boolean} THEN {int} ELSE {double} END -> double",
        ),
        case,
        "a condition that is NULL counts as false",
    ),
    Entry(GROUP, "if", _each("if({boolean}, {@}, {@}) -> @", ("int", "text")), case),
    Entry(
        GROUP,
        "coalesce",
        (
            *_each("coalesce({@}, {@}) -> @"),
            *_each("coalesce({@}, {@}, {@}) -> @", ("int", "double")),
            "coalesce({int}, {double}) -> double",
            "ifnull({int}, 0) -> int",
            "ifnull({text}, '') -> text",
        ),
        coalesce,
        "`ifnull` is the same",
    ),
    Entry(
        GROUP,
        "nullif",
        (*_each("nullif({@}, {@}) -> @"), "nullif({int}, {double}) -> int", "nullif({text}, '') -> text"),
        nullif,
    ),
    Entry(
        GROUP,
        "greatest",
        (*_each("greatest({@}, {@}) -> @"), "greatest({int}, {double}, 0) -> double"),
        extreme,
        "ignores NULL",
    ),
    Entry(
        GROUP,
        "least",
        (*_each("least({@}, {@}) -> @"), "least({int}, {double}, 5) -> double"),
        extreme,
        "ignores NULL",
    ),
)
