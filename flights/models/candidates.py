"""The candidates that compete, each with the module that keeps it on disk and scores it, and its folder."""

from pathlib import Path
from types import ModuleType

from flights.models.scoring import baseline, lightgbm, linear

CANDIDATES: dict[str, ModuleType] = {
    "baseline": baseline,
    "linear": linear,
    "lightgbm": lightgbm,
}


def folder_of(candidate: str) -> Path:
    """Return the folder with the model that training makes of ``candidate``."""
    return Path("models") / candidate
