"""Predict: features, score, a line in the log; whatever a row comes from."""

import itertools
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Never

import msgspec
from msgspec import Struct

from flights.common.settings import setting
from flights.features.columns import FEATURES
from flights.service.contract import Contract, Unexpected
from flights.service.feedback import Outcome
from flights.service.integrity import digest, prove, version
from flights.service.log import Log
from flights.service.request import Row
from flights.service.responses import Decider
from flights.service.scorer import Score, Scorer
from flights.service.telemetry import Telemetry
from flights.service.validation import MOST_PROBLEMS, Problem, RefusedError
from flights.service.window_aggregates import Past


class Prediction(Struct, gc=False):
    """What is found for a row."""

    id: str
    score: Score
    unexpected: list[Unexpected]
    features: tuple[Any, ...]
    columns: list[float]


class Entry(Struct, gc=False):
    """A line of the log."""

    id: str
    time: datetime
    model: str
    inputs: Row
    features: dict[str, Any]
    score: Score
    decision: bool


class Predictor:
    """A bundle that is whole, loaded once."""

    def __init__(self, bundle: Path, logs: Path, telemetry: Telemetry, data: Path | None = None) -> None:
        params = setting(file=bundle / "params.yaml")
        self.settings: dict[str, Any] = params["service"]
        self.digest, self.version = digest(bundle), version(bundle)
        self.scorer = Scorer(bundle, data)
        prove(self.scorer, bundle)
        self.contract = Contract(bundle / "contract.json")
        self.past = Past(data or bundle / "data")
        self.refuse_unexpected: bool = self.settings["on_unexpected"] == "refuse"
        self.telemetry = telemetry
        self.prefix, self.count = secrets.token_hex(8), itertools.count(1)
        limits = self.settings["log_max_bytes"], 3_600 * self.settings["log_max_hours"]
        self.log, self.outcomes = Log(logs, "predictions", *limits), Log(logs, "outcomes", *limits)
        self.needs_log: bool = self.settings["log_failure"] == "refuse"
        self.encode_lines = msgspec.json.Encoder().encode_lines
        self.decider = Decider(params["problem"]["decision"])

    def predict(self, row: Row) -> Prediction:
        """Return what is found for ``row``, once it is in the log."""
        found = self.find(row)
        self.keep(row, found)
        return found

    def keep(self, row: Row, found: Prediction) -> None:
        """Log what was found for ``row``, and count what is unexpected in it."""
        self.append(self.encode_lines([self.entry(datetime.now(UTC), row, found)]))
        if found.unexpected:
            self.mark(found.unexpected)

    def find(self, row: Row) -> Prediction:
        """Return what is found for ``row``; nothing of it is kept yet."""
        unexpected = self.contract.unexpected(row)
        if unexpected and self.refuse_unexpected:
            self.refuse([unexpected], 0)
        features = self.features(row, 0)
        unexpected += self.past.beyond(row, features)
        columns = self.scorer.encode(features)
        return Prediction(
            f"{self.prefix}{next(self.count):x}", self.scorer.score(columns), unexpected, features, columns
        )

    def find_many(self, rows: list[Row], first: int) -> list[Prediction]:
        """Return what is found for each of ``rows``, of which the first has the place ``first`` in its request."""
        unexpected = [self.contract.unexpected(row) for row in rows]
        if self.refuse_unexpected and any(unexpected):
            self.refuse(unexpected, first)
        features = [self.features(row, place) for place, row in enumerate(rows, start=first)]
        for row, values, marks in zip(rows, features, unexpected, strict=True):
            marks += self.past.beyond(row, values)
        columns = [self.scorer.encode(values) for values in features]
        ids = [f"{self.prefix}{next(self.count):x}" for _ in rows]
        return list(map(Prediction, ids, self.scorer.scores(columns), unexpected, features, columns))

    def count_batch(self, batch: list[Prediction]) -> None:
        """Count the rows of a batch, and what is unexpected in them."""
        self.telemetry.batch_rows.inc(len(batch))
        for found in batch:
            self.mark(found.unexpected)

    def mark(self, unexpected: list[Unexpected]) -> None:
        """Count values that are unexpected."""
        for value in unexpected:
            self.telemetry.unexpected.labels(value.field).inc()

    def refuse(self, unexpected: list[list[Unexpected]], first: int) -> Never:
        """Count and refuse values that are unexpected, in rows of which the first has the place ``first``."""
        problems = []
        for place, values in enumerate(unexpected, start=first):
            self.mark(values)
            problems += [Problem(value.field, value.reason, place) for value in values]
        raise RefusedError(422, "unexpected values", problems[:MOST_PROBLEMS])

    def features(self, row: Row, place: int) -> tuple[Any, ...]:
        """Return the features of ``row``; refuse values that have none."""
        try:
            return self.scorer.features(row)
        except (ValueError, ArithmeticError) as error:
            raise RefusedError(
                422, f"there are no features for these values: {error}", [Problem("", str(error), place)]
            ) from error

    def lines(self, rows: list[Row], found: list[Prediction]) -> bytes:
        """Return what the log of predictions says of ``rows``."""
        now = datetime.now(UTC)
        return self.encode_lines([self.entry(now, *pair) for pair in zip(rows, found, strict=True)])

    def append(self, lines: bytes) -> None:
        """Append ``lines`` to the log of predictions; where that fails, refuse the request if it is so set."""
        try:
            self.log.append(lines)
        except OSError as error:
            self.telemetry.log_failures.inc()
            if self.needs_log:
                raise RefusedError(503, f"the prediction cannot be logged: {error.strerror or error}") from error

    def entry(self, now: datetime, row: Row, found: Prediction) -> Entry:
        """Return what the log says of ``row``."""
        features = dict(zip(FEATURES, found.features, strict=True))
        act = bool(self.decider.payoff.act(found.score))
        return Entry(found.id, now, self.digest, row, features, found.score, act)

    def record(self, outcome: Outcome) -> None:
        """Append what happened to the log of outcomes."""
        try:
            self.outcomes.append(self.encode_lines([outcome]))
        except OSError as error:
            self.telemetry.log_failures.inc()
            raise RefusedError(503, f"the outcome cannot be recorded: {error.strerror or error}") from error
