"""Bring files into a form that DuckDB reads, step by step."""

from collections.abc import Callable, Iterable
from pathlib import Path

Step = Callable[[Path, Path], Path]
"""What writes a file anew to a new folder and returns the copy."""


def prepared(files: Iterable[Path], steps: Iterable[Step], folder: Path) -> list[Path]:
    """Return ``files`` as they are after all ``steps``, which write to ``folder``."""
    found = list(files)
    for number, step in enumerate(steps):
        found = [step(file, folder / str(number) / str(place)) for place, file in enumerate(found)]
    return found
