"""``ninefold new``: a project from a file of data, or from a table of a database."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from generator.commands.common import rendered, say
from generator.config.compose import compose
from generator.config.defaults import option_lines
from generator.config.source_map import Origin, Path_
from generator.modules.templates import templates_folder
from generator.new.answers import Answers, Inferred, UnfitError
from generator.new.fetching import at_hand
from generator.new.files import files
from generator.new.infer import infer, package_of
from generator.new.loading import UnreadableError
from generator.new.reading import Raw, opened
from generator.new.repository import commit, commit_within, give_up, initialise, pins, repository_around
from generator.new.scaffold import scaffold
from generator.new.sniffing import Asked
from generator.new.tables import stored
from generator.new.wheel import VENDOR, requirement
from generator.plan import ProjectPlan
from generator.render.render import render_files
from generator.schema.problem import Task
from generator.schema.source import Source
from generator.sources.counts import counted
from generator.sources.reading import PACKED, libraries_of
from generator.workspace.diff import compare
from generator.workspace.write import apply, create, discard, take

EXAMPLE = "new/example/penguins.csv"
INPUTS = "inputs"

Places = Mapping[Path_, Origin]
"""The file and line of each part of a config that something is said of."""


def new(
    name: Annotated[str, typer.Argument(help="The folder to make; its last part is the name of the package.")],
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            "-d",
            help="CSV, TSV, JSON lines, Parquet, Arrow, ORC, Stata or Excel, compressed or not: a file, several by a "
            "name with a *, or a URL; or env:DATABASE_URL, the environment variable with the URL of a database.",
        ),
    ] = None,
    skip: Annotated[int | None, typer.Option(min=0, help="Lines of the file above the names of the columns.")] = None,
    header: Annotated[
        bool | None, typer.Option(help="Whether a line holds the names of the columns; detected by default.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option(help="The separator of values: a character, or tab; detected by default.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook; the first by default.")] = None,
    table: Annotated[
        str | None, typer.Option(help="The table or view of the database, as in orders or public.orders.")
    ] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column to predict.")] = None,
    task: Annotated[Task | None, typer.Option(help="What to predict.")] = None,
    positive: Annotated[str | None, typer.Option(help="The value of the target that counts as yes.")] = None,
    time: Annotated[str | None, typer.Option(help="The column that holds the time of a row.")] = None,
    key: Annotated[str | None, typer.Option(help="The column that names a row.")] = None,
    metric: Annotated[
        str | None, typer.Option(help="The primary metric, as in f1 or mae; by default the common one for the task.")
    ] = None,
    at_random: Annotated[bool, typer.Option("--at-random", help="Split at random even if rows have a time.")] = False,
    group: Annotated[str | None, typer.Option(help="The column by which rows stay together in the split.")] = None,
    no_group: Annotated[bool, typer.Option("--no-group", help="Split rows one by one, whatever they share.")] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask questions, and infer the rest.")
    ] = False,
) -> None:
    """Make a project from a file or a table of a database: the config is inferred, each line with its reason.

    Types, roles, likely leaks, the task, the split, the metric and the candidates follow from the data; what is
    doubtful is listed at the end, with the line to edit. The project is under git and DVC; `dvc repro` makes the rest.

    Examples: `ninefold new churn --data customers.csv --target churned`, `ninefold new demo`,
    `ninefold new churn --data env:DATABASE_URL --table public.customers --target churned`.
    """
    folder = Path(name)
    try:
        check_empty(folder)
        if data is None and interactive:
            data = _ask("Which file, pattern or URL holds the data?")
        if data is None:
            data, target = str(templates_folder() / EXAMPLE), target or "species"

        def ask(raw: Raw) -> Inferred:
            named = target or _target(raw, interactive)
            answers = Answers(named, None, task, positive, time, key, at_random, metric, group, no_group)
            found = infer(raw, answers)
            return infer(raw, _asked(answers, found)) if interactive else found

        asked = Asked(skip, _sign(separator), header, sheet)
        make_project(folder, data, ask, stored(data, table), asked)
    except (UnfitError, UnreadableError) as error:
        say(f"{error}\nNothing was written.")
        raise typer.Exit(1) from error


def make_project(
    folder: Path,
    data: str | Sequence[str],
    ask: Callable[[Raw], Inferred],
    source: Source | None = None,
    asked: Asked | None = None,
) -> None:
    """Make a project in ``folder`` of what ``ask`` makes of the table that is in ``data``, and say what it is.

    ``source`` is that of the project where ``data`` is a database, ``asked`` how the user says a file is laid out.
    """
    with at_hand(data, source) as files:
        with opened(files, asked, say) as raw:
            names = f"{len(files):,} files" if len(files) > 1 else source.table if source else files[0].name
            say(f"{names}: {counted(raw.rows, 'row')}, {counted(len(raw.columns), 'column')}")
            raw.step(raw.looked_at_in_words)
            found = ask(raw)
        places, notes = _make(folder, found, source)
    _tell(folder, found, places, notes)


def _sign(separator: str | None) -> str | None:
    """Return the sign that ``separator`` names; raises :class:`UnreadableError` for what is no sign."""
    sign = {"tab": "\t", "\\t": "\t", "space": " "}.get(separator or "", separator)
    if sign is not None and (len(sign) != 1 or sign in '\r\n"\0'):
        raise UnreadableError(f"--separator {separator!r} is no single sign: write it like --separator ';' or tab")
    return sign


def _target(raw: Raw, interactive: bool) -> str:
    """Return the column to predict, as the user answers; raises :class:`UnfitError` where nobody is asked."""
    names = ", ".join(raw.columns)
    if not interactive:
        raise UnfitError(f"say with --target which column is to be predicted, of {names}")
    say(names)
    return _ask("Which column is to be predicted?")


def _ask(question: str, default: str | None = None, choices: Sequence[str] = ()) -> str:
    """Return what the user answers; of ``choices``, where there are any."""
    shown = f"{question} ({', '.join(choices)})" if choices else question
    while True:
        answer = str(typer.prompt(shown, default=default, err=True))
        if not choices or answer in choices:
            return answer
        say(f"'{answer}' is none of {', '.join(choices)}")


def _asked(answers: Answers, found: Inferred) -> Answers:
    """Return ``answers`` with what the user says to each thing that was inferred; Enter agrees."""
    time, keys = found.time, found.with_role("key")
    title = _ask("What is the project called?", default=found.title)
    task = _ask("What is predicted?", default=found.goal.task, choices=get_args(Task))
    moment = _ask("Which column is the time of a row?", default=time.name if time else "none")
    key = _ask("Which column names a row?", default=keys[0].name if keys else "none")
    group = _ask("By which column do rows stay together?", default=found.group) if found.group else "none"
    return replace(
        answers,
        title=title,
        task=None if task == found.goal.task else cast(Task, task),
        time=None if moment == "none" else moment,
        key=None if key == "none" else key,
        at_random=answers.at_random or moment == "none",
        group=None if group == "none" else group,
        ungrouped=answers.ungrouped or (bool(found.group) and group == "none"),
    )


def check_empty(folder: Path) -> None:
    """Raise where ``folder`` holds something that would be mixed with a project."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnfitError(f"{folder} exists and is not empty: name another folder")


def _make(folder: Path, found: Inferred, source: Source | None) -> tuple[Places, tuple[str, ...]]:
    """Make the project beside its place and move it there when it is whole.

    Returns where each doubt stands, and what its owner has to know.
    """
    begun = folder.absolute().with_name(f".{folder.absolute().name}.partial")
    discard(begun)
    package = package_of(folder.absolute().name)
    first = found.files[0].name
    path = f"{INPUTS}/{package}/*{_ending(found.files)}" if len(found.files) > 1 else f"{INPUTS}/{_plain(first)}"
    try:
        extras = ("project", "databases") if source else ("project",)
        tool = requirement(begun / VENDOR)
        plan = scaffold(found, package, source or path, (tool, *pins(*extras, libraries=libraries_of(found.source))))
        create(render_files(files(plan), ProjectPlan(package=plan.package)), begun)
        for file in () if source else found.files:
            take(file, (begun / path).with_name(_plain(file.name)))
        config = compose(begun / "conf")  # first: what renders it then knows the values, and needs no Hydra
        places = {doubt.path: config.origin(doubt.path) for doubt in found.doubts}
        tree = rendered(begun, [])
        apply(compare(tree, begun), tree, begun)
        initialise(begun, None if source else path.partition("/*")[0])
        message, around = f"Start from {source.table if source else first}", repository_around(folder)
        names = give_up(begun) if around else ()
        if not around:
            commit(begun, message)
        if folder.exists():
            folder.rmdir()
        begun.rename(folder)
        return places, tuple(commit_within(folder, names, message)) if names else ()
    finally:
        discard(begun)


def _plain(name: str) -> str:
    """Return the name of a file without what is no part of a name in a config: a *, a backslash, a line break."""
    return "".join(sign if sign.isprintable() and sign not in "*\\" else "_" for sign in name)


def _ending(files: Sequence[Path]) -> str:
    """Return the ending that all of ``files`` have, with that of how they are packed."""
    endings = {"".join(file.suffixes[-2 if file.suffix.lower() in PACKED else -1 :]) for file in files}
    return endings.pop() if len(endings) == 1 else ""


def _tell(folder: Path, found: Inferred, places: Places, notes: tuple[str, ...]) -> None:
    """Say what was made of the data, what is doubtful and in which of the ``places``, and what comes next."""
    goal = found.goal
    say(f"{goal.task} of {found.target}: {goal.reason}; decided by {goal.primary}")
    say(f"split {found.split_reason}")
    for role in ("key", "time", "group", "drop"):
        for choice in found.with_role(role):
            say(f"{role:>5}  {choice.name}: {choice.reason}")
    if found.doubts:
        say("\nPlease look at:")
        chosen = option_lines(folder / "conf/config.yaml")
        for doubt in found.doubts:
            origin = places[doubt.path]
            if doubt.path[0] == "defaults":
                origin = Origin("conf/config.yaml", chosen[str(doubt.path[1])])
            say(f"{origin.file}:{origin.line}: {doubt.text}")
    for note in notes:
        say(f"\n{note}")
    shown = shlex.quote(os.path.relpath(folder) if folder.is_absolute() else str(folder))
    say(f"\nNext: cd {shown} && dvc repro, then open reports/index.html")
