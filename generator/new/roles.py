"""When each column is known and what it is for: key, time, input, outcome, or nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace

from generator.errors import suggestion
from generator.new.answers import Answers, Choice, Doubt, UnfitError, labelled
from generator.new.kind import Kind
from generator.new.kinds import kind_of
from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.sql import identifier

ID = re.compile(
    r"(^|[_\s.-])((?i:id|uuid|guid)([_\s.-]|$)|(?i:key|index|idx|nr|no)$)|(?<=[a-z])(Id|ID|Key)(?![a-z])"
    r"|^(?i:unnamed|column)[: ]*0$"
)
NOT_OF_ROW = re.compile(r"birth|dob|born|expir|valid|due|until|end", re.I)
"""Names of dates that are about a thing, and not about when the row came to be."""

OF_ROW = re.compile(r"date|time|stamp|epoch|created|day|when|_at$|_on$|(^|_)ts$|month|period", re.I)
TEXT_SHARE = 0.5
OWN_SHARE = 0.5
FEW = 50
MANY = 1_000
"""Rows from which on a whole number that is never the same twice is a name, and no measurement."""

NEARLY = 0.98
"""Share of rows with a key of their own, for a column that is called one; the copies are set aside."""


def choose(raw: Raw, measures: tuple[Measure, ...], answers: Answers) -> tuple[tuple[Choice, ...], list[Doubt]]:
    """Return every column with its kind and role, and what is doubtful.

    Raises :class:`UnfitError` for a target, key or time that is not there.
    """
    _check(answers, [found.name for found in measures])
    doubts: list[Doubt] = []
    kinds = {found.name: kind_of(raw, found) for found in measures}
    choices = labelled([_choice(raw, found, kinds[found.name], answers) for found in measures])
    choices = list(_one_key(choices, answers))
    choices = _with_time(choices, answers, doubts)
    return tuple(choices), [*_of_kinds(choices), *doubts]


def _check(answers: Answers, names: list[str]) -> None:
    asked = {"target": answers.target, "time": answers.time, "key": answers.key}
    for what, name in asked.items():
        if name is not None and name not in names:
            raise UnfitError(f"no column '{name}' for the {what}: {suggestion(name, names)}")


def _choice(raw: Raw, found: Measure, kind: Kind | None, answers: Answers) -> Choice:
    name = found.name
    if kind is None:
        return Choice(name, Kind("text"), "drop", found, f"holds {found.type.lower()[:40]}, which no model takes")
    if name == answers.target:
        return Choice(name, kind, "outcome", found, "the target")
    if name == answers.key:
        return Choice(name, kind, "key", found, "as you said")
    if not found.present:
        return Choice(name, kind, "drop", found, "empty in every row")
    if found.distinct == 1 and not found.missing:
        return Choice(name, kind, "drop", found, f"always {_short(_only(raw, found))}")
    return _identifier(raw, found, kind) or Choice(name, kind, "input", found, kind.reason)


def _identifier(raw: Raw, found: Measure, kind: Kind) -> Choice | None:
    """Return the column as a key, or as nothing, where its values are names of rows."""
    named = bool(ID.search(found.name.strip()))
    unique = found.distinct >= (NEARLY if named else 1) * found.present
    if kind.type == "text" and found.distinct > max(FEW, OWN_SHARE * found.present) and not _wordy(found):
        if unique and named and not found.missing:
            return Choice(found.name, kind, "key", found, "no two rows share it")
        words = "no two rows share it" if unique else f"{found.distinct:,} values in {found.present:,} rows"
        return Choice(found.name, kind, "drop", found, f"{words}: a name, nothing to learn from")
    if kind.type == "integer" and unique and found.distinct > 2 and not found.missing:
        if named:
            return Choice(found.name, kind, "key", found, "no two rows share it")
        if _is_count(raw, found):
            return Choice(found.name, kind, "drop", found, "counts the rows")
        if found.rows >= MANY:
            return Choice(found.name, kind, "drop", found, "no two rows share it: a number of the row")
    return None


def _is_count(raw: Raw, found: Measure) -> bool:
    number = f"TRY_CAST({value(found.name, found.marks)} AS BIGINT)"
    least, most = raw.database.execute(f"SELECT min({number}), max({number}) FROM {RAW}").fetchall()[0]
    return bool(found.rows >= FEW and most - least + 1 == found.rows)


def _one_key(choices: list[Choice], answers: Answers) -> Iterator[Choice]:
    """Yield ``choices`` with one key at most: the one that was asked for, or the first."""
    keys = [choice.name for choice in choices if choice.role == "key"]
    kept = answers.key or (keys[0] if keys else None)
    for choice in choices:
        if choice.role == "key" and choice.name != kept:
            yield replace(choice, role="drop", reason=f"no two rows share it, as with {kept}")
        else:
            yield choice


def _with_time(choices: list[Choice], answers: Answers, doubts: list[Doubt]) -> list[Choice]:
    """Return ``choices`` with the time of the rows, where a column holds it."""
    if answers.at_random:
        return choices
    moments = [choice for choice in choices if choice.role == "input" and choice.kind.type in ("date", "timestamp")]
    if answers.time is not None:
        moments = [choice for choice in moments if choice.name == answers.time]
        if not moments:
            raise UnfitError(f"the column '{answers.time}' holds no dates or times")
    else:
        moments = [
            choice
            for choice in moments
            if choice.measure.missing <= 0.01 * choice.measure.rows
            and choice.measure.distinct >= 20
            and not NOT_OF_ROW.search(choice.name)
        ]
    if not moments:
        return choices
    time = min(moments, key=lambda choice: not OF_ROW.search(choice.name))
    reason = "; ".join(filter(None, (time.kind.reason, "when the row came to be")))
    if len(moments) > 1:
        others = ", ".join(choice.name for choice in moments if choice is not time)
        text = f"{time.name} is taken for the time of a row; it could be {others}"
        doubts.append(Doubt(("data", "columns", time.label, "role"), text))
    return [replace(choice, role="time", reason=reason) if choice is time else choice for choice in choices]


def _of_kinds(choices: list[Choice]) -> Iterator[Doubt]:
    for choice in choices:
        if choice.kind.doubt and choice.role != "drop":
            yield Doubt(("data", "columns", choice.label), f"{choice.name}: {choice.kind.doubt}")


def _wordy(found: Measure) -> bool:
    return found.wordy >= TEXT_SHARE * found.present


def wordy(choice: Choice) -> bool:
    """Return whether the column holds sentences."""
    return choice.kind.type == "text" and _wordy(choice.measure)


def _only(raw: Raw, found: Measure) -> str:
    if found.common:
        return found.common[0][0]
    return str(raw.database.execute(f"SELECT any_value({identifier(found.name)}) FROM {RAW}").fetchall()[0][0])


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}..."
