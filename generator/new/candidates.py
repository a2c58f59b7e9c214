"""Propose candidates: which compete in a new project, and with what settings."""

from dataclasses import dataclass

from generator.new.answers import Inferred
from generator.sql.code import Code

SMALL, MIDDLE = 600, 3_000
WIDE = 200
QUICK = 100_000
"""Rows beyond which fewer rounds have to do."""
DENSE = 30_000_000
"""Values of a matrix up to which a linear model takes seconds."""
FEWEST_NUMBERS = 2
"""Features that are numbers, from which on curves and linear leaves are worth a candidate."""
MOST_CURVES = 200
"""Features that are numbers up to which each is given a curve."""


@dataclass(frozen=True)
class Trees:
    """Settings of LightGBM that suit the size of the data."""

    num_leaves: int
    min_data_in_leaf: int
    learning_rate: Code
    feature_fraction: Code
    features: Code
    reason: Code
    rate_reason: Code


def is_amount(found: Inferred) -> bool:
    """Return whether the target is a number that is never negative, as counts and prices are."""
    target = next(column for column in found.columns if column.label == found.target)
    return found.goal.task == "regression" and target.measure.numbers > 0 and target.measure.negative == 0


def proposed(found: Inferred) -> tuple[str, ...]:
    """Return the candidates that compete, in the order of conf/config.yaml.

    A blend needs members that differ in kind. Of very many rows each takes long, and a blend gains little on trees.
    """
    numbers = sum(column.kind.type in ("integer", "float") for column in found.with_role("input"))
    cells, curved = found.rows * len(found.features), FEWEST_NUMBERS <= numbers <= MOST_CURVES
    linear = ("linear",) if cells <= DENSE else ()
    if not is_blended(found):
        return ("baseline", *linear, "lightgbm")
    spline = ("spline",) if linear and curved and cells <= DENSE / 6 else ()
    leaves = ("linear_trees",) if curved and found.goal.task != "multiclass" else ()
    return (
        "baseline",
        *linear,
        *spline,
        "lightgbm",
        "extra_trees",
        *leaves,
        *(("poisson",) if is_amount(found) else ()),
    )


def is_blended(found: Inferred) -> bool:
    """Return whether a blend of the candidates competes, too."""
    return found.rows <= QUICK


def proposed_reason(found: Inferred) -> str:
    """Return why these candidates compete, in a few words."""
    if is_blended(found):
        return "the base rate, and models of different kinds"
    if "linear" in proposed(found):
        return "the base rate, a linear model, boosted trees; of so many rows more take long"
    return "without linear: so many values take it long"


def trees(found: Inferred) -> Trees:
    """Return settings of LightGBM that suit the size of the data."""
    rows, wide = found.rows, len(found.features) > WIDE
    leaves, least = (7, 5) if rows < SMALL else (15, 10) if rows < MIDDLE else (31, 20)
    words = f"small trees for {rows:,} rows" if rows < MIDDLE else f"for {rows:,} rows"
    fast = rows > QUICK
    return Trees(
        num_leaves=leaves,
        min_data_in_leaf=least,
        learning_rate=Code("0.1" if fast else "0.05"),
        feature_fraction=Code("0.3" if wide else "0.9"),
        features=Code(f"{len(found.features):,}"),
        reason=Code(words),
        rate_reason=Code(f"fewer rounds, for more than {QUICK:,} rows" if fast else f"for up to {QUICK:,} rows"),
    )
