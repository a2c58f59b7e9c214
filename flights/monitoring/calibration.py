"""Set the thresholds of drift by blocks of consecutive rows in which nothing has changed, and count how many exceed them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flights.common.settings import setting
from flights.monitoring.drift import Watched, exceeding, in_blocks, in_draws, limits, merged

SHARES = {
    "holdout": 1.0,
    "validation": 1.0,
}  # of the rows of their time that a part has: as many rows take longer there
FOLLOWS = 0.9  # of the variance of a feature that the calendar explains: then it drifts with the calendar


@dataclass(frozen=True)
class Calibration:
    """The threshold of every feature, and last of the scores; which follow the calendar, and have none; how it was found."""

    thresholds: np.ndarray
    calendar: np.ndarray
    summary: dict[str, Any]

    @property
    def words(self) -> str:
        """What the thresholds promise, and what was counted."""
        found = self.summary
        if not found["blocks"]:
            return f"There are no two blocks of {found['rows']:,} consecutive rows to tell how often an alarm is false."
        return (
            f"Of chunks of {found['rows']:,} rows in which nothing has changed, at most {found['promised']:.2%} ring the alarm; of "
            f"{found['blocks']} blocks of consecutive rows from before the release, each by a threshold that the others set, "
            f"{found['measured']:.2%} did, and in {found['measured_features']:.2%} some feature seemed to drift."
        )


def cells_of(times: pa.ChunkedArray) -> np.ndarray:
    """Return a number for the month, the day of the week and the hour of each of ``times``."""
    parts = [part(times).to_numpy() for part in (pc.month, pc.day_of_week, pc.hour)]
    return np.unique(np.column_stack(parts), axis=0, return_inverse=True)[1].ravel()


def calibrate(parts: dict[str, list[Watched]], times: pa.ChunkedArray, features: int, rows: int) -> Calibration:
    """Return the thresholds for chunks of ``rows`` rows; the first ``features`` columns of each part are features.

    ``times`` are those of the holdout.
    """
    settings, holdout = setting("monitor"), parts["holdout"]
    cells, rate = cells_of(times), settings["false_alarms"]
    calendar = np.array([*(column.explained(cells) > FOLLOWS for column in holdout[:features]), False])
    lengths = {part: max(round(rows * SHARES[part]), 1) for part in parts}
    blocks = [in_blocks(columns, lengths[part], settings["chunks"]) for part, columns in parts.items()]
    drifts = np.concatenate(blocks)
    enough = len(drifts) > 1
    if not enough:
        drifts = in_draws(holdout, rows, settings["chunks"], settings["seed"])
    calm = merged(drifts, features)[:, ~calendar]
    thresholds = np.full(features + 1, np.inf)
    thresholds[~calendar] = limits(calm, rate)
    summary: dict[str, Any] = {"rows": rows, "blocks": len(drifts) if enough else 0, "asked": rate}
    if enough:
        rang = exceeding(calm, rate)
        summary["promised"] = round(max(rate, 1 / (len(drifts) + 1)), 6)
        summary["measured"] = round(float(rang[:, -1].mean()), 6)
        summary["measured_features"] = round(float(rang[:, :-1].any(axis=1).mean()), 6)
    return Calibration(thresholds, calendar, summary)
