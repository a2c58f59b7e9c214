"""The config as one plain mapping, with the file and line that every value came from."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from generator.errors import Problem
from generator.memory import Memory, ours
from generator.origins import Origin, Origins, Path_, dotted

__all__ = ["Composed", "Origin", "Path_", "compose", "dotted", "read_params"]

VALUES = Memory("composed", limit=16)
"""What configs were composed to, by the texts of their files and the overrides."""

LOOKS_OUTSIDE = re.compile(rb"\$\{(?![\w.]+\})|\\[uUx\r\n]|searchpath")
"""What may read more than the config's own files: a resolver, as in ``${oc.env:HOME}``, or an escape that makes one."""


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


def compose(folder: Path, overrides: Sequence[str] = ()) -> Composed:
    """Compose ``folder/config.yaml`` and its groups under Hydra ``overrides``.

    Raises :class:`ConfigError` for what Hydra or YAML refuse: a missing option, a syntax error, a duplicate key,
    an interpolation that leads nowhere, an override of a key that is not there.
    """
    folder = folder.resolve()

    @cache
    def fresh() -> Composed:
        from generator.composition import composition  # Hydra, which takes a while, is needed for what is new alone

        return composition(folder, overrides)

    question = _question(folder, overrides)
    if question is None:
        return fresh()
    values = deepcopy(VALUES.recall(question, lambda: fresh().values))
    return Composed(values, Origins(lambda: fresh().origins), folder.parent)


def _question(folder: Path, overrides: Sequence[str]) -> str | None:
    """Return all that the values of a config hang on; None where that may be more than its files and overrides."""
    paths = sorted(folder.rglob("*"))
    files = {path: path.read_bytes() for path in paths if path.suffix == ".yaml" and path.is_file()}
    texts = [*files.values(), *(text.encode("utf-8", "surrogatepass") for text in overrides)]
    if any(path.is_symlink() for path in paths) or any(map(LOOKS_OUTSIDE.search, texts)):
        return None
    libraries = [version(name) for name in ("hydra-core", "omegaconf", "pyyaml")]
    read = [(path.relative_to(folder).as_posix(), path.is_dir(), files.get(path)) for path in paths]
    return repr((read, list(overrides), libraries, ours()))


def read_params(file: Path) -> Composed:
    """Read an already composed config, as DVC writes it for an experiment, from ``file``."""
    from generator.composition import params

    return params(file)
