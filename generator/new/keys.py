"""Columns that name rows, or what rows are about: the key, and names from which there is nothing to learn."""

import re
from collections.abc import Iterator
from dataclasses import replace

from generator.new.answers import Answers, Choice, Doubt, UnfitError
from generator.new.kind import Kind
from generator.new.loading import WHOLE
from generator.new.measure import Measure
from generator.new.reading import Raw
from generator.new.typed import typed, value_of
from generator.sources.counts import counted

ID = re.compile(
    r"(^|[_\s.-])((?i:id|uuid|guid)([_\s.-]|$)|(?i:key|index|idx|nr|no)$)|(?<=[a-z])(Id|ID|Key)(?![a-z])"
    r"|^(?i:unnamed|column)[: ]*0$"
)
WHO = re.compile(
    r"patient|subject|person|customer|client|user|member|account|household|student|pupil|employee|driver|player|device|machine",
    re.I,
)
"""Names of what several rows may be about."""

OWN_SHARE = 0.5
FEW = 50
MANY = 1_000
"""Rows from which on a whole number that is never the same twice is a name, and no measurement."""

NEARLY = 0.98
"""Share of rows with a key of their own, for a column that is called one."""

ALLOWED = 0.1
"""Share of rows with the key of another row at which `process` stops."""

REPEATED = (20, 0.02)
"""The fewest values of what several rows are about, and their least share of the rows."""

ENOUGH = 20
"""Rows of each from which on there is something to learn from whom they are about."""


def naming(raw: Raw, found: Measure, kind: Kind, sentences: bool) -> Choice | None:
    """Return the column as a key, or as dropped, where its values are names; None for anything else."""
    named = bool(ID.search(found.name.strip()))
    unique = found.distinct >= (NEARLY if named else 1) * found.present
    words = "no two rows share it" if found.distinct == found.present else _values(found)
    if kind.type == "text" and found.distinct > max(FEW, OWN_SHARE * found.present) and not sentences:
        if unique and named and not found.missing:
            return Choice(found.name, kind, "key", found, words)
        return Choice(found.name, kind, "drop", found, f"{words}: a name, nothing to learn from")
    if kind.type != "integer" or found.distinct <= 2:
        return None
    if unique and not found.missing:
        if named:
            return Choice(found.name, kind, "key", found, words)
        if _is_count(raw, found, kind):
            return Choice(found.name, kind, "drop", found, "counts the rows")
        if found.rows >= MANY:
            return Choice(found.name, kind, "drop", found, "no two rows share it: a row number")
    if named and WHO.search(found.name) and found.distinct > FEW and found.present < ENOUGH * found.distinct:
        return Choice(found.name, kind, "drop", found, f"{_values(found)}: a name, nothing to learn from")
    return None


def _values(found: Measure) -> str:
    return f"{counted(found.distinct, 'value')} in {counted(found.present, 'row')}"


def _is_count(raw: Raw, found: Measure, kind: Kind) -> bool:
    number = value_of(found.name, kind, found.marks)
    least, most = raw.database.execute(f"SELECT min({number}), max({number}) FROM {WHOLE}").fetchall()[0]
    return bool(found.rows >= FEW and most - least + 1 == found.rows)


def one_key(choices: list[Choice], answers: Answers) -> Iterator[Choice]:
    """Yield ``choices`` with one key at most: the one that was asked for, or the first."""
    keys = [choice.name for choice in choices if choice.role == "key"]
    kept = answers.key or (keys[0] if keys else None)
    for choice in choices:
        if choice.role == "key" and choice.name != kept:
            yield replace(choice, role="drop", reason=f"names rows, as {kept} does")
        else:
            yield choice


def key_doubts(raw: Raw, choices: tuple[Choice, ...], apart: bool) -> Iterator[Doubt]:
    """Yield what is doubtful about names: rows that share a key, and rows about the same on both sides of a split.

    Of those nothing is doubtful where rows are kept ``apart`` by time, or by whom they are about.

    Raises :class:`UnfitError` for a key that so many rows share that `process` would stop.
    """
    key = next((choice for choice in choices if choice.role == "key"), None)
    if key is not None and (copies := _copies(raw, choices)):
        path = ("data", "columns", key.label, "role")
        text = f"{copies:,} of {counted(key.measure.rows, 'row', 'has', 'have')} the {key.name} of another row"
        if copies > ALLOWED * key.measure.rows:
            raise UnfitError(f"{text}, so it names no row: leave the key out, or name a column that does")
        yield Doubt(path, f"{text}, set aside: give it `role: drop` to keep them")
    for choice in choices if not apart else ():
        if _about(choice):
            text = (
                f"several rows share a {choice.name} ({_values(choice.measure)}), and a split at random puts them on "
            )
            text += "both sides: scores are then of those known already; if new ones are asked about, name it as "
            text += "`group` in conf/split/at_random.yaml"
            yield Doubt(("data", "columns", choice.label), text)


def _copies(raw: Raw, choices: tuple[Choice, ...]) -> int:
    """Return how many rows have the key, and the time where there is one, of an earlier row."""
    if any(choice.role == "key" and choice.measure.distinct == choice.measure.rows for choice in choices):
        return 0
    parts = ", ".join(typed(choice) for choice in choices if choice.role in ("key", "time"))
    found = raw.database.execute(f"SELECT count(*) - count(DISTINCT hash({parts})) FROM {WHOLE}").fetchall()
    return int(found[0][0])


def _about(choice: Choice) -> bool:
    """Return whether the column says whom or what a row is about, and others are about the same."""
    found = choice.measure
    least, share = REPEATED
    named = ID.search(choice.name.strip()) or WHO.search(choice.name)
    kind = choice.kind.type in ("text", "integer") and choice.role in ("input", "drop")
    repeated = max(least, share * found.present) <= found.distinct < NEARLY * found.present
    return bool(named and kind and repeated)
