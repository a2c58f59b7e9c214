"""Measure every column of a table: what its texts could be read as, how many values there are, and which."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from generator.new.reading import RAW, Raw
from generator.sql import identifier, literal

MARKS = ("", "na", "n/a", "#n/a", "null", "nan", "?", "\\n", "none", "-", "--", ".", "missing", "<na>", "nil")
"""Texts that stand for a missing value, trimmed and in small letters."""

BATCH = 40
"""Columns that one query measures."""

NUMBER = r"[-+]?((\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|(?i:inf|infinity))"
"""A number as DuckDB reads it; it reads `1_000` as well, which people rarely mean."""

DIRTY = r"\(?[-+]?[$€£¥]?\s?[-+]?[\d,.'\s]*\d[\d,.'\s]*\s?(%|[$€£¥])?\)?"
"""A number in an office's clothes: 1,234.50, $5, 12 %, (300)."""


@dataclass(frozen=True)
class Measure:
    """What a column holds. Counts are of rows in which the value is present and no mark of a missing one.

    ``marks`` are the marks that occur, as they are written. ``common`` are the most frequent values, most frequent
    first; none of a column of numbers.
    """

    name: str
    type: str
    rows: int
    marks: tuple[str, ...]
    common: tuple[tuple[str, int], ...]
    present: int
    distinct: int
    integers: int
    numbers: int
    zeros: int
    dirty: int
    iso: int
    timed: int
    wordy: int
    numeric: int

    @property
    def missing(self) -> int:
        """Return the number of rows without a value."""
        return self.rows - self.present

    @property
    def values(self) -> tuple[str, ...]:
        """Return the most frequent values."""
        return tuple(value for value, _ in self.common)


def measure(raw: Raw) -> tuple[Measure, ...]:
    """Return the measure of every column of ``raw``, in order."""
    names = list(raw.columns)
    found: list[Measure] = []
    for start in range(0, len(names), BATCH):
        found += _batch(raw, names[start : start + BATCH])
    return tuple(found)


def value(name: str, marks: tuple[str, ...]) -> str:
    """Return SQL for the trimmed text of column ``name``, NULL where it is a mark of a missing value."""
    trimmed = f"nullif(trim(CAST({identifier(name)} AS VARCHAR)), '')"
    listed = ", ".join(literal(mark.strip()) for mark in marks)
    return f"CASE WHEN {trimmed} NOT IN ({listed}) THEN {trimmed} END" if marks else trimmed


def _batch(raw: Raw, names: list[str]) -> Iterator[Measure]:
    marks = _marks(raw, names)
    marks = {name: found if _is_worth(raw, name, found) else _sure(found) for name, found in marks.items()}
    asked = [expression for name in names for expression in _expressions(value(name, marks[name]), raw.columns[name])]
    row = raw.database.execute(f"SELECT {', '.join(asked)} FROM {RAW}").fetchall()[0]
    size = len(asked) // len(names)
    for index, name in enumerate(names):
        counts = [int(count or 0) for count in row[index * size : (index + 1) * size]]
        blank = Measure(name, raw.columns[name], raw.rows, marks[name], (), *counts)
        many_numbers = blank.numbers == blank.present and blank.distinct > 2
        yield blank if many_numbers else replace(blank, common=_common(raw, name, marks[name]))


def _marks(raw: Raw, names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the marks of a missing value that occur in each text column, as they are written."""
    texts = [name for name in names if raw.columns[name] == "VARCHAR"]
    if not texts:
        return dict.fromkeys(names, ())
    listed = ", ".join(literal(mark) for mark in MARKS)
    asked = ", ".join(
        f"list(DISTINCT {identifier(name)}) FILTER (lower(trim({identifier(name)})) IN ({listed}))" for name in texts
    )
    row = raw.database.execute(f"SELECT {asked} FROM {RAW}").fetchall()[0]
    found = {name: tuple(sorted(marks or ())) for name, marks in zip(texts, row, strict=True)}
    return {name: found.get(name, ()) for name in names}


SURE = {"", "n/a", "#n/a", "null", "nan", "?", "\\n", "<na>", "na"}
"""Marks that mean nothing else in a column of texts either; `none` and `-` may be answers there."""


def _sure(marks: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(mark for mark in marks if mark.strip().lower() in SURE)


def _is_worth(raw: Raw, name: str, marks: tuple[str, ...]) -> bool:
    """Return whether what is left without ``marks`` are numbers or dates, so that they cannot be answers."""
    if not marks:
        return False
    left = value(name, marks)
    kinds = f"regexp_full_match({left}, {literal(NUMBER)}) OR TRY_CAST({left} AS TIMESTAMP) IS NOT NULL"
    kinds += f" OR regexp_full_match({left}, {literal(DIRTY)})"
    ask = f"SELECT count(*) FILTER ({kinds}), count({left}) FROM {RAW}"
    good, present = raw.database.execute(ask).fetchall()[0]
    return bool(present) and good >= 0.9 * present


def _expressions(text: str, kind: str) -> Iterator[str]:
    """Yield what is counted of a column, in the order of :class:`Measure` from ``present`` on."""
    number = f"regexp_full_match({text}, {literal(NUMBER)})"
    yield f"count({text})"
    yield f"count(DISTINCT {text})"
    yield f"count(*) FILTER (regexp_full_match({text}, '[-+]?\\d+') AND TRY_CAST({text} AS BIGINT) IS NOT NULL)"
    yield f"count(*) FILTER ({number})"
    yield f"count(*) FILTER (regexp_full_match({text}, '0\\d+'))"
    yield f"count(*) FILTER (regexp_full_match({text}, {literal(DIRTY)}))"
    iso = (
        f"regexp_full_match({text}, '\\d{{4}}-\\d\\d?-\\d\\d?([ T].*)?') AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL"
    )
    yield f"count(*) FILTER ({iso})"
    moment = f"TRY_CAST({text} AS TIMESTAMP)"
    yield f"count(*) FILTER ({iso} AND {moment} <> date_trunc('day', {moment}))"
    yield f"count(*) FILTER (len(string_split({text}, ' ')) >= 4)"
    yield f"count(*) FILTER (regexp_matches({text}, '\\d'))"


def _common(raw: Raw, name: str, marks: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    text = value(name, marks)
    ask = (
        f"SELECT {text} AS v, count(*) AS n FROM {RAW} WHERE {text} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT 60"
    )
    return tuple((str(found), int(count)) for found, count in raw.database.execute(ask).fetchall())
