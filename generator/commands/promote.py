"""``ninefold promote``: put a version into production."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, ask_registry


def promote(
    version: Annotated[
        int | None, typer.Argument(help="A version of `ninefold registry`; without it bundle/, as a new one.", min=1)
    ] = None,
    to: Annotated[str, typer.Option("--to", help="The stage: production or staging.")] = "production",
    anyway: Annotated[bool, typer.Option("--anyway", help="Promote bundle/ whatever its verdict is.")] = False,
    project: Folder = Path(),
) -> None:
    """Put a version into production, or bundle/ where its verdict is `promote` and all that it is made of is committed.

    `dvc repro` does that by itself where everything is committed before it runs. Services that follow production take
    the version within seconds, and lose no request.

    Examples: `ninefold promote`, `ninefold promote 3`, `ninefold promote 3 --to staging`.
    """
    named = [str(version)] if version is not None else []
    ask_registry(project, "promote", *named, "--to", to, *(["--anyway"] if anyway else []))
