"""How far the past is known that features are computed from, and which requests lie beyond that."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from flights.features.columns import FEATURES
from flights.service.contract import Unexpected
from flights.service.request import Row

TIME = "departure"
EVERY = timedelta(hours=1)
DECIDE_BEFORE = timedelta(hours=3)
EPOCH = datetime(1970, 1, 1)
HISTORY = (
    25,
    26,
    27,
    28,
    29,
    30,
    31,
    32,
    33,
    34,
    35,
)
"""The places of the features that are null where nothing is known of the past."""


class Known(Struct):
    """The moment at which the past stands, and that of the latest row in it; 1970 where there is none."""

    since: datetime
    until: datetime


class Past:
    """What the snapshots in the folder ``data`` know."""

    def __init__(self, data: Path) -> None:
        self.known = msgspec.json.decode((data / "snapshots/known.json").read_bytes(), type=Known)
        self.begins, self.ends = step(self.known.since), step(self.known.until) + 2 * EVERY

    def beyond(self, row: Row, features: tuple[Any, ...]) -> list[Unexpected]:
        """Return why features of ``row`` lack a past as they had it in training."""
        decided = row.departure - DECIDE_BEFORE
        found = []
        if decided < self.begins:
            found.append(Unexpected(TIME, f"lies before {self.known.since}, from when on the past is known"))
        elif decided >= self.ends:
            found.append(
                Unexpected(
                    TIME, f"lies long after {self.known.until}, up to when the past is known: refresh the snapshots"
                )
            )
        if all(features[place] is None for place in HISTORY):
            names = ", ".join(FEATURES[place] for place in HISTORY)
            found.append(Unexpected(TIME, f"nothing is known of the past of this row: {names}"))
        return found


def step(moment: datetime) -> datetime:
    """Return when the step began in which ``moment`` lies."""
    return moment - (moment - EPOCH) % EVERY
