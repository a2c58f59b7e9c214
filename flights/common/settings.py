"""Read the values that conf/ gives to the stages; dvc.yaml lists which stage reads which."""

from pathlib import Path
from typing import Any

import yaml

PARAMS = Path("params.yaml")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where PyYAML has it, is several times faster


def setting(*path: str, file: Path = PARAMS) -> Any:
    """Return the part of params.yaml at ``path``, as in ``setting("model", "linear")``."""
    value = yaml.load(file.read_text(encoding="utf-8"), LOADER)
    for key in path:
        value = value[key]
    return value
