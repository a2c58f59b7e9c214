"""What verbs share: the options that most take, where they print, and the way from a folder to a rendered tree."""

import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer
import yaml

from generator.cache import kept_in
from generator.config.compose import compose, read_params
from generator.config.composed import Composed
from generator.config.migrations import mismatch
from generator.config.source_map import dotted
from generator.errors import MergeConflictError
from generator.experiments.conf import differences
from generator.modules.imports import reader
from generator.modules.templates import templates_folder
from generator.plan import plan
from generator.plan.build import SOURCE
from generator.render.dvc import pipelines, unfollowed
from generator.render.render import Tree, render
from generator.validation.check import check
from generator.workspace.diff import Change, compare, top
from generator.workspace.write import CONFLICTS, apply

Overrides = Annotated[
    list[str] | None, typer.Argument(help="Hydra overrides, as in `split=at_random metrics.primary=brier`.")
]
Folder = Annotated[Path, typer.Option("--project", "-p", help="The folder that holds conf/.", file_okay=False)]

CONFLICT_HELP = f"""\
Files in conflict were edited by hand, and conf/ now changes the same lines. Nothing was written but {CONFLICTS}/,
where both versions stand with marks. For each, either bring your file up to date and keep it, or take the new render:
  ninefold generate --keep FILE ...
  ninefold generate --take FILE ..."""


EXPERIMENT_HELP = (
    "params.yaml is that of the experiment {name}, and conf/ says otherwise of {named}: "
    "`ninefold adopt {name}` keeps it, `ninefold generate --take params.yaml` goes back to conf/"
)
PARAMS = "params.yaml"
NAMED = 3


def say(text: str) -> None:
    """Describe what a verb does; what it was asked for goes to the standard output."""
    typer.echo(text, err=True)


def experiment(project: Path) -> str:
    """Return the name of the DVC experiment that this is a stage of; its params.yaml holds what DVC composed."""
    inside = "DVC_STAGE" in os.environ and (project / "params.yaml").is_file()
    return os.environ.get("DVC_EXP_NAME", "") if inside else ""


def composed(project: Path, overrides: list[str]) -> Composed:
    """Return the config: within a stage of a DVC experiment, what DVC composed with the overrides of the experiment."""
    with kept_in(project):
        return read_params(project / PARAMS) if experiment(project) else compose(project / "conf", overrides)


def served_package(home: Path) -> str | None:
    """Return the package in the folder ``home`` that has a service; None before there is one."""
    return next((file.parents[1].name for file in sorted(home.glob("*/service/__main__.py"))), None)


def ask_registry(project: Path, *arguments: str) -> None:
    """Run the registry of ``project`` with ``arguments``, and exit as it does."""
    ask_release(project, "registry", *arguments)


def ask_release(project: Path, module: str, *arguments: str) -> None:
    """Run a ``module`` of the step release of ``project`` with ``arguments``, and exit as it does."""
    package = served_package(project)
    if package is None:
        say(f"There is no registry in {project} yet: run `dvc repro`.")
        raise typer.Exit(1)
    command = [sys.executable, "-B", "-m", f"{package}.release.{module}", *arguments]
    raise typer.Exit(subprocess.run(command, cwd=project, check=False).returncode)


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
    with kept_in(project):
        return _rendered(project, overrides, last, keep, take)


def _rendered(project: Path, overrides: list[str], last: bool, keep: Collection[str], take: Collection[str]) -> Tree:
    framework = is_framework(project)
    watched = [name for name in ("conf", "templates") if (project / name).is_dir()]
    watched += ["generator"] if framework else []
    found = check(composed(project, overrides))
    described = plan(found, () if last else tuple(watched), experiment(project))
    tree = render(described, None if framework else project / "templates")
    read = reader(project, {change.path: change.text for change in compare(tree, project, keep, take)})
    steps, package = described.stages, described.project.package
    for place in unfollowed(steps, package, tree, read):
        say(f"{place}: a computed import, which no stage waits for: write the name out, or add the file to dvc.yaml")
    return tree | pipelines(described, tree, read)


def check_version(project: Path) -> None:
    """Exit with what to do where another version of Ninefold rendered the folder ``project``."""
    if message := mismatch(project):
        say(message)
        raise typer.Exit(1)


def undone(changes: tuple[Change, ...], project: Path) -> str:
    """Return which experiment is in ``project`` and would be undone by ``changes``, and what to do; or nothing."""
    file, changed = project / SOURCE, {change.path: change.text for change in changes if change.status == "update"}
    name = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    if not name or PARAMS not in changed or experiment(project):
        return ""
    here, there = (yaml.safe_load(text or "") for text in (changed[PARAMS], (project / PARAMS).read_text("utf-8")))
    paths = [dotted(path) for path, _ in differences(here, there)]
    named = ", ".join(paths[:NAMED]) + (f" and {len(paths) - NAMED} more" if len(paths) > NAMED else "")
    return EXPERIMENT_HELP.format(name=name, named=named)


def bring(changes: tuple[Change, ...], tree: Tree, project: Path, take: Collection[str] = ()) -> None:
    """Make ``changes`` on disk, listing them; exit with help when one is a conflict.

    So is params.yaml where it is that of an experiment, unless it is among the files to ``take``.
    """
    if PARAMS not in take and (message := undone(changes, project)):
        say(message)
        raise typer.Exit(1)
    for change in changes:
        if change.status != "identical":
            say(f"{change.status:>9}  {change.path}")
    try:
        apply(changes, tree, project)
    except MergeConflictError as error:
        say(CONFLICT_HELP)
        raise typer.Exit(1) from error
    for folder in sorted(
        {top(change.source) for change in changes if change.source and top(change.source) != top(change.path)}
    ):
        if (project / folder).is_dir():
            say(f"     left  {folder}/, with files of your own")
