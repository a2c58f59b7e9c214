"""A composed config: its values, and the file and line that each came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.config.source_map import Origin, Path_, dotted
from generator.errors import Problem


@dataclass(frozen=True)
class Composed:
    """The whole config as plain Python values, and the origin of every key."""

    values: dict[str, Any]
    origins: Mapping[Path_, Origin]
    root: Path = Path()
    """The folder of the project, in which its own modules are."""

    def origin(self, path: Path_) -> Origin:
        """Return the origin of ``path``, or of its nearest parent that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return Origin("conf/config.yaml", 0)

    def at(self, path: Path_) -> Any:
        """Return what is written at ``path``; None where nothing is."""
        value: Any = self.values
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def problem(self, path: Path_, what: str, hint: str = "") -> Problem:
        """Return a problem that stands at ``path``."""
        origin = self.origin(path)
        return Problem(origin.file, origin.line, dotted(path), what, hint)
