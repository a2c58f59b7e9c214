"""The nodes of sqlglot's trees as DuckDB means them: which have a value, what they are called, their arguments."""

import re
from collections.abc import Iterator
from typing import cast

from sqlglot import exp

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


def name_of(node: exp.Expression, text: str) -> str:
    """Return what ``node``, which is ``text`` in SQL, is called: an operator, or DuckDB's name of a function."""
    if type(node) in OPERATORS:
        return OPERATORS[type(node)]
    found = re.match(r"\w+", text)
    name = found[0].lower() if found else type(node).__name__.lower()
    return ALIASES.get(name, name)
