"""``ninefold retrain``: fit a new model where that is due, and let the gate decide on it."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, ask_release


def retrain(
    now: Annotated[bool, typer.Option("--now", help="Whether it is due or not.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say whether it is due, and do nothing else.")] = False,
    project: Folder = Path(),
) -> None:
    """Ask the sources, decide by conf/retrain/ whether a new model is due, and if so reproduce, commit and register it.

    What passes the gate becomes a version: in production, or in staging, as `release.stage` says. Commits dvc.lock and
    reports/ on the branch that is checked out; data is fetched from DVC's remote and pushed to it, where there is one.

    Examples: `ninefold retrain`, `ninefold retrain --check`, `ninefold retrain --now`.
    """
    ask_release(project, "retrain", *(["--now"] if now else []), *(["--check"] if check else []))
