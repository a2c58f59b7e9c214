"""Compute the features of requests as training did, and score them with the chosen model."""

import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from flights.encoding import Encoder
from flights.outputs import read_json
from flights.service.features import Features
from flights.service.request import Row

CARD = Path("bundle.json")
SUMS = Path("SHA256SUMS")
MODEL = Path("model")


class Scorer:
    """The bundle in the working folder, loaded once."""

    def __init__(self, features: Features | None = None) -> None:
        self.card = read_json(CARD)
        self.digest = hashlib.sha256(SUMS.read_bytes()).hexdigest()
        self.encoders = read_json(MODEL / "encoders.json")
        self.encoder = Encoder(self.encoders)
        self.model = import_module(f"flights.scoring.{self.card['kind']}").Model.load(MODEL)
        self.computed = features or Features()

    def features(self, rows: list[Row]) -> list[tuple[Any, ...]]:
        """Return the features of ``rows``, one tuple each, in their order."""
        return [self.computed.of(row) for row in rows]

    def encode(self, features: list[tuple[Any, ...]]) -> np.ndarray:
        """Return ``features`` as the model sees them: a matrix of float32, shape (rows, columns)."""
        return np.array([self.encoder.row(values) for values in features], dtype=np.float32)

    def score(self, matrix: np.ndarray) -> np.ndarray:
        """Return the probability that the target is true, for each row of ``matrix``."""
        return self.model.predict(matrix)

    def answers(self, score: np.ndarray) -> list[dict[str, Any]]:
        """Return what a client is told of each score."""
        return [{"probability": probability} for probability in score.tolist()]
