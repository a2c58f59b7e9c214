"""The config as one plain mapping, with the file and line that every value came from."""

from collections.abc import Sequence
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import Any

from generator.cache import Cache, generator_digest
from generator.config.composed import Composed
from generator.config.source_map import Origin

CONFIGS = Cache("composed", limit=16)
"""What configs were composed to, by the texts of their files and the overrides."""

LIBRARIES = ("hydra-core", "omegaconf", "pyyaml")


def compose(folder: Path, overrides: Sequence[str] = ()) -> Composed:
    """Compose ``folder/config.yaml`` and its groups under Hydra ``overrides``.

    Raises :class:`ConfigError` for what Hydra or YAML refuse: a missing option, a syntax error, a duplicate key,
    an interpolation that leads nowhere, an override of a key that is not there.
    """
    folder = folder.resolve()
    key = _key(folder, overrides)
    if found := CONFIGS.find(key):
        origins = {tuple(path): Origin(file, line) for path, file, line in found["origins"]}
        return Composed(deepcopy(found["values"]), origins, folder.parent)
    from generator.config.hydra import composition  # Hydra, which takes a while, is needed for what is new alone

    composed, closed = composition(folder, overrides)
    if closed:
        CONFIGS.put(key, {"values": deepcopy(composed.values), "origins": _listed(composed)})
    return composed


def _listed(composed: Composed) -> list[Any]:
    return [[list(path), origin.file, origin.line] for path, origin in composed.origins.items()]


def _key(folder: Path, overrides: Sequence[str]) -> str:
    """Return all that a config depends on which reads nothing but its own files."""
    files = [file for file in sorted(folder.rglob("*")) if file.suffix == ".yaml" or file.is_dir()]
    read = [(file.relative_to(folder).as_posix(), file.is_file() and file.read_bytes()) for file in files]
    return repr((folder.name, read, list(overrides), [version(name) for name in LIBRARIES], generator_digest()))


def read_params(file: Path) -> Composed:
    """Read an already composed config, as DVC writes it for an experiment, from ``file``."""
    from generator.config.hydra import params

    return params(file)
