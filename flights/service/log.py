"""Append predictions to logs/predictions.jsonl, where `monitor` reads them."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import numpy as np

from flights.columns import FEATURES
from flights.service.request import Row


class PredictionLog:
    """A file of JSON lines; each line is one write to its end, so that processes can share it."""

    def __init__(self, folder: Path, digest: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "predictions.jsonl"
        self.digest = digest

    def append(self, rows: list[Row], features: list[tuple[Any, ...]], score: np.ndarray) -> None:
        """Write a line for each of ``rows``, with its features and its score."""
        time = datetime.now(UTC)
        target = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            for inputs, computed, value in zip(rows, features, score.tolist(), strict=True):
                line = {"id": uuid4(), "time": time, "model": self.digest, "inputs": inputs}
                os.write(
                    target,
                    msgspec.json.encode(
                        {**line, "features": dict(zip(FEATURES, computed, strict=True)), "score": value}
                    )
                    + b"\n",
                )
        finally:
            os.close(target)
