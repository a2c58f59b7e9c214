"""Read the logs of the service: its predictions, and the outcomes that were reported for them.

Lines that are cut off, or that the service does not write, are passed over, and counted.
"""

import heapq
import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.common.outputs import read_json

LOGS = Path("logs")
Time = Annotated[datetime, msgspec.Meta(tz=True)]
Line = TypeVar("Line", bound=msgspec.Struct)


class Prediction(msgspec.Struct):
    """What is read of a line of the prediction log."""

    id: str
    time: Time
    model: str
    features: dict[str, float | str | None]
    score: float


class Outcome(msgspec.Struct):
    """What is read of a line of the log of outcomes."""

    id: str
    time: Time
    outcome: bool


def read_lines(name: str, kind: type[Line]) -> Iterator[Line | None]:
    """Yield the lines of the files of LOGS whose names begin with ``name``, None for one that is not of its ``kind``."""
    decoder = msgspec.json.Decoder(kind)
    for file in (file for file in sorted(LOGS.glob(f"{name}-*.jsonl")) if file.is_file()):
        with file.open("rb") as lines:
            for line in filter(bytes.strip, lines):
                try:
                    yield decoder.decode(line)
                except (ValueError, RecursionError):
                    yield None


def logged_features(reference: pa.Schema, bundle: Path) -> dict[str, type]:
    """Return the features in ``reference`` that ``bundle`` logs, with what they hold: all but those of personal columns."""
    card = bundle / "bundle.json"
    unlogged = read_json(card).get("unlogged", []) if card.exists() else []
    return {
        field.name: str if pa.types.is_string(field.type) else float
        for field in reference
        if not field.name.startswith("__") and field.name not in unlogged
    }


class Log:
    """The predictions in LOGS of the model ``digest``, whose ``reference`` says what they look like."""

    def __init__(self, digest: str, reference: Path) -> None:
        with pq.ParquetFile(reference) as file:
            row = next(file.iter_batches(batch_size=1))
        self.digest, self.passed_over = digest, 0
        self.since: datetime | None = None
        self.shape = np.shape(row["__score"][0].as_py())
        self.kinds = logged_features(row.schema, reference.parent)

    def __iter__(self) -> Iterator[Prediction]:
        """Yield the predictions, those of each file in their order."""
        for prediction in read_lines("predictions", Prediction):
            if prediction is None:
                self.passed_over += 1
            elif prediction.model == self.digest and self.fits(prediction):
                self.since = min(self.since or prediction.time, prediction.time)
                yield prediction

    def fits(self, prediction: Prediction) -> bool:
        """Return whether ``prediction`` has the logged features and the score of the model; count it where it has not."""
        features = prediction.features
        fits = features.keys() == self.kinds.keys() and np.shape(prediction.score) == self.shape
        fits = fits and all(value is None or isinstance(value, self.kinds[name]) for name, value in features.items())
        self.passed_over += not fits
        return fits


class Outcomes:
    """The outcomes in LOGS, one for each prediction: where several were reported, the last counts.

    They are held in memory, about 300 bytes each.
    """

    def __init__(self) -> None:
        self.latest: dict[str, Outcome] = {}
        self.matched: set[str] = set()
        self.repeated = self.contradicting = self.early = self.passed_over = 0
        for outcome in read_lines("outcomes", Outcome):
            if outcome is None or (isinstance(outcome.outcome, float) and not math.isfinite(outcome.outcome)):
                self.passed_over += 1
            else:
                self.add(outcome)

    def add(self, outcome: Outcome) -> None:
        """Keep ``outcome`` unless a later one is known; count whether it says the same as the other."""
        known = self.latest.get(outcome.id)
        if known is not None:
            same = known.outcome == outcome.outcome
            self.repeated += same
            self.contradicting += not same
        if known is None or outcome.time >= known.time:
            self.latest[outcome.id] = outcome

    def match(self, prediction: Prediction) -> bool:
        """Return whether the outcome of ``prediction`` is known; a prediction that stands twice in the log matches once."""
        outcome = self.latest.get(prediction.id)
        if outcome is None or prediction.id in self.matched:
            return False
        self.matched.add(prediction.id)
        self.early += outcome.time < prediction.time
        return True

    def counts(self, predictions: int) -> dict[str, int]:
        """Return how many outcomes there are of each kind, and how many of the ``predictions`` wait for theirs."""
        return {
            "matched": len(self.matched),
            "waiting": predictions - len(self.matched),
            "unmatched": len(self.latest) - len(self.matched),  # of predictions of another version, or of none
            "repeated": self.repeated,
            "contradicting": self.contradicting,
            "early": self.early,  # reported before the prediction was made: a clock was set
            "passed_over": self.passed_over,
        }


class Latest:
    """The ``most`` latest of all predictions that it was given."""

    def __init__(self, most: int) -> None:
        self.most, self.given = most, 0
        self.heap: list[tuple[datetime, int, Prediction]] = []

    def add(self, prediction: Prediction) -> None:
        """Take ``prediction``, and let go of the earliest where there are too many."""
        self.given += 1
        entry = (prediction.time, -self.given, prediction)
        if len(self.heap) < self.most:
            heapq.heappush(self.heap, entry)
        else:
            heapq.heappushpop(self.heap, entry)

    def newest_first(self) -> list[Prediction]:
        """Return the predictions, the latest first."""
        return [prediction for *_, prediction in sorted(self.heap, key=lambda entry: entry[:2], reverse=True)]
