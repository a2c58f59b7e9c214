"""The candidates that compete, each with the module that keeps it on disk and scores it."""

from types import ModuleType

from flights.models.scoring import baseline, lightgbm, linear

CANDIDATES: dict[str, ModuleType] = {
    "baseline": baseline,
    "linear": linear,
    "lightgbm": lightgbm,
}
