"""From a table to all that a project's config says: columns, goal, features, split, each with its reason."""

import re
from collections.abc import Iterator
from pathlib import Path

from generator.modules.reserved import taken
from generator.modules.templates import is_sql_table
from generator.new.answers import Answers, Choice, Doubt, Inferred, UnfitError
from generator.new.codes import codes_of
from generator.new.features import features_of, slice_rows, slices_of
from generator.new.goal import goal_of
from generator.new.groups import group_of, not_known_by
from generator.new.keeping import target_in_kept
from generator.new.keys import key_doubts
from generator.new.leaks import without_leaks
from generator.new.loading import WHOLE
from generator.new.ordering import in_parts, unread
from generator.new.reading import Raw
from generator.new.roles import choose
from generator.new.sentinels import sentinel_doubts
from generator.new.splitting import split_of
from generator.sources.counts import counted

FEWEST_ROWS = 40
COPIES = 0.01
ALIGNED = re.compile(r"\S {2,}\S")
"""Values that stand in columns of fixed width."""


def infer(raw: Raw, answers: Answers) -> Inferred:
    """Return what the table and ``answers`` make of a project.

    Raises :class:`UnfitError` where no project can be made: no such target, one value only, too few rows, no input.
    """
    _refuse_small(raw)
    choices, doubts = choose(raw, answers)
    target = next(choice for choice in choices if choice.name == answers.target)
    target = target_in_kept(raw, choices, target)
    choices = tuple(target if choice.name == target.name else choice for choice in choices)
    goal = goal_of(target, answers, doubts)
    time = next((choice for choice in choices if choice.role == "time"), None)
    split = split_of(raw, target, time, goal, answers)
    choices, group = group_of(raw, choices, target, goal, answers, split.by_time)
    raw.step("looking for columns that know the target")
    choices, leaks, alone = without_leaks(raw, choices, target, goal.task)
    raw.step("choosing features and the split")
    codes = not_known_by(raw, choices, codes_of(raw, choices, target, goal.task, time))
    features = tuple(features_of(raw, choices, time, codes))
    if not features:
        raise UnfitError(f"no column but {target.name} is of use: there is nothing to predict it from")
    missing = target.measure.missing
    if missing:
        text = f"{counted(missing, 'row', 'has', 'have')} no {target.name}: left out of training and every score"
        doubts.append(Doubt(("problem", "target", "sql"), text))
    return Inferred(
        answers.title or f"{target.name} in {raw.files[0].name.split('.')[0]}",
        raw.files,
        raw.source,
        raw.rows,
        goal,
        target.label,
        choices,
        features,
        slices_of(choices, alone, slice_rows(raw.rows) / answers.holdout),
        split.by_time,
        f"{split.reason}{group.reason}",
        split.folds,
        (
            *_reading(raw),
            *_renamed(raw, choices),
            *doubts,
            *split.doubts,
            *((*unread(raw, choices, answers), *in_parts(raw, choices, answers)) if time is None else ()),
            *leaks,
            *key_doubts(raw, choices, split.by_time or bool(group.label)),
            *_copies(raw, choices),
            *sentinel_doubts(raw, choices),
        ),
        answers,
        group.label,
        raw.looked_at_in_words,
    )


def _reading(raw: Raw) -> Iterator[Doubt]:
    """Yield a doubt for each thing about how the files are read that their owner may not expect."""
    for note in raw.notes:
        yield Doubt(("data", "sources"), note)


def _renamed(raw: Raw, choices: tuple[Choice, ...]) -> Iterator[Doubt]:
    """Yield a doubt for each column that the file calls nothing, or as it calls another one."""
    for choice in choices:
        name = raw.renamed.get(choice.name)
        if name is not None and choice.measure.present:
            text = f"another column is called {name!r} too" if name else "has no name in the file"
            yield Doubt(("data", "columns", choice.label), f"{choice.name}: {text}")


def _refuse_small(raw: Raw) -> None:
    """Raise :class:`UnfitError` where there are too few rows, or a single column."""
    if raw.rows < FEWEST_ROWS:
        raise UnfitError(
            "\n".join((f"{raw.files[0].name} has {counted(raw.rows, 'row')}: {_too_few(raw)}", *raw.notes))
        )
    if raw.source.is_text and len(raw.columns) == 1:
        found = f"{raw.files[0].name} has one column, {next(iter(raw.columns))!r}"
        raise UnfitError(f"{found}: {_one_column(raw)}")


def _too_few(raw: Raw) -> str:
    """Return in words what a table of few rows lacks, or why what should be rows is none."""
    if raw.source.format == "json" and (raw.rows == 1 or set(raw.columns) == {"json"}):
        return "rows are objects, one a line or in one list; a table that lies deeper has to be taken out first"
    return "too few to learn from and to hold some out"


def _one_column(raw: Raw) -> str:
    """Return in words what to do about a text of one column."""
    if any(ALIGNED.search(str(row[0])) for row in raw.database.execute(f"FROM {WHOLE} LIMIT 5").fetchall()):
        return "its values stand below each other, it seems: write a separator between them, as pandas.read_fwf can"
    return "there is nothing to predict it from; or say with --separator what stands between values"


def _copies(raw: Raw, choices: tuple[Choice, ...]) -> Iterator[Doubt]:
    """Yield a doubt where many rows are copies of others: some will be on both sides of the split."""
    if any(choice.role in ("key", "time") for choice in choices):
        return
    distinct = raw.database.execute(f"SELECT count(DISTINCT hash(*COLUMNS(*))) FROM {WHOLE}").fetchall()[0][0]
    copies = raw.rows - int(distinct)
    if copies > COPIES * raw.rows:
        said = counted(copies, "row", "is a copy of another", "are copies of others")
        text = f"{said}: give a column `role: key` if each should count once"
        yield Doubt(("data", "columns"), text)


def package_of(name: str) -> str:
    """Return ``name`` as the name of a Python package that shadows nothing else, and of a table of its own."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in Path(name).name.lower())
    plain = "_".join(filter(None, plain.split("_")))[:50] or "project"
    plain = plain if plain[0].isalpha() else f"p_{plain}"
    return f"{plain}_project" if taken(plain) or is_sql_table(plain) else plain
