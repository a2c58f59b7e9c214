"""Fractions as doubles: ``rate * 0.5`` is DECIMAL arithmetic to DuckDB, and no one means that."""

from collections.abc import Mapping

from sqlglot import exp

from generator.compile.nodes import values
from generator.sql.parsing import render
from generator.sql.typing import ExpressionTyping

DIGITS = 15
"""Fractions of so many digits are compared with numbers as exactly as doubles are."""


def normalise(tree: exp.Expression, types: Mapping[str, str], typing: ExpressionTyping) -> exp.Expression:
    """Return ``tree`` with its fractions written as doubles (``0.5e0``) where they would make it DECIMAL.

    Both compilers, to SQL and to Python, read what this returns.
    """
    fractions = [node for node in tree.find_all(exp.Literal) if _is_fraction(node)]
    if not fractions:
        return tree
    typing.table("inputs", types)
    nodes = list(values(tree))
    kinds = typing.types_of([f"({render(node)})" for node in nodes], "inputs")
    mixed = any(
        kind.startswith(("DECIMAL", "HUGEINT")) for node, kind in zip(nodes, kinds, strict=True) if not _bare(node)
    )
    long = any(sum(map(str.isdigit, str(node.this))) > DIGITS for node in fractions)
    if not mixed and not long and not _bare(tree):
        return tree
    return tree.transform(_as_double)


def _is_fraction(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and "." in node.this and "e" not in node.this.lower()


def _bare(node: exp.Expression) -> bool:
    """Return whether ``node`` is nothing but a fraction, with a sign or in parentheses."""
    while isinstance(node, exp.Neg | exp.Paren):
        node = node.this
    return _is_fraction(node)


def _as_double(node: exp.Expression) -> exp.Expression:
    if not _is_fraction(node):
        return node
    whole, _, fraction = str(node.this).partition(".")
    return exp.Literal.number(f"{whole or '0'}{'.' if fraction else ''}{fraction}e0")
