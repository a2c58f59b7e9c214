"""When each column is known and what it is for: key, time, input, outcome, or nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from generator.errors import suggestion
from generator.new.answers import Answers, Choice, Doubt, UnfitError, labelled
from generator.new.counting import columns_of
from generator.new.footers import TOTAL
from generator.new.keys import naming, one_key
from generator.new.kind import Kind
from generator.new.kinds import kind_of
from generator.new.loading import WHOLE
from generator.new.measure import Measure
from generator.new.ordering import FEWEST, MANY, NOT_OF_ROW, counted
from generator.new.reading import RAW, Raw
from generator.new.sequence import in_order
from generator.new.typed import typed, value_of
from generator.new.words import MARKS
from generator.sources import counts as how_many
from generator.sql.parsing import identifier

OF_ROW = re.compile(r"date|time|stamp|epoch|created|day|when|_at$|_on$|(^|_)ts$|month|period", re.I)
TEXT_SHARE = 0.5
FEW = 20
"""Different whole numbers of a target up to which they may be names of classes."""


def choose(raw: Raw, answers: Answers) -> tuple[tuple[Choice, ...], list[Doubt]]:
    """Return every column with its kind and role, and what is doubtful.

    Raises :class:`UnfitError` for a target, key or time that is not there.
    """
    _check(answers, list(raw.columns))
    doubts: list[Doubt] = []
    columns = columns_of(raw, partial(_kind, answers=answers))
    choices = labelled([_choice(raw, found.measure, found.kind, answers) for found in columns])
    choices = list(one_key(choices, answers))
    choices = [_uncounted(choice) for choice in _with_time(raw, choices, answers, doubts)]
    return tuple(choices), [*_of_kinds(choices), *doubts]


def _kind(raw: Raw, found: Measure, answers: Answers) -> Kind | None:
    """Return what a column holds; whole numbers may count the days or periods that rows stand in the order of."""
    kind = kind_of(raw, found)
    said = found.name == answers.time
    if kind is not None and found.name == answers.target and _names_classes(raw, found, kind):
        return replace(kind, type="integer")
    if kind is None or kind.type != "integer" or answers.at_random or found.name in (answers.target, answers.key):
        return kind
    return (counted(raw, found, said) if said or answers.time is None else None) or kind


def _names_classes(raw: Raw, found: Measure, kind: Kind) -> bool:
    """Return whether a target is a few whole numbers, which may be classes, in the clothes of amounts: 1,0 or 2.000."""
    if kind.type != "float" or kind.read is None or found.distinct > FEW:
        return False
    number = value_of(found.name, kind, found.marks)
    ask = f"SELECT count(*) FILTER ({number} = floor({number})) FROM {RAW}"
    return bool(raw.database.execute(ask).fetchall()[0][0] == found.present)


def _check(answers: Answers, names: list[str]) -> None:
    asked = {"target": answers.target, "time": answers.time, "key": answers.key, "group": answers.group}
    for what, name in asked.items():
        if name is not None and name not in names:
            raise UnfitError(f"no column '{name}' for the {what}: {suggestion(name, names)}")


def _choice(raw: Raw, found: Measure, kind: Kind | None, answers: Answers) -> Choice:
    name = found.name
    if kind is None and found.present:
        return Choice(name, Kind("text"), "drop", found, f"holds {found.type.lower()[:40]}, which no model takes")
    kind = kind or Kind("text")
    if name == answers.target:
        return Choice(name, kind, "outcome", found, "the target")
    if name == answers.key:
        return Choice(name, kind, "key", found, "as you said")
    if not found.present:
        return Choice(name, kind, "drop", found, "empty in every row")
    if found.distinct == 1 and not found.missing:
        return Choice(name, kind, "drop", found, f"always {_short(_only(raw, found))}")
    return naming(raw, found, kind, _wordy(found)) or Choice(name, kind, "input", found, kind.reason)


def _with_time(raw: Raw, choices: list[Choice], answers: Answers, doubts: list[Doubt]) -> list[Choice]:
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
            and choice.measure.distinct >= FEWEST
            and not NOT_OF_ROW.search(choice.name)
            and (choice.measure.distinct >= MANY or in_order(raw, typed(choice)))
        ]
    if not moments:
        return choices
    time = min(moments, key=_unlikeliness)
    reason = "; ".join(filter(None, (time.kind.reason, "the time of a row")))
    others = ", ".join(choice.name for choice in moments if choice is not time and not choice.kind.counted)
    if others:
        text = f"{time.name} is taken for the time of a row; it could be {others}"
        doubts.append(Doubt(("data", "columns", time.label, "role"), text))
    if missing := time.measure.missing:
        text = f"{how_many.counted(missing, 'row', 'has', 'have')} no {time.name}: set aside, for its moment is unknown"
        doubts.append(Doubt(("data", "columns", time.label, "role"), text))
    return [replace(choice, role="time", reason=reason) if choice is time else choice for choice in choices]


def _unlikeliness(choice: Choice) -> tuple[bool, int, bool]:
    """Return what the time of the rows has least of: a date comes before a count, and a fine count before others."""
    counts = choice.kind.counted
    return counts, -choice.measure.distinct if counts else 0, not OF_ROW.search(choice.name)


def _uncounted(choice: Choice) -> Choice:
    """Return ``choice`` as a number again where it counts days or periods and is not the time of the rows."""
    return replace(choice, kind=Kind("integer"), reason="") if choice.kind.counted and choice.role != "time" else choice


def _of_kinds(choices: list[Choice]) -> Iterator[Doubt]:
    for choice in choices:
        if choice.kind.doubt and (choice.role != "drop" or choice.kind.type == "text"):
            yield Doubt(("data", "columns", choice.label), f"{choice.name}: {choice.kind.doubt}")
        words = [mark for mark in choice.measure.marks if mark.lower() not in MARKS]
        if words and choice.role != "drop":
            text = f"{choice.name}: {' and '.join(map(repr, words))} among numbers or dates: taken for a missing value"
            yield Doubt(("data", "columns", choice.label), text)
        sums = [text for text in (*choice.measure.marks, *choice.measure.values) if TOTAL.fullmatch(text)]
        if sums and choice.role != "drop":
            text = f"{choice.name}: rows that hold {sums[0]!r} seem to be sums of others: set them aside by a check"
            yield Doubt(("data", "columns", choice.label), text)


def _wordy(found: Measure) -> bool:
    return found.wordy >= TEXT_SHARE * found.present


def wordy(choice: Choice) -> bool:
    """Return whether the column holds sentences."""
    return choice.kind.type == "text" and _wordy(choice.measure)


def _only(raw: Raw, found: Measure) -> str:
    if found.common:
        return found.common[0][0]
    return str(raw.database.execute(f"SELECT any_value({identifier(found.name)}) FROM {WHOLE}").fetchall()[0][0])


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}..."
