"""From a tree to pieces: typing by DuckDB, dispatch through the table of what is supported, temporaries."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlglot import exp

from generator.compile.piece import (
    ATOM,
    COMPARISON,
    INTEGERS,
    SIGN,
    Bound,
    Guard,
    Piece,
    merged,
    when_false,
    when_true,
    whole,
)
from generator.errors import excerpt
from generator.judge import Judge
from generator.sql import SqlError, render

WAY_OUT = (
    "see docs/expressions.md for what is supported, "
    "or write the feature in Python: {python: module.function, of: [...]}"
)
COLUMN_TYPES = (*INTEGERS, "BOOLEAN", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "INTERVAL")
OPERATORS: dict[type[exp.Expression], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.IntDiv: "//", exp.Mod: "%", exp.Neg: "unary -",
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.DPipe: "||",
    exp.NullSafeEQ: "is not distinct from", exp.NullSafeNEQ: "is distinct from", exp.Is: "is", exp.In: "in",
    exp.Between: "between", exp.And: "and", exp.Or: "or", exp.Not: "not", exp.Case: "case", exp.If: "if",
    exp.Cast: "cast", exp.TryCast: "try_cast", exp.Like: "like", exp.ILike: "ilike", exp.Escape: "escape",
    exp.Extract: "extract", exp.Interval: "interval", exp.AtTimeZone: "timezone", exp.DateAdd: "+", exp.Pow: "power",
}  # fmt: skip
ALIASES = {"datepart": "date_part", "prefix": "starts_with", "suffix": "ends_with"}
"""Second names that sqlglot does not know; those that it knows it has put into the first."""
ORDER: dict[type[exp.Expression], tuple[str, ...]] = {
    exp.TimestampTrunc: ("unit", "this"),
    exp.DateTrunc: ("unit", "this"),
    exp.DateDiff: ("unit", "expression", "this"),
    exp.AtTimeZone: ("zone", "this"),
}
"""Where DuckDB's order of arguments is not that of the tree."""
NO_VALUES = (exp.DataType, exp.Identifier, exp.Var, exp.Interval, exp.Tuple, exp.IntervalSpan)


@dataclass(frozen=True)
class Entry:
    """Something that is supported: ``forms`` are patterns like ``round({double}, {digits}) -> double``.

    ``compile`` turns a node of the tree into a piece. Documentation, dispatch and random tests all read this.
    """

    group: str
    name: str
    forms: tuple[str, ...]
    compile: Callable[[Compiler, exp.Expression], Piece]
    note: str = ""


def refused(what: str, instead: str = "") -> SqlError:
    """Return the error for what cannot be compiled; ``instead`` is the nearest form that can."""
    return SqlError(what, f"{instead}; {WAY_OUT}" if instead else WAY_OUT)


def arguments(node: exp.Expression) -> list[exp.Expression]:
    """Return the arguments of a function in DuckDB's order."""
    found: list[exp.Expression] = []
    for key in ORDER.get(type(node), tuple(node.arg_types)):
        value = node.args.get(key)
        if key == "this" and isinstance(node, exp.Anonymous):
            continue
        found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, exp.Expr)]  # type: ignore[misc]
    return found


def values(tree: exp.Expression) -> Iterator[exp.Expression]:
    """Return the nodes of ``tree`` that have a value, and so a type."""
    for node in tree.walk(prune=lambda item: isinstance(item, NO_VALUES)):
        is_branch = isinstance(node, exp.If) and isinstance(node.parent, exp.Case)
        is_part = isinstance(node.parent, exp.Escape) and isinstance(node, exp.Like | exp.ILike)
        if not (is_branch or is_part or isinstance(node, (*NO_VALUES, exp.Slice))) or isinstance(node, exp.Interval):
            yield cast(exp.Expression, node)


class Compiler:
    """Compiles one expression; ``spell`` gives the variable of a column, ``table`` what is supported."""

    def __init__(
        self,
        tree: exp.Expression,
        types: Mapping[str, str],
        judge: Judge,
        spell: Callable[[str], str],
        table: Mapping[str, Entry],
        temporary: str = "part",
        known: Container[str] = (),
    ) -> None:
        judge.table("judged", types)
        self.judge = judge
        self.temporaries: list[str] = []
        self._types = types
        self._spell = spell
        self._table = table
        self._temporary = temporary
        self._known = known
        self._taken = {spell(name) for name in types}
        texts = {id(node): render(node) for node in values(tree)}
        distinct = list(dict.fromkeys(texts.values()))
        found = dict(zip(distinct, judge.types_of([f"({text})" for text in distinct], "judged"), strict=True))
        self._found = {key: found[text] for key, text in texts.items()}
        self._names = {key: re.match(r"\w*", text) for key, text in texts.items()}

    def type(self, node: exp.Expression) -> str:
        """Return DuckDB's type of ``node``."""
        return self._found[id(node)]

    def piece(self, node: exp.Expression) -> Piece:
        """Return ``node`` compiled."""
        if isinstance(node, exp.Paren):
            return self.piece(node.this)
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Literal | exp.Boolean | exp.Null):
            return self._literal(node)
        name = self._name(node)
        entry = self._table.get(name)
        if entry is None:
            raise refused(f"`{excerpt(render(node))}`: '{name}' cannot be compiled for serving")
        return null(self.type(node)) if self._never_given(node) else entry.compile(self, node)

    def _never_given(self, node: exp.Expression) -> bool:
        """Return whether ``node`` reads no column and is NULL: DuckDB then never looks at the operands beside it."""
        if id(node) not in self._found or node.find(exp.Column):
            return False
        try:
            return bool(self.judge.values_of([f"({render(node)}) IS NULL"])[0])
        except SqlError:
            return False

    def _name(self, node: exp.Expression) -> str:
        """Return the name under which ``node`` stands in the table: an operator, or DuckDB's name of a function."""
        if type(node) in OPERATORS:
            return OPERATORS[type(node)]
        found = self._names[id(node)]
        name = found[0].lower() if found and found[0] else type(node).__name__.lower()
        return ALIASES.get(name, name)

    def settled(self, node: exp.Expression | Piece) -> Piece:
        """Return a piece whose text is never None where its guards are not."""
        piece = node if isinstance(node, Piece) else self.piece(node)
        return self.named(piece) if piece.maybe else piece

    def named(self, piece: Piece) -> Piece:
        """Return ``piece`` as a variable, so that it may be used more than once."""
        bare = piece.is_name and not piece.maybe
        if piece.is_constant or (bare and all(guard.name == piece.text for guard in piece.guards)):
            return piece
        name = self._fresh()
        guard = Guard(name, whole(piece).text)
        return replace(piece, text=name, guards=(guard,), rank=ATOM, maybe=False, blind=False, parts=())

    def again(self, piece: Piece) -> Piece:
        """Return the named ``piece`` for use after the place where its variable is assigned."""
        return replace(piece, guards=tuple(Guard(guard.name) for guard in piece.guards))

    def strict(
        self,
        template: str,
        pieces: Sequence[Piece],
        kind: str,
        rank: int = ATOM,
        low: Bound | None = None,
        high: Bound | None = None,
        maybe: bool = False,
    ) -> Piece:
        """Return ``template`` filled with ``pieces``; NULL where one of them is."""
        if any(piece.is_null for piece in pieces):
            return null(kind)
        settled = [self.settled(piece) for piece in pieces]
        if kind in INTEGERS and low is None:
            low, high = INTEGERS[kind]
        return Piece(template.format(*settled), kind, merged(settled), rank, low, high, maybe)

    def condition(self, node: exp.Expression) -> tuple[str, int]:
        """Return Python that is true where ``node`` is true, and how tightly it binds."""
        node = cast(exp.Expression, node.unnest())
        if isinstance(node, exp.And):
            return self._joined(node, "and", self.condition)
        if isinstance(node, exp.Or):
            return self._joined(node, "or", self.condition)
        if isinstance(node, exp.Not):
            return self.refuted(node.this)
        return when_true(self.boolean(node))

    def refuted(self, node: exp.Expression) -> tuple[str, int]:
        """Return Python that is true where ``node`` is false, and how tightly it binds."""
        node = cast(exp.Expression, node.unnest())
        if isinstance(node, exp.And):
            return self._joined(node, "or", self.refuted)
        if isinstance(node, exp.Or):
            return self._joined(node, "and", self.refuted)
        if isinstance(node, exp.Not):
            return self.condition(node.this)
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            operand = whole(self.piece(node.this))
            if operand.is_null or operand.is_certain:
                return str(not operand.is_null), ATOM
            return f"{operand.at(SIGN)} is not None", COMPARISON
        return when_false(self.boolean(node))

    def boolean(self, node: exp.Expression) -> Piece:
        """Return ``node`` compiled; refused where it is no BOOLEAN."""
        piece = self.piece(node)
        if piece.is_null:
            return null("BOOLEAN")
        if piece.type != "BOOLEAN":
            raise refused(
                f"`{excerpt(render(node))}` is {piece.type} where true or false is meant", "compare it, as in x <> 0"
            )
        return piece

    def _joined(
        self, node: exp.Expression, word: str, part: Callable[[exp.Expression], tuple[str, int]]
    ) -> tuple[str, int]:
        rank = {"and": 2, "or": 1}[word]
        sides = [part(side) for side in (node.this, node.expression)]
        return f" {word} ".join(text if bound >= rank else f"({text})" for text, bound in sides), rank

    def _fresh(self) -> str:
        number = len(self.temporaries) + 1
        while f"{self._temporary}{number}" in self._taken:
            number += 1
        name = f"{self._temporary}{number}"
        self._taken.add(name)
        self.temporaries.append(name)
        return name

    def _column(self, node: exp.Column) -> Piece:
        kind = self.type(node)
        if kind not in COLUMN_TYPES:
            raise refused(f"'{node.name}' is {kind}, which cannot be compiled for serving", "cast it to DOUBLE")
        name = self._spell(node.name)
        low, high = INTEGERS.get(kind, (None, None))
        guards = () if node.name in self._known else (Guard(name),)
        return Piece(name, kind, guards, low=low, high=high)

    def _literal(self, node: exp.Expression) -> Piece:
        if isinstance(node, exp.Null):
            return null(self.type(node))
        if isinstance(node, exp.Boolean):
            return constant(bool(node.this), "BOOLEAN")
        if node.is_string:
            return constant(str(node.this), "VARCHAR")
        kind, text = self.type(node), str(node.this)
        if kind in INTEGERS:
            return constant(int(text), kind)
        if kind == "DOUBLE" or kind.startswith("DECIMAL"):
            value = float(text)
            if abs(value) < float("inf"):
                return constant(value, "DOUBLE")
        raise refused(f"`{excerpt(text)}` is {kind}, which cannot be compiled for serving", "write a smaller number")


def constant(value: Any, kind: str) -> Piece:
    """Return the piece of a number, a truth value or a text that is the same for every row."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    bound = value if number else None
    return Piece(repr(value), kind, (), SIGN if number and str(value)[0] == "-" else ATOM, bound, bound, const=value)


def null(kind: str) -> Piece:
    """Return the piece that is NULL for every row."""
    return Piece("None", kind, maybe=True, const=None)
