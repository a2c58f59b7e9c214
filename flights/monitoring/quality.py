"""Data quality: the share of rows of a window whose inputs break the contract, or whose features are missing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from flights.monitoring.drift import Scale
from flights.monitoring.performance import Rows


class Expected(Struct):
    """What is expected in a field."""

    missing: bool = True
    min: float | None = None
    max: float | None = None
    values: frozenset[str] | None = None

    def broken(self, value: Any) -> bool:
        """Return whether ``value`` is not expected."""
        if value is None:
            return not self.missing
        if self.values is not None:
            return value not in self.values
        return self.min is not None and self.max is not None and not self.min <= value <= self.max


class Quality:
    """The contract in the file ``contract``, and how often each feature is ``lost`` where nothing is wrong."""

    def __init__(self, contract: Path, scales: dict[str, Scale], lost: dict[str, float]) -> None:
        self.fields = msgspec.json.decode(contract.read_bytes(), type=dict[str, Expected])
        self.scales, self.lost = scales, lost

    def shares(self, inputs: Iterable[dict[str, Any]], rows: Rows) -> dict[str, float]:
        """Return the share of ``rows``, requested by ``inputs``, in which each field is unexpected, or more often missing than before."""
        found = dict.fromkeys(self.fields, 0)
        for given in inputs:
            for name, expected in self.fields.items():
                found[name] += name in given and expected.broken(given[name])
        shares = {name: count / len(rows) for name, count in found.items()}
        for place, (name, scale) in enumerate(self.scales.items()):
            more = scale.lost(scale.counts(rows.places[:, place])) - self.lost[name]
            shares[name] = max(shares.get(name, 0.0), more)
        return {name: round(share, 6) for name, share in shares.items() if share > 0}
