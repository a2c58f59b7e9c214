"""The folder of each candidate."""

from pathlib import Path


def folder_of(candidate: str) -> Path:
    """Return the folder with the model that training makes of ``candidate``."""
    return Path("models") / candidate
