"""From a tree to pieces: typing by DuckDB, dispatch through the table of what is supported, temporaries."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlglot import exp

from generator.compile.nodes import name_of, values
from generator.compile.piece import (
    ATOM,
    COMPARISON,
    INTEGERS,
    SIGN,
    Bound,
    Guard,
    Piece,
    constant,
    merged,
    null,
    when_false,
    when_true,
    whole,
)
from generator.errors import excerpt
from generator.sql.parsing import SqlError, render
from generator.sql.typing import Judge

WAY_OUT = (
    "see docs/expressions.md for what is supported, "
    "or write the feature in Python: {python: module.function, of: [...]}"
)
COLUMN_TYPES = (*INTEGERS, "BOOLEAN", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "INTERVAL")


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
        self._spell = spell
        self._table = table
        self._temporary = temporary
        self._known = known
        self._taken = {spell(name) for name in types}
        self._texts = {id(node): render(node) for node in values(tree)}
        distinct = list(dict.fromkeys(self._texts.values()))
        found = judge.types_of([f"({text})" for text in distinct], "judged")
        self._types = dict(zip(distinct, found, strict=True))

    def type(self, node: exp.Expression) -> str:
        """Return DuckDB's type of ``node``."""
        return self._types[self._texts[id(node)]]

    def piece(self, node: exp.Expression) -> Piece:
        """Return ``node`` compiled."""
        if isinstance(node, exp.Paren):
            return self.piece(node.this)
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Literal | exp.Boolean | exp.Null):
            return self._literal(node)
        name = name_of(node, self._texts.get(id(node), ""))
        entry = self._table.get(name)
        if entry is None:
            raise refused(f"`{excerpt(render(node))}`: '{name}' cannot be compiled for serving")
        return null(self.type(node)) if self._never_given(node) else entry.compile(self, node)

    def _never_given(self, node: exp.Expression) -> bool:
        """Return whether ``node`` reads no column and is NULL: DuckDB then never looks at the operands beside it."""
        text = self._texts.get(id(node))
        if text is None or node.find(exp.Column):
            return False
        try:
            return bool(self.judge.values_of([f"({text}) IS NULL"])[0])
        except SqlError:
            return False

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
