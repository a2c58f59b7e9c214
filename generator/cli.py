"""The command ``ninefold``: each verb is a prefix of compose, validate, plan, render, compare, apply."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console

from generator import __version__
from generator.check import check
from generator.compose import Composed, compose, read_params
from generator.errors import ConfigError, MergeConflictError
from generator.graph import difference, stage_names
from generator.plan import plan
from generator.project import Project
from generator.render import Tree, render, templates_folder
from generator.write import Change, apply, compare

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""Describe an ML project in conf/, and get its whole life as code.

Edit a file in conf/, then type `dvc repro`: its first stage renders the code anew, and only what the edit touches
runs again. `ninefold run` does the same and goes on by itself when an edit changes the stages themselves.
""",
)
console = Console(stderr=True, soft_wrap=True, highlight=False)
CONFLICT_HELP = """\
Files in conflict were edited by hand, and conf/ now changes the same lines; nothing was written.
Undo the edit in the lines that clash, or move the file away, then run `ninefold generate` again."""
Overrides = Annotated[
    list[str] | None, typer.Argument(help="Hydra overrides, as in `split=at_random metrics.primary=brier`.")
]
Folder = Annotated[Path, typer.Option("--project", "-p", help="The folder that holds conf/.", file_okay=False)]


@app.command()
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
    tree = _tree(project, overrides or [])
    changes = compare(tree, project)
    if check:
        raise typer.Exit(_report(changes))
    before = stage_names(project)
    _bring(changes, tree, project)
    _stop_when_stages_changed(before, stage_names(project), changes)


@app.command()
def show(overrides: Overrides = None, project: Folder = Path()) -> None:
    """Print the whole composed config, with every default.

    Examples: `ninefold show`, `ninefold show model=[lightgbm]`.
    """
    config = _resolved(project, overrides or []).config
    values = config.model_dump(mode="json", by_alias=True, exclude_none=True)
    print(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120), end="")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context, project: Folder = Path()) -> None:
    """Render the code, then run `dvc repro`: one command even when an edit changes the stages.

    Whatever follows goes to DVC. Examples: `ninefold run`, `ninefold run train`, `ninefold run --force evaluate`.
    """
    tree = _tree(project, [])
    _bring(compare(tree, project), tree, project)
    raise typer.Exit(
        subprocess.run([sys.executable, "-m", "dvc", "repro", *context.args], cwd=project, check=False).returncode
    )


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(__version__)
        raise typer.Exit()


def _resolved(project: Path, overrides: list[str]) -> Project:
    return check(_composed(project, overrides))


def _composed(project: Path, overrides: list[str]) -> Composed:
    params = project / "params.yaml"
    if os.environ.get("DVC_EXP_NAME") and os.environ.get("DVC_STAGE") and params.is_file():
        return read_params(params)
    return compose(project / "conf", overrides)


def _tree(project: Path, overrides: list[str]) -> Tree:
    own = project / "templates"
    watched = [name for name in ("conf", "templates") if (project / name).is_dir()]
    is_framework = own.is_dir() and own.resolve() == templates_folder().resolve()
    watched += ["generator"] if is_framework else []
    return render(plan(_resolved(project, overrides), tuple(watched)), None if is_framework else own)


def _report(changes: tuple[Change, ...]) -> int:
    """Print what differs from conf/ and return the exit code."""
    different = [change for change in changes if change.status != "identical"]
    words = {"create": "absent", "update": "outdated", "merged": "outdated", "stale": "stale"}
    for change in different:
        console.print(f"{words.get(change.status, change.status):>9}  {change.path}", markup=False)
    if different:
        console.print("The tree is not what conf/ says: run `ninefold generate`.", markup=False)
    return 1 if different else 0


def _bring(changes: tuple[Change, ...], tree: Tree, project: Path) -> None:
    """Make ``changes`` on disk, listing them; exit with help when one is a conflict."""
    for change in changes:
        if change.status != "identical":
            console.print(f"{change.status:>9}  {change.path}", markup=False)
    try:
        apply(changes, tree, project)
    except MergeConflictError as error:
        console.print(CONFLICT_HELP, markup=False)
        raise typer.Exit(1) from error


def _stop_when_stages_changed(before: dict[str, str], after: dict[str, str], changes: tuple[Change, ...]) -> None:
    """Stop the run of DVC that this is a stage of, when it started with stages that are no longer true."""
    words = difference(before, after)
    rewritten = any(change.path == "dvc.yaml" and change.status in ("update", "merged") for change in changes)
    if os.environ.get("DVC_STAGE") and (words or rewritten):
        console.print(f"dvc.yaml changed ({words or 'other sections'}): run `dvc repro` again", markup=False)
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; print what is wrong with a config instead of a traceback."""
    try:
        app()
    except ConfigError as error:
        console.print(str(error), markup=False)
        count = len(error.problems)
        console.print(f"{count} problem{'s' if count > 1 else ''} in the config; nothing was written.", markup=False)
        sys.exit(1)
