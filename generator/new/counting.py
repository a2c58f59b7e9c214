"""Count in all rows, by the rule that the project will have, what was inferred of some."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from generator.new.kind import Kind
from generator.new.measure import MOST, Measure, measure, value
from generator.new.reading import RAW, WHOLE, Raw
from generator.new.words import SURE
from generator.sql.cleaning import cleaned, misfits
from generator.sql.parsing import TYPES, as_text, identifier, literal

BATCH = 200
"""Columns that one query counts."""

NEARLY = 0.9
"""Share of the rows with an own value, estimated, from which on the values of a column are counted exactly."""

SHOWN = 3
NOUNS = {
    "boolean": "word for true or false",
    "integer": "whole number",
    "float": "number",
    "date": "date",
    "timestamp": "moment",
}
CODES = ("0_%", "+_______%", "%e%", "%E%")
"""What a text is like that may be a code among whole numbers."""


@dataclass(frozen=True)
class Found:
    """A column: its measure, whose counts are of all rows, and what it holds; None for what no model takes."""

    measure: Measure
    kind: Kind | None


@dataclass(frozen=True)
class Counts:
    """What all rows say of a column: values, those of another type, different ones, and what no sampled row showed."""

    present: int
    misfits: int
    padded: int
    distinct: int
    surprises: int


KindOf = Callable[[Raw, Measure], Kind | None]


def columns_of(raw: Raw, kind_of: KindOf) -> list[Found]:
    """Return every column of the table; one in which all rows show what the sample did not is looked at in all."""
    found = [Found(item, kind_of(raw, item)) for item in measure(raw)]
    counted = [counts for start in range(0, len(found), BATCH) for counts in _counts(raw, found[start : start + BATCH])]
    return [_settled(raw, kind_of, item, counts) for item, counts in zip(found, counted, strict=True)]


def _settled(raw: Raw, kind_of: KindOf, found: Found, counts: Counts) -> Found:
    if raw.sampled and counts.surprises:
        found = _looked_at_whole(raw, kind_of, found.measure.name)
        counts = next(_counts(raw, [found]))
    if found.kind is not None and found.kind.read is None and (counts.padded or _helped_by_trim(raw, found, counts)):
        found = replace(found, kind=replace(found.kind, read=f"trim({identifier(found.measure.name)})"))
        counts = next(_counts(raw, [found]))
    kind = found.kind
    if kind is not None and counts.misfits:
        kind = replace(kind, doubt=kind.doubt or _stray(raw, found, counts.misfits))
    return Found(replace(_in_all_rows(raw, found.measure, kind, counts), misfits=counts.misfits), kind)


def _in_all_rows(raw: Raw, found: Measure, kind: Kind | None, counts: Counts) -> Measure:
    if not raw.sampled or kind is None:
        return replace(found, rows=raw.rows, present=counts.present)
    distinct = counts.distinct
    nearly_unique = distinct >= NEARLY * counts.present and found.distinct >= NEARLY * found.present
    if nearly_unique and kind.type in ("text", "integer"):
        ask = f"SELECT count(DISTINCT hash({value(found.name, found.marks)})) FROM {WHOLE}"
        distinct = int(raw.database.execute(ask).fetchall()[0][0])
    elif found.distinct <= MOST:
        distinct = max(found.distinct, min(distinct, MOST))
    wordy = found.wordy * counts.present // max(found.present, 1)
    return replace(found, rows=raw.rows, present=counts.present, distinct=distinct, wordy=wordy)


def _counts(raw: Raw, columns: Sequence[Found]) -> Iterator[Counts]:
    """Yield what all rows say of a few columns, in one pass."""
    listed = ", ".join(
        f"{cleaned(item.measure.name, item.measure.marks)} AS {identifier(item.measure.name)}" for item in columns
    )
    asked = ", ".join(ask for item in columns for ask in _questions(raw, item))
    row = raw.database.execute(f"SELECT {asked} FROM (SELECT {listed} FROM {WHOLE})").fetchall()[0]
    width = len(row) // len(columns)
    for place, item in enumerate(columns):
        present, lost, padded, distinct, odd, late = (int(count) for count in row[place * width : (place + 1) * width])
        yield Counts(present, lost, padded, distinct, odd + late + (lost if item.kind else 0))


def _questions(raw: Raw, found: Found) -> tuple[str, ...]:
    """Return what is counted of a column whose marks of missing values are gone."""
    name, kind = identifier(found.measure.name), found.kind
    if kind is None:
        return f"count({name})", "0", "0", "0", "0", "0"
    type_, is_text = TYPES[kind.type], found.measure.type == "VARCHAR"
    read = name if kind.read is None else as_text(kind.read)
    lost = f"count(*) FILTER ({misfits(name, read, type_)})" if kind.type != "text" else "0"
    padded = f"count(*) FILTER ({name} <> trim({name}))" if is_text and kind.type == "text" else "0"
    if not raw.sampled:
        return f"count({name})", lost, padded, "0", "0", "0"
    return f"count({name})", lost, padded, f"approx_count_distinct({name})", *_surprises(found, name, is_text)


def _surprises(found: Found, name: str, is_text: bool) -> tuple[str, str]:
    """Return what counts values that may make another kind, or marks, of a column: codes among numbers, for one."""
    assert found.kind is not None
    odd = "0"
    if found.kind.type == "integer" and is_text:
        odd = f"count(*) FILTER ({' OR '.join(f'{name} LIKE {literal(code)}' for code in CODES)})"
    elif found.kind.type == "date" and found.kind.read is None and is_text:
        odd = f"count(*) FILTER (TRY_CAST({name} AS TIMESTAMP) <> date_trunc('day', TRY_CAST({name} AS TIMESTAMP)))"
    if found.kind.type != "text":
        return odd, "0"  # a mark is of another type
    marks = ", ".join(literal(mark) for mark in sorted(SURE))
    seen = ", ".join(literal(text) for text, _ in found.measure.common) or "''"
    text = f"trim(CAST({name} AS VARCHAR))"
    return odd, f"count(*) FILTER (lower({text}) IN ({marks}) AND {text} NOT IN ({seen}))"


def _looked_at_whole(raw: Raw, kind_of: KindOf, name: str) -> Found:
    """Return what all rows make of one column."""
    ask = raw.database.execute
    ask(f"ALTER TABLE {RAW} RENAME TO __sample")
    ask(f"CREATE TABLE {RAW} AS SELECT {identifier(name)} FROM {WHOLE}")
    try:
        (found,) = measure(replace(raw, looked_at=raw.rows), [name])
        return Found(found, kind_of(raw, found))
    finally:
        ask(f"DROP TABLE {RAW}")
        ask(f"ALTER TABLE __sample RENAME TO {RAW}")


def _helped_by_trim(raw: Raw, found: Found, counts: Counts) -> bool:
    """Return whether values are of another type only because of blanks around them that a cast does not take."""
    if not counts.misfits or found.kind is None or found.measure.type != "VARCHAR":
        return False
    name, type_ = identifier(found.measure.name), TYPES[found.kind.type]
    rows = f"(SELECT {cleaned(found.measure.name, found.measure.marks)} AS {name} FROM {WHOLE})"
    helped = f"TRY_CAST({name} AS {type_}) IS NULL AND TRY_CAST(trim({name}) AS {type_}) IS NOT NULL"
    return bool(raw.database.execute(f"SELECT count(*) FROM {rows} WHERE {helped}").fetchall()[0][0])


def _stray(raw: Raw, found: Found, count: int) -> str:
    """Return the doubt about values that are of another type than nearly all."""
    assert found.kind is not None
    name = identifier(found.measure.name)
    read = name if found.kind.read is None else as_text(found.kind.read)
    lost = misfits(name, read, TYPES[found.kind.type])
    source = f"(SELECT {cleaned(found.measure.name, found.measure.marks)} AS {name} FROM {WHOLE})"
    ask = f"SELECT DISTINCT CAST({name} AS VARCHAR)[:30] FROM {source} WHERE {lost} ORDER BY ALL LIMIT {SHOWN}"
    shown = ", ".join(repr(str(row[0])) for row in raw.database.execute(ask).fetchall())
    noun = NOUNS[found.kind.type]
    if count == 1:
        return f"one value is no {noun}, so that its row is set aside: {shown}"
    return f"{count:,} values are no {noun}s, so that their rows are set aside: {shown}"
