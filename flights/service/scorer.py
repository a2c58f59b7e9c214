"""Compute the features of a request as training did, and score them with the chosen model."""

from importlib import import_module
from pathlib import Path
from typing import Any

from flights.common.outputs import read_json
from flights.features.columns import FEATURES
from flights.features.encoding.single import Encoder
from flights.service.features import Features

Score = float


class Scorer:
    """What a bundle knows, loaded once: what features are computed from, how they are encoded, and the model."""

    def __init__(self, bundle: Path, data: Path | None = None, model: str = "model") -> None:
        """Load ``bundle``.

        Features are computed from the tables in its folder ``data``, or in another one.

        The model is the one that answers, or another one: `evaluated`.
        """
        self.card: dict[str, Any] = read_json(bundle / "bundle.json")
        folder = bundle / model
        encoders = read_json(folder / "encoders.json")
        loaded = import_module(f"flights.service.models.{self.card['kind']}").Model(folder)
        self.features = Features(data or bundle / "data").of
        self.encoder = Encoder(encoders)
        self.encode = self.encoder.row
        self.score = loaded.score
        self.scores = loaded.scores
        self.contributions = loaded.contributions

    def by_feature(self, columns: list[float], output: int) -> tuple[dict[str, float], float]:
        """Return what each feature contributes to the raw score of ``output``, the strongest first, and the base."""
        *parts, start = self.contributions(columns)[output]
        found = dict.fromkeys(FEATURES, 0.0)
        for name, part in zip(self.encoder.names(), parts, strict=True):
            found[name] += part
        return dict(sorted(found.items(), key=lambda item: -abs(item[1]))), start
