"""Expressions bound to the columns they read: trees, carried from the checks to what prints or compiles them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp

from generator.errors import suggestion
from generator.sql.parsing import DIALECT, SqlError, column, column_names, render


@dataclass(frozen=True)
class BoundExpression:
    """A SQL expression whose columns are known and spelt as they are: its ``tree``, and that as ``text``.

    Two are equal where their texts are.
    """

    tree: exp.Expression = field(compare=False, repr=False)
    text: str

    def __str__(self) -> str:
        return self.text

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns that are read, each once, in order of appearance."""
        return column_names(self.tree)

    @property
    def column(self) -> str | None:
        """Return the name of the column that this is, where it is nothing else."""
        return self.tree.name if isinstance(self.tree, exp.Column) else None

    def of(self, table: str) -> "BoundExpression":
        """Return the expression with its columns qualified by ``table``."""
        return bound(rename(self.tree, str, table))

    def cast(self, kind: str) -> "BoundExpression":
        """Return the expression cast to the DuckDB type ``kind``."""
        tree = exp.Cast(this=self.tree.copy(), to=exp.DataType.build(kind, dialect=DIALECT))
        return BoundExpression(tree, f"CAST({self} AS {kind})")


def bound(tree: exp.Expression) -> BoundExpression:
    """Return ``tree``, which is bound, as an expression."""
    return BoundExpression(tree, render(tree))


def own(name: str) -> BoundExpression:
    """Return the expression that is the column ``name``."""
    return bound(column(name))


def called(function: str, arguments: Sequence[BoundExpression]) -> BoundExpression:
    """Return a call of ``function``, which is spelt as it is."""
    tree = exp.Anonymous(this=function, expressions=[argument.tree.copy() for argument in arguments])
    return BoundExpression(tree, f"{function}({', '.join(map(str, arguments))})")


def bind(tree: exp.Expression, known: Iterable[str], table: str | None = None) -> exp.Expression:
    """Return ``tree`` with every column spelt as in ``known`` (SQL ignores case) and qualified by ``table``.

    Raises :class:`SqlError` for a name that is not known.
    """
    names = {name.lower(): name for name in known}
    unknown = [name for name in column_names(tree) if name.lower() not in names]
    if unknown:
        raise SqlError(f"no column '{unknown[0]}'", suggestion(unknown[0], names.values()))
    return rename(tree, lambda name: names[name.lower()], table)


def rename(tree: exp.Expression, spell: Callable[[str], str], table: str | None = None) -> exp.Expression:
    """Return ``tree`` with each column's name replaced by ``spell(name)`` and qualified by ``table``."""

    def respell(node: exp.Expression) -> exp.Expression:
        return column(spell(node.name), table) if isinstance(node, exp.Column) else node

    return tree.transform(respell)


def with_text_columns(tree: exp.Expression) -> exp.Expression:
    """Return ``tree`` with every column cast to text."""

    def cast_column(node: exp.Expression) -> exp.Expression:
        return exp.cast(node.copy(), "VARCHAR") if isinstance(node, exp.Column) else node

    return tree.transform(cast_column)
