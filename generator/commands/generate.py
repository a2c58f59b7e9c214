"""``ninefold generate``: render the project's code from ``conf/``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, Overrides, bring, rendered, say
from generator.graph import difference, stage_names
from generator.write import Change, compare


def generate(
    overrides: Overrides = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when the tree is not what conf/ says.")
    ] = False,
    project: Folder = Path(),
) -> None:
    """Render the project's code, params.yaml and dvc.yaml from conf/.

    What you edited by hand is merged, never overwritten. Inside a DVC experiment, params.yaml is taken as the truth, so
    that `dvc exp run -S ...` tests what it says.

    Examples: `ninefold generate`, `ninefold generate --check`, `ninefold generate split=at_random`.
    """
    tree = rendered(project, overrides or [])
    changes = compare(tree, project)
    if check:
        raise typer.Exit(_report(changes))
    before = stage_names(project)
    bring(changes, tree, project)
    _stop_when_stages_changed(before, stage_names(project), changes)


def _report(changes: tuple[Change, ...]) -> int:
    """Print what differs from conf/ and return the exit code."""
    different = [change for change in changes if change.status != "identical"]
    words = {"create": "absent", "update": "outdated", "merged": "outdated", "stale": "stale"}
    for change in different:
        say(f"{words.get(change.status, change.status):>9}  {change.path}")
    if different:
        say("The tree is not what conf/ says: run `ninefold generate`.")
    return 1 if different else 0


def _stop_when_stages_changed(before: dict[str, str], after: dict[str, str], changes: tuple[Change, ...]) -> None:
    """Stop the run of DVC that this is a stage of, when it started with stages that are no longer true."""
    words = difference(before, after)
    rewritten = any(change.path == "dvc.yaml" and change.status in ("update", "merged") for change in changes)
    if os.environ.get("DVC_STAGE") and (words or rewritten):
        say(f"dvc.yaml changed ({words or 'other sections'}): run `dvc repro` again")
        raise typer.Exit(1)
