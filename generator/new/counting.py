"""Count in all rows, by the rule that the project will have, what was inferred of some."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator.new.kind import Kind
from generator.new.loading import WHOLE
from generator.new.measure import MOST, Measure, measure, value
from generator.new.reading import Raw
from generator.new.surprises import Found, KindOf, looked_at_with
from generator.new.words import SURE
from generator.sql.cleaning import as_text, cleaned, misfits
from generator.sql.parsing import TYPES, identifier, literal

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
class Counts:
    """What all rows say of a column: values, those of another type, different ones, and what no sampled row showed."""

    present: int
    misfits: int
    padded: int
    distinct: int
    surprises: int


def columns_of(raw: Raw, kind_of: KindOf) -> list[Found]:
    """Return every column of the table; the sample is looked at again with what all rows show besides."""
    found = [Found(item, kind_of(raw, item)) for item in measure(raw)]
    raw.step(f"counting {len(found):,} columns in all {raw.rows:,} rows")
    counted = [counts for start in range(0, len(found), BATCH) for counts in _counts(raw, found[start : start + BATCH])]
    return [_settled(raw, kind_of, item, counts) for item, counts in zip(found, counted, strict=True)]


def _settled(raw: Raw, kind_of: KindOf, found: Found, counts: Counts) -> Found:
    if raw.sampled and counts.surprises:
        again = looked_at_with(raw, found, _surprises(found), kind_of)
        if (again.kind, again.measure.marks) != (found.kind, found.measure.marks):
            counts = next(_counts(raw, [again]))
        found = again
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
    share = counts.present / max(found.present, 1)
    common = tuple((text, int(count * share)) for text, count in found.common)
    wordy = int(found.wordy * share)
    return replace(found, rows=raw.rows, present=counts.present, distinct=distinct, wordy=wordy, common=common)


def _counts(raw: Raw, columns: Sequence[Found]) -> Iterator[Counts]:
    """Yield what all rows say of a few columns, in one pass."""
    listed = ", ".join(
        f"{cleaned(item.measure.name, item.measure.marks)} AS {identifier(item.measure.name)}" for item in columns
    )
    asked = ", ".join(ask for item in columns for ask in _questions(raw, item))
    row = raw.database.execute(f"SELECT {asked} FROM (SELECT {listed} FROM {WHOLE})").fetchall()[0]
    width = len(row) // len(columns)
    for place in range(len(columns)):
        present, lost, padded, distinct, unseen = (int(count) for count in row[place * width : (place + 1) * width])
        yield Counts(present, lost, padded, distinct, unseen + lost)


def _questions(raw: Raw, found: Found) -> tuple[str, ...]:
    """Return what is counted of a column whose marks of missing values are gone."""
    name, kind = identifier(found.measure.name), found.kind
    if kind is None:
        return f"count({name})", "0", "0", "0", "0"
    lost = _filtered(_misfits(found))
    is_text = found.measure.type == "VARCHAR" and kind.type == "text"
    padded = f"count(*) FILTER ({name} <> trim({name}))" if is_text else "0"
    if not raw.sampled:
        return f"count({name})", lost, padded, "0", "0"
    return f"count({name})", lost, padded, f"approx_count_distinct({name})", _filtered(_unseen(found))


def _filtered(condition: str) -> str:
    return f"count(*) FILTER ({condition})" if condition else "0"


def _misfits(found: Found) -> str:
    """Return the condition under which a value is of another type than its column; empty for texts."""
    name, kind = identifier(found.measure.name), found.kind
    if kind is None or kind.type == "text":
        return ""
    return misfits(name, name if kind.read is None else as_text(kind.read), TYPES[kind.type])


def _unseen(found: Found) -> str:
    """Return the condition under which a value may make another kind, or marks, of a column: a code among numbers."""
    assert found.kind is not None
    name, is_text = identifier(found.measure.name), found.measure.type == "VARCHAR"
    if found.kind.type == "integer" and is_text:
        return " OR ".join(f"{name} LIKE {literal(code)}" for code in CODES)
    if found.kind.type == "date" and found.kind.read is None and is_text:
        return f"TRY_CAST({name} AS TIMESTAMP) <> date_trunc('day', TRY_CAST({name} AS TIMESTAMP))"
    if found.kind.type != "text":
        return ""  # a mark is of another type
    marks = ", ".join(literal(mark) for mark in sorted(SURE))
    seen = ", ".join(literal(text) for text, _ in found.measure.common) or "''"
    text = f"trim(CAST({name} AS VARCHAR))"
    return f"lower({text}) IN ({marks}) AND {text} NOT IN ({seen})"


def _surprises(found: Found) -> str:
    """Return the condition of the values of a column that are looked at besides the sample."""
    return " OR ".join(f"({condition})" for condition in (_misfits(found), _unseen(found)) if condition)


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
