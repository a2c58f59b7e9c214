"""What a window aggregate is computed from: a value by row, partial results by step, and what is rolled from them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.plan.select import NOTHING, ColumnPlan
from generator.project import WindowAggregate
from generator.sql.code import Code, name

EPSILON = "1e-15"
"""A few times 2 ** -52, the distance of 1 and the next fraction."""

COUNTS = ("count", "count_distinct")
"""The functions that give 0, and not NULL, where no row counts."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """What one feature needs at each stage: a value by row, partial results by step, and what is rolled from them.

    ``rounding`` bounds by how much the result depends on the order in which fractions are added up; nothing where it
    does not.
    """

    name: Code
    value: Code
    partials: tuple[ColumnPlan, ...]
    rolled: Code
    default: Code
    rounding: Code


def value_of_row(feature: WindowAggregate) -> Code:
    """Return the value of one row that ``feature`` is computed from, NULL where the row does not count."""
    value = _numeric(feature)
    return Code(f"CASE WHEN {feature.where} THEN {value} END" if feature.where else value)


def rolled_value(feature: WindowAggregate, place: int, window: Code) -> Value:
    """Plan what ``feature`` is computed from over ``window``: the values by row are the column ``__value_<place>``."""
    partials, rolled = _rolled(feature, f"__value_{place}", place, window)
    value = value_of_row(feature)
    return Value(
        name=name(feature.name),
        value=value,
        partials=tuple(partials),
        rolled=Code(rolled),
        default=Code("0") if feature.function in COUNTS else NOTHING,
        rounding=_rounding(feature, value),
    )


def _numeric(feature: WindowAggregate) -> str:
    """Return the value in the type in which it is added up: whole numbers exactly, others as DOUBLE."""
    if feature.function == "stddev":
        return f"CAST({feature.value} AS DOUBLE)"
    if feature.function in ("avg", "sum"):
        kind = _exact(feature.value_type)
        return feature.value.text if feature.value_type == "DOUBLE" else f"CAST({feature.value} AS {kind})"
    return feature.value.text


def _exact(kind: str) -> str:
    return "DOUBLE" if kind == "FLOAT" or kind.startswith("DECIMAL") else "BIGINT" if kind != "HUGEINT" else kind


def _rolled(feature: WindowAggregate, value: str, place: int, window: str) -> tuple[Iterable[ColumnPlan], str]:
    """Return the partial results of one step, and what a window of steps makes of them."""
    order = "__time, __row"
    # Sums of fractions depend on their order, which threads would leave to chance.
    added = f"sum({value})" if _is_exact(feature) else f"sum({value} ORDER BY {order})"
    total, count = (f"__{part}_{place}" for part in ("sum", "count"))
    if feature.function == "avg":
        parts = {total: added, count: f"count({value})"}
        return _columns(parts), f"CAST(sum({total}) OVER {window} AS DOUBLE) / sum({count}) OVER {window}"
    if feature.function == "sum":
        return _columns({total: added}), f"CAST(sum({total}) OVER {window} AS DOUBLE)"
    if feature.function == "count":
        return _columns({count: f"count({value})"}), f"CAST(coalesce(sum({count}) OVER {window}, 0) AS BIGINT)"
    if feature.function == "stddev":
        return (), f"stddev_samp({value}) OVER {window}"
    if feature.function == "last":
        latest = f"__last_{place}"
        return _columns({latest: f"arg_max({value}, ({order}))"}), f"last_value({latest} IGNORE NULLS) OVER {window}"
    if feature.function == "count_distinct":
        return (), ""
    part = f"__{feature.function}_{place}"
    return _columns({part: f"{feature.function}({value})"}), f"{feature.function}({part}) OVER {window}"


def _rounding(feature: WindowAggregate, value: str) -> Code:
    """Return the SQL of a bound over all rows of a key, of which those of a span are some; see Higham (2002), 4.2.

    A sum of n fractions is off by at most n ulps of the sum of their sizes, a mean by that share of it; so is a spread.
    """
    if not is_rounded(feature):
        return NOTHING
    size = f"{EPSILON} * count({value}) * max(abs({value}))"
    return Code(f"{size} * count({value})" if feature.function == "sum" else size)


def is_rounded(feature: WindowAggregate) -> bool:
    """Return whether the last bits of the result depend on the order in which values are added up."""
    return feature.function == "stddev" or (feature.function in ("avg", "sum") and not _is_exact(feature))


def _is_exact(feature: WindowAggregate) -> bool:
    return feature.value_type != "DOUBLE" and _exact(feature.value_type) != "DOUBLE"


def _columns(parts: dict[str, str]) -> Iterator[ColumnPlan]:
    return (ColumnPlan(name=Code(part), sql=Code(text)) for part, text in parts.items())
