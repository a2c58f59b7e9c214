"""``ninefold registry``: what was released."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, ask_registry


def registry(
    json: Annotated[bool, typer.Option("--json", help="Print all that is known of each version, as JSON.")] = False,
    project: Folder = Path(),
) -> None:
    """List the versions: stage, candidate, primary metric with its interval, when, by whom, commit and digest.

    Versions and stages are git tags in GTO's format, and their files are in registry/versions/, in DVC's care.

    Examples: `ninefold registry`, `ninefold registry --json`.
    """
    ask_registry(project, "list", *(["--json"] if json else []))
