"""``ninefold new``: a project from a file of data."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich.prompt import Prompt

from generator.commands.common import console, rendered
from generator.compare import compare
from generator.compose import compose
from generator.new.answers import Answers, Inferred, UnfitError
from generator.new.fetching import at_hand
from generator.new.infer import infer, package_of
from generator.new.reading import Raw, UnreadableError, opened
from generator.new.repository import commit, initialise, pins
from generator.new.scaffold import files, scaffold
from generator.plan import ProjectPlan
from generator.render import render_files, templates_folder
from generator.schema.problem import Task
from generator.write import apply, create, discard, take

EXAMPLE = "new/example/penguins.csv"
INPUTS = "inputs"


def new(
    name: Annotated[str, typer.Argument(help="The folder to make; its last part is the name of the package.")],
    data: Annotated[
        str | None,
        typer.Option("--data", "-d", help="CSV, TSV, JSON lines, Parquet or Excel: a file, a pattern or a URL."),
    ] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column to predict.")] = None,
    task: Annotated[
        Task | None,
        typer.Option(help="What to predict."),
    ] = None,
    positive: Annotated[str | None, typer.Option(help="The value of the target that counts as yes.")] = None,
    time: Annotated[str | None, typer.Option(help="The column that holds the time of a row.")] = None,
    key: Annotated[str | None, typer.Option(help="The column that names a row.")] = None,
    at_random: Annotated[bool, typer.Option("--at-random", help="Split at random even if rows have a time.")] = False,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Ask, and infer the rest.")] = False,
) -> None:
    """Make a project from a file of data: its config inferred, with the reason beside each line.

    Types, roles, likely leaks, the task, the split, the metric and the candidates follow from the data; what is
    doubtful is listed at the end, with the line to edit. The project is under git and DVC; `dvc repro` makes the rest.

    Examples: `ninefold new churn --data customers.csv --target churned`, `ninefold new demo`.
    """
    folder = Path(name)
    try:
        _check_empty(folder)
        if data is None and interactive:
            data = Prompt.ask("Which file, pattern or URL holds the data?", console=console)
        if data is None:
            data, target = str(templates_folder() / EXAMPLE), target or "species"
        with at_hand(data) as table:
            with opened(table) as raw:
                console.print(f"{data}: {raw.rows:,} rows, {len(raw.columns):,} columns", markup=False)
                target = target or _target(raw, interactive)
                answers = Answers(target, None, task, positive, time, key, at_random)
                found = infer(raw, answers)
                found = infer(raw, _asked(answers, found)) if interactive else found
            _make(folder, found)
    except (UnfitError, UnreadableError) as error:
        console.print(f"{error}\nNothing was written.", markup=False)
        raise typer.Exit(1) from error
    _tell(folder, found)


def _target(raw: Raw, interactive: bool) -> str:
    """Return the column to predict, as the user answers; raises :class:`UnfitError` where nobody is asked."""
    names = ", ".join(raw.columns)
    if not interactive:
        raise UnfitError(f"say with --target which column is to be predicted, of {names}")
    console.print(names, markup=False)
    return Prompt.ask("Which column is to be predicted?", console=console)


def _asked(answers: Answers, found: Inferred) -> Answers:
    """Return ``answers`` with what the user says to each thing that was inferred; Enter agrees."""
    time, keys = found.time, found.with_role("key")
    title = Prompt.ask("What is the project called?", default=found.title, console=console)
    task = Prompt.ask("What is predicted?", default=found.goal.task, choices=list(get_args(Task)), console=console)
    moment = Prompt.ask("Which column is the time of a row?", default=time.name if time else "none", console=console)
    key = Prompt.ask("Which column names a row?", default=keys[0].name if keys else "none", console=console)
    return replace(
        answers,
        title=title,
        task=None if task == found.goal.task else cast(Task, task),
        time=None if moment == "none" else moment,
        key=None if key == "none" else key,
        at_random=answers.at_random or moment == "none",
    )


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnfitError(f"{folder} exists and is not empty: name another folder")


def _make(folder: Path, found: Inferred) -> None:
    """Make the project beside its place, and move it there when it is whole."""
    begun = folder.absolute().with_name(f".{folder.absolute().name}.partial")
    discard(begun)
    package = package_of(folder.absolute().name)
    first = found.files[0].name
    many = len(found.files) > 1
    path = f"{INPUTS}/{package}/*{''.join(found.files[0].suffixes)}" if many else f"{INPUTS}/{first}"
    try:
        plan = scaffold(found, package, path, pins())
        create(render_files(files(plan), ProjectPlan(plan.package)), begun)
        for file in found.files:
            take(file, (begun / path).with_name(file.name))
        tree = rendered(begun, [])
        apply(compare(tree, begun), tree, begun)
        initialise(begun, path.partition("/*")[0])
        commit(begun, f"Start from {first}")
        if folder.exists():
            folder.rmdir()
        begun.rename(folder)
    finally:
        discard(begun)


def _tell(folder: Path, found: Inferred) -> None:
    """Say what was made of the data, what is doubtful, and what comes next."""
    goal = found.goal
    console.print(f"{goal.task} of {found.target}: {goal.reason}; decided by {goal.primary}", markup=False)
    console.print(f"split {found.split_reason}", markup=False)
    for role in ("key", "time", "drop"):
        for choice in found.with_role(role):
            console.print(f"{role:>5}  {choice.name}: {choice.reason}", markup=False)
    if found.doubts:
        origins = compose(folder / "conf")
        console.print("\nPlease look at:", markup=False)
        for doubt in found.doubts:
            origin = origins.origin(doubt.path)
            console.print(f"{origin.file}:{origin.line}: {doubt.text}", markup=False)
    shown = os.path.relpath(folder) if folder.is_absolute() else folder
    console.print(f"\nNext: cd {shown} && dvc repro, then open reports/index.html", markup=False)
