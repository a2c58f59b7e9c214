"""Compare two tables of features, column by column."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flights.features.columns import FEATURES

Slack = np.ndarray | float


def equal(left: pa.Array, right: pa.Array, tolerance: float, slack: Slack) -> np.ndarray:
    """Return where two columns agree; a missing value agrees only with a missing value, and NaN with NaN.

    Numbers may be apart by ``tolerance`` of their size and ``slack``; where that is infinite, anything agrees.
    """
    missing = left.is_null(nan_is_null=False).to_numpy(zero_copy_only=False)
    same = missing == right.is_null(nan_is_null=False).to_numpy(zero_copy_only=False)
    if not pa.types.is_floating(left.type):
        same &= missing | pc.equal(left, right).fill_null(False).to_numpy(zero_copy_only=False)
        return same | np.isinf(slack)
    one, other = left.to_numpy(zero_copy_only=False), right.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        near = np.abs(one - other) <= tolerance * np.abs(one) + slack
    return same & (near | (one == other) | (np.isnan(one) & np.isnan(other))) | np.isinf(slack)


def differences(
    expected: pa.Table, found: pa.Table, tolerance: float = 0.0, slack: Mapping[str, Slack] | None = None
) -> dict[str, int]:
    """Return each feature that differs with the first row where it does.

    Numbers may be apart by ``tolerance`` of their size, and by the ``slack`` that their feature has in each row.
    """
    pairs = {name: (expected[name].combine_chunks(), found[name].combine_chunks()) for name in FEATURES}
    given = slack or {}
    wrong = {
        name: np.flatnonzero(~equal(left, right, tolerance, given.get(name, 0.0)))
        for name, (left, right) in pairs.items()
    }
    return {name: int(places[0]) for name, places in wrong.items() if len(places)}
