"""Expressions for serving: from the tree that DuckDB runs in training to Python with exactly its results.

Python values stand for DuckDB's: None for NULL, ``bool``, ``int``, ``float``, ``str``, ``date``, ``datetime`` without a
zone for TIMESTAMP and in UTC for TIMESTAMP WITH TIME ZONE, ``Interval`` for INTERVAL.
"""

import builtins
import math
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from generator.compile.compiler import COLUMN_TYPES, Compiler, refused
from generator.compile.nodes import values
from generator.compile.normalise import normalise
from generator.compile.python_expression import whole
from generator.compile.registry import TABLE, supported
from generator.compile.source import definitions, import_lines, imports, libraries, names_in, needed, sources
from generator.errors import excerpt
from generator.sql.code import Code
from generator.sql.parsing import SqlError, column_names, render
from generator.sql.typing import ExpressionTyping

__all__ = [
    "Compiled",
    "check_expression",
    "compile_expression",
    "import_lines",
    "normalise",
    "sources",
    "supported",
    "taken",
]


@dataclass(frozen=True)
class Compiled:
    """An expression as Python: ``code`` is one expression over the variables of its columns.

    ``type`` is DuckDB's type of the result, and ``nullable`` whether it may be None. ``called`` are the
    runtime functions that ``code`` names, ``functions`` those and what they need; ``names`` what it names of the
    standard library (see :func:`import_lines`), ``libraries`` the distributions it runs on, ``temporaries`` the
    variables it assigns.
    """

    code: Code
    type: str
    nullable: bool
    called: frozenset[str]
    functions: frozenset[str]
    names: frozenset[str]
    libraries: frozenset[str]
    temporaries: tuple[str, ...]


def compile_expression(
    tree: exp.Expression,
    types: Mapping[str, str],
    typing: ExpressionTyping,
    spell: Callable[[str], str],
    temporary: str = "part",
    known: Container[str] = (),
) -> Compiled:
    """Compile ``tree``, which is normalised and bound to columns of ``types``.

    ``spell`` gives the variable that holds a column: a Python identifier that is none of :func:`taken`. Temporaries are
    called ``temporary`` and a number. Columns that are ``known`` are never NULL. Raises :class:`SqlError` for what
    cannot be compiled.
    """
    try:
        compiler = Compiler(tree, types, typing, spell, TABLE, temporary, known)
        code = whole(compiler.code(tree))
        _refuse_nan(tree, compiler)
    except RecursionError as error:
        raise refused("nested too deeply to be compiled", "make an earlier feature of a part") from error
    if code.type not in (*COLUMN_TYPES, '"NULL"'):
        raise refused(
            f"`{excerpt(render(tree))}` is {code.type}, which cannot be compiled for serving", "cast it to DOUBLE"
        )
    used = names_in(code.text)
    variables = {spell(name) for name in column_names(tree)}
    clash = sorted(variables & taken())
    assert not clash, f"a column may not be spelt {clash[0]}: the runtime has that name"
    functions = needed(used - variables)
    return Compiled(
        code=Code(code.text),
        type=compiler.type(tree),
        nullable=code.maybe,
        called=(used - variables) & functions,
        functions=functions,
        names=frozenset((used - variables) & imports().keys()),
        libraries=libraries(functions),
        temporaries=tuple(compiler.temporaries),
    )


def _refuse_nan(tree: exp.Expression, compiler: Compiler) -> None:
    """Refuse a part that is NaN in every row: what DuckDB's optimizer makes of it differs from what it computes."""
    for node in values(tree):
        if compiler.type(node) != "DOUBLE" or isinstance(node, exp.Literal) or node.find(exp.Column) is not None:
            continue
        text = render(node)
        try:
            (value,) = compiler.typing.values_of([text])
        except SqlError:
            continue
        if value is not None and math.isnan(value):
            raise refused(f"`{excerpt(text)}` is NaN in every row", "NULL stands for what is not known")


def check_expression(text: exp.Expression, types: Mapping[str, str], typing: ExpressionTyping) -> SqlError | None:
    """Return why the normalised tree ``text`` cannot be compiled, or None where it can."""
    spelt = {name: f"column{index}" for index, name in enumerate(types)}
    try:
        compile_expression(text, types, typing, spelt.__getitem__)
    except SqlError as error:
        return error
    return None


@cache
def taken() -> frozenset[str]:
    """Return the names that no column's variable may have: the runtime's, its imports' and Python's own."""
    return frozenset({*definitions(), *imports(), *dir(builtins)})
