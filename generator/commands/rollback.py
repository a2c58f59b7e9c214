"""``ninefold rollback``: go back to a version that was in production before."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, ask_registry


def rollback(
    version: Annotated[
        int | None, typer.Argument(help="Which of those that were in production; the last by default.", min=1)
    ] = None,
    project: Folder = Path(),
) -> None:
    """Put the version that was in production before there again; what it replaces stays a version.

    Services that follow production take it within seconds, and lose no request. `dvc repro` does not promote again what
    was rolled back: `ninefold promote VERSION` does.

    Examples: `ninefold rollback`, `ninefold rollback 2`.
    """
    ask_registry(project, "rollback", *([str(version)] if version is not None else []))
