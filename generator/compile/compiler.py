"""From a tree to Python expressions: typing by DuckDB, dispatch through the table of what is supported, temporaries."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlglot import exp

from generator.compile.nodes import name_of, values
from generator.compile.python_expression import (
    ATOM,
    COMPARISON,
    INTEGERS,
    SIGN,
    Bound,
    Guard,
    PythonExpression,
    constant,
    merged,
    null,
    when_false,
    when_true,
    whole,
)
from generator.errors import excerpt
from generator.sql.parsing import SqlError, render
from generator.sql.typing import ExpressionTyping

WAY_OUT = (
    "see docs/expressions.md for what is supported, "
    "or write the feature in Python: {python: module.function, of: [...]}"
)
COLUMN_TYPES = (*INTEGERS, "BOOLEAN", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "INTERVAL")


@dataclass(frozen=True)
class Entry:
    """Something that is supported: ``forms`` are patterns like ``round({double}, {digits}) -> double``.

    ``compile`` turns a node of the tree into Python. Documentation, dispatch and random tests all read this.
    """

    group: str
    name: str
    forms: tuple[str, ...]
    compile: Callable[[Compiler, exp.Expression], PythonExpression]
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
        typing: ExpressionTyping,
        spell: Callable[[str], str],
        table: Mapping[str, Entry],
        temporary: str = "part",
        known: Container[str] = (),
    ) -> None:
        typing.table("inputs", types)
        self.typing = typing
        self.temporaries: list[str] = []
        self._spell = spell
        self._table = table
        self._temporary = temporary
        self._known = known
        self._taken = {spell(name) for name in types}
        self._texts = {id(node): render(node) for node in values(tree)}
        distinct = list(dict.fromkeys(self._texts.values()))
        found = typing.types_of([f"({text})" for text in distinct], "inputs")
        self._types = dict(zip(distinct, found, strict=True))

    def type(self, node: exp.Expression) -> str:
        """Return DuckDB's type of ``node``."""
        return self._types[self._texts[id(node)]]

    def code(self, node: exp.Expression) -> PythonExpression:
        """Return ``node`` compiled."""
        if isinstance(node, exp.Paren):
            return self.code(node.this)
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
            return bool(self.typing.values_of([f"({text}) IS NULL"])[0])
        except SqlError:
            return False

    def settled(self, node: exp.Expression | PythonExpression) -> PythonExpression:
        """Return a code whose text is never None where its guards are not."""
        code = node if isinstance(node, PythonExpression) else self.code(node)
        return self.named(code) if code.maybe else code

    def named(self, code: PythonExpression) -> PythonExpression:
        """Return ``code`` as a variable, so that it may be used more than once."""
        bare = code.is_name and not code.maybe
        if code.is_constant or (bare and all(guard.name == code.text for guard in code.guards)):
            return code
        name = self._fresh()
        guard = Guard(name, whole(code).text)
        return replace(code, text=name, guards=(guard,), rank=ATOM, maybe=False, blind=False, parts=())

    def again(self, code: PythonExpression) -> PythonExpression:
        """Return the named ``code`` for use after the place where its variable is assigned."""
        return replace(code, guards=tuple(Guard(guard.name) for guard in code.guards))

    def strict(
        self,
        template: str,
        codes: Sequence[PythonExpression],
        kind: str,
        rank: int = ATOM,
        low: Bound | None = None,
        high: Bound | None = None,
        maybe: bool = False,
    ) -> PythonExpression:
        """Return ``template`` filled with ``codes``; NULL where one of them is."""
        if any(code.is_null for code in codes):
            return null(kind)
        settled = [self.settled(code) for code in codes]
        if kind in INTEGERS and low is None:
            low, high = INTEGERS[kind]
        return PythonExpression(template.format(*settled), kind, merged(settled), rank, low, high, maybe)

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
            operand = whole(self.code(node.this))
            if operand.is_null or operand.is_certain:
                return str(not operand.is_null), ATOM
            return f"{operand.at(SIGN)} is not None", COMPARISON
        return when_false(self.boolean(node))

    def boolean(self, node: exp.Expression) -> PythonExpression:
        """Return ``node`` compiled; refused where it is no BOOLEAN."""
        code = self.code(node)
        if code.is_null:
            return null("BOOLEAN")
        if code.type != "BOOLEAN":
            raise refused(
                f"`{excerpt(render(node))}` is {code.type} where true or false is meant", "compare it, as in x <> 0"
            )
        return code

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

    def _column(self, node: exp.Column) -> PythonExpression:
        kind = self.type(node)
        if kind not in COLUMN_TYPES:
            raise refused(f"'{node.name}' is {kind}, which cannot be compiled for serving", "cast it to DOUBLE")
        name = self._spell(node.name)
        low, high = INTEGERS.get(kind, (None, None))
        guards = () if node.name in self._known else (Guard(name),)
        return PythonExpression(name, kind, guards, low=low, high=high)

    def _literal(self, node: exp.Expression) -> PythonExpression:
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
