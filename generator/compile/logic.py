"""AND, OR, NOT, and what chooses between values: CASE, coalesce, nullif, greatest, least."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from generator.compile.comparison import compared
from generator.compile.compiler import Compiler, Entry
from generator.compile.convert import branches, implicit
from generator.compile.nodes import arguments
from generator.compile.piece import AND, ATOM, CHOICE, COMPARISON, NOT, OR, Piece, constant, null, when_true, whole


def connect(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile AND and OR with three truth values."""
    word = "and" if isinstance(node, exp.And) else "or"
    return connected(word, [compiler.boolean(side) for side in (node.this, node.expression)])


def connected(word: str, pieces: Sequence[Piece]) -> Piece:
    """Return the AND or the OR of ``pieces``."""
    deciding, rank = word == "or", AND if word == "and" else OR
    if any(piece.const is deciding for piece in pieces):
        return constant(deciding, "BOOLEAN")
    if all(piece.is_null for piece in pieces):
        return null("BOOLEAN")
    if any(piece.guards or piece.maybe for piece in pieces):
        name = "all_true" if word == "and" else "any_true"
        return Piece(f"{name}({', '.join(whole(piece).text for piece in pieces)})", "BOOLEAN", maybe=True)
    return Piece(f" {word} ".join(piece.at(rank + 1) for piece in pieces), "BOOLEAN", (), rank)


def negate(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile NOT; of AND and OR by the rule of De Morgan."""
    inner = node.this.unnest()
    if isinstance(inner, exp.And | exp.Or):
        sides = [denied(compiler, side.unnest()) for side in (inner.this, inner.expression)]
        return connected("or" if isinstance(inner, exp.And) else "and", sides)
    return denied(compiler, inner)


def denied(compiler: Compiler, inner: exp.Expression) -> Piece:
    """Return NOT of ``inner``."""
    if isinstance(inner, exp.Is):
        text, rank = compiler.refuted(inner)
        return Piece(text, "BOOLEAN", (), rank)
    piece = compiler.settled(compiler.boolean(inner))
    if piece.is_null:
        return null("BOOLEAN")
    if piece.is_constant:
        return constant(not piece.const, "BOOLEAN")
    if piece.rank == NOT and piece.text.startswith("not "):
        return Piece(piece.text[4:], "BOOLEAN", piece.guards, COMPARISON)
    return Piece(f"not {piece.at(NOT)}", "BOOLEAN", piece.guards, NOT)


def case(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile CASE in both of its forms, and if(condition, then, else)."""
    cases = [node] if isinstance(node, exp.If) else node.args["ifs"]
    kind = compiler.type(node)
    conditions = _conditions(compiler, node, cases)
    otherwise = node.args.get("false") if isinstance(node, exp.If) else node.args.get("default")
    results = [compiler.piece(item.args["true"]) for item in cases]
    results.append(compiler.piece(otherwise) if otherwise is not None else null(kind))
    return choice(compiler, conditions, branches(compiler, results, kind, node), kind)


def choice(compiler: Compiler, conditions: Sequence[str], results: Sequence[Piece], kind: str) -> Piece:
    """Return ``results[i]`` for the first true one of ``conditions``, else the last of ``results``."""
    parts = [f"{piece.at(OR)} if {condition}" for piece, condition in zip(results, conditions, strict=False)]
    text = " else ".join([*parts, results[-1].at(CHOICE)])
    low = _bound([piece.low for piece in results if not piece.is_null], min)
    high = _bound([piece.high for piece in results if not piece.is_null], max)
    return Piece(text, kind, (), CHOICE, low, high, maybe=any(piece.maybe for piece in results))


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
        given, found = compiler.named(compiler.piece(operand)), []
        for item in cases:
            answer = compared(compiler, "==", given, compiler.piece(item.this), item.this)
            found.append(("False", ATOM) if answer.is_null else when_true(answer))
            given = given if answer.is_null else compiler.again(given)
    return [text if rank > CHOICE else f"({text})" for text, rank in found]


def coalesce(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile coalesce: the first value that is not NULL."""
    kind = compiler.type(node)
    pieces = [implicit(compiler, compiler.piece(item), kind, node) for item in arguments(node)]
    pieces = [piece for piece in pieces if not piece.is_null]
    if len(pieces) < 2:
        return pieces[0] if pieces else null(kind)
    conditions, results = [], []
    for piece in pieces[:-1]:
        if not piece.guards and not piece.maybe:
            results.append(piece)
            break
        named = compiler.named(piece)
        conditions.append(f"{named.guards[0]} is not None")
        results.append(Piece(named.text, kind, low=piece.low, high=piece.high))
    else:
        results.append(whole(pieces[-1]))
    return choice(compiler, conditions, results, kind)


def nullif(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile nullif: NULL where both are equal, else the first."""
    first, second = compiler.named(compiler.piece(node.this)), compiler.piece(node.expression)
    again = compiler.again(first)
    answer = compared(compiler, "==", first, second, node)
    if answer.is_null:
        return first
    text, rank = when_true(answer)
    condition = text if rank > CHOICE else f"({text})"
    if first.guards and first.guards[0].bound is not None and str(first.guards[0]) not in condition:
        condition = f"{first.guards[0]} is not None and {condition}"
    kind = compiler.type(node)
    return Piece(f"None if {condition} else {again.text}", kind, (), CHOICE, first.low, first.high, maybe=True)


def extreme(compiler: Compiler, node: exp.Expression) -> Piece:
    """Compile greatest and least, which pass over NULL."""
    kind, items = compiler.type(node), arguments(node)
    pieces = [implicit(compiler, compiler.piece(item), kind, node) for item in items]
    pieces = [piece for piece in pieces if not piece.is_null]
    greatest = isinstance(node, exp.Greatest)
    if len(pieces) < 2:
        return pieces[0] if pieces else null(kind)
    certain = not any(piece.guards or piece.maybe for piece in pieces)
    pick = max if greatest else min
    low, high = _bound([piece.low for piece in pieces], pick), _bound([piece.high for piece in pieces], pick)
    if certain and (kind != "DOUBLE" or low is not None):
        return Piece(f"{pick.__name__}({', '.join(piece.text for piece in pieces)})", kind, (), ATOM, low, high)
    if not certain:
        low = _bound([piece.low for piece in pieces], min)
        high = _bound([piece.high for piece in pieces], max)
    name = ("greatest" if greatest else "least") + ("_double" if kind == "DOUBLE" else "")
    text = f"{name}({', '.join(whole(piece).text for piece in pieces)})"
    return Piece(text, kind, (), ATOM, low, high, maybe=True)


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
        "passes over NULL",
    ),
    Entry(
        GROUP,
        "least",
        (*_each("least({@}, {@}) -> @"), "least({int}, {double}, 5) -> double"),
        extreme,
        "passes over NULL",
    ),
)
