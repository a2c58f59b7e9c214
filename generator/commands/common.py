"""What verbs share: the options that most take, where they print, and the way from a folder to a rendered tree."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from generator.check import check
from generator.compare import PIPELINE, Change, compare, top
from generator.compose import Composed, compose, read_params
from generator.errors import MergeConflictError
from generator.imports import reader
from generator.migrate import mismatch
from generator.pipeline import pipeline, unfollowed
from generator.plan import plan
from generator.render import Tree, render, templates_folder
from generator.write import CONFLICTS, apply

Overrides = Annotated[
    list[str] | None, typer.Argument(help="Hydra overrides, as in `split=at_random metrics.primary=brier`.")
]
Folder = Annotated[Path, typer.Option("--project", "-p", help="The folder that holds conf/.", file_okay=False)]

CONFLICT_HELP = f"""\
Files in conflict were edited by hand, and conf/ now changes the same lines. Nothing was written but {CONFLICTS}/,
where both versions stand with marks. For each, either bring your file up to date and keep it, or take the new render:
  ninefold generate --keep FILE ...
  ninefold generate --take FILE ..."""


def say(text: str) -> None:
    """Tell what a verb does; what it was asked for goes to the standard output."""
    typer.echo(text, err=True)


def composed(project: Path, overrides: list[str]) -> Composed:
    """Return the config: within a stage of a DVC experiment, what DVC composed with the overrides of the experiment."""
    params = project / "params.yaml"
    if os.environ.get("DVC_EXP_NAME") and os.environ.get("DVC_STAGE") and params.is_file():
        return read_params(params)
    return compose(project / "conf", overrides)


def is_framework(project: Path) -> bool:
    """Return whether ``project`` is the checkout that Ninefold itself is in."""
    own = project / "templates"
    return own.is_dir() and own.resolve() == templates_folder().resolve()


def rendered(
    project: Path, overrides: list[str], last: bool = False, keep: Collection[str] = (), take: Collection[str] = ()
) -> Tree:
    """Return every file that the config of ``project`` describes; after the ``last`` render none calls Ninefold.

    The stages wait for what the modules import as they will be on disk, the user's edits among them; ``keep`` and
    ``take`` are as in :func:`compare`.
    """
    framework = is_framework(project)
    watched = [name for name in ("conf", "templates") if (project / name).is_dir()]
    watched += ["generator"] if framework else []
    described = plan(check(composed(project, overrides)), () if last else tuple(watched))
    tree = render(described, None if framework else project / "templates")
    read = reader(project, {change.path: change.text for change in compare(tree, project, keep, take)})
    steps, package = described.stages, described.project.package
    for place in unfollowed(steps, package, tree, read):
        say(f"{place}: a computed import, which no stage waits for: write the name out, or add the file to dvc.yaml")
    return tree | {PIPELINE: pipeline(steps, package, described.sections, tree, read)}


def check_version(project: Path) -> None:
    """Exit with what to do where another version of Ninefold rendered the folder ``project``."""
    if told := mismatch(project):
        say(told)
        raise typer.Exit(1)


def bring(changes: tuple[Change, ...], tree: Tree, project: Path) -> None:
    """Make ``changes`` on disk, listing them; exit with help when one is a conflict."""
    for change in changes:
        if change.status != "identical":
            say(f"{change.status:>9}  {change.path}")
    try:
        apply(changes, tree, project)
    except MergeConflictError as error:
        say(CONFLICT_HELP)
        raise typer.Exit(1) from error
    for folder in sorted({top(change.source) for change in changes if change.source}):
        if (project / folder).is_dir():
            say(f"     left  {folder}/, with files of your own")
