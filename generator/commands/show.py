"""``ninefold show``: print the composed config."""

from pathlib import Path

import yaml

from generator.commands.common import Folder, Overrides, resolved


def show(overrides: Overrides = None, project: Folder = Path()) -> None:
    """Print the whole composed config, with every default.

    Examples: `ninefold show`, `ninefold show model=[lightgbm]`.
    """
    config = resolved(project, overrides or []).config
    values = config.model_dump(mode="json", by_alias=True, exclude_none=True)
    print(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120), end="")
