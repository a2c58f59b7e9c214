"""``ninefold generate``: render the project's code from ``conf/``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, Overrides, bring, check_version, rendered, say
from generator.errors import suggestion
from generator.render.render import Tree
from generator.workspace.diff import Change, compare
from generator.workspace.dvc_stages import difference, stage_names

OF_THE_TOP = (".github/", ".gitlab-ci.yml", ".pre-commit-config.yaml")
"""Files that GitHub, GitLab and pre-commit look for at the top of a repository."""


def generate(
    overrides: Overrides = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when rendering would change a file.")
    ] = False,
    keep: Annotated[
        list[str] | None, typer.Option("--keep", help="Keep this file as it is: its conflict is resolved.")
    ] = None,
    take: Annotated[
        list[str] | None, typer.Option("--take", help="Replace this file by the new render, edited or not.")
    ] = None,
    project: Folder = Path(),
) -> None:
    """Render the project's code, params.yaml and dvc.yaml from conf/.

    Your edits are merged, never overwritten, and files you deleted stay deleted. If an edit conflicts with the new
    render, nothing is written, and .ninefold/conflicts/ shows both. In a DVC experiment the code is rendered from
    params.yaml, so that `dvc exp run -S ...` tests what it sets.

    Examples: `ninefold generate`, `ninefold generate --check`, `ninefold generate --keep churn/models/train_linear.py`.
    """
    check_version(project)
    tree = rendered(project, overrides or [])
    kept, taken = ([_path(file, project, tree) for file in files or ()] for files in (keep, take))
    if kept or taken:
        tree = rendered(project, overrides or [], keep=kept, take=taken)
    changes = compare(tree, project, kept, taken)
    if check:
        raise typer.Exit(_report(changes))
    before = stage_names(project)
    bring(changes, tree, project, take=taken)
    _tell_of_the_top(changes, project)
    _stop_when_stages_changed(before, stage_names(project), changes)


def _report(changes: tuple[Change, ...]) -> int:
    """Print what differs from conf/ and return the exit code."""
    words = {"create": "absent", "update": "outdated", "merged": "outdated"}
    for change in changes:
        if change.status != "identical":
            say(f"{words.get(change.status, change.status):>9}  {change.path}")
    different = any(change.status in ("create", "update", "merged", "conflict", "stale") for change in changes)
    if different:
        say("The tree is not what conf/ says: run `ninefold generate`.")
    return 1 if different else 0


def _path(file: str, project: Path, tree: Tree) -> str:
    """Return ``file``, named from here or from the project, as a path of ``tree``; refuse what is not rendered."""
    for path in (Path(file).as_posix(), Path(os.path.relpath(file, project)).as_posix()):
        if path in tree:
            return path
    raise typer.BadParameter(f"'{file}' is no rendered file: {suggestion(file, tree)}")


def _tell_of_the_top(changes: tuple[Change, ...], project: Path) -> None:
    """Say of new files that only the top of a repository has a use for, where the project is a folder in one."""
    new = [change.path for change in changes if change.status == "create" and change.path.startswith(OF_THE_TOP)]
    top = next(
        (folder for folder in (project.absolute(), *project.absolute().parents) if (folder / ".git").exists()), None
    )
    if new and top and top != project.absolute():
        place = project.absolute().relative_to(top).as_posix()
        say(f"{', '.join(new)}: looked for at the top of the repository alone, and this project is in {place}/.")
        say(f"Copy them there, and let their commands begin in {place}/, as by `working-directory: {place}` on GitHub.")


def _stop_when_stages_changed(before: dict[str, str], after: dict[str, str], changes: tuple[Change, ...]) -> None:
    """Stop the run of DVC that this is a stage of, when it started with stages that are no longer true."""
    words = difference(before, after)
    rewritten = any(change.path == "dvc.yaml" and change.status in ("update", "merged") for change in changes)
    if os.environ.get("DVC_STAGE") and (words or rewritten):
        say(f"dvc.yaml changed ({words or 'other sections'}): run `dvc repro` again")
        raise typer.Exit(1)
