"""The config as one plain mapping, with the file and line that every value came from."""

import re
from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from importlib.metadata import version
from pathlib import Path

from generator.cache import Memory, ours
from generator.config.composed import Composed
from generator.config.source_map import Origins

VALUES = Memory("composed", limit=16)
"""What configs were composed to, by the texts of their files and the overrides."""

LOOKS_OUTSIDE = re.compile(rb"\$\{(?![\w.]+\})|\\[uUx\r\n]|searchpath")
"""What may read more than the config's own files: a resolver, as in ``${oc.env:HOME}``, or an escape that makes one."""


def compose(folder: Path, overrides: Sequence[str] = ()) -> Composed:
    """Compose ``folder/config.yaml`` and its groups under Hydra ``overrides``.

    Raises :class:`ConfigError` for what Hydra or YAML refuse: a missing option, a syntax error, a duplicate key,
    an interpolation that leads nowhere, an override of a key that is not there.
    """
    folder = folder.resolve()

    @cache
    def fresh() -> Composed:
        from generator.config.hydra import composition  # Hydra, which takes a while, is needed for what is new alone

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
    from generator.config.hydra import params

    return params(file)
