"""Measure every column of a table: what its texts could be read as, how many values there are, and which."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from generator.new.reading import RAW, Raw
from generator.sql import identifier, literal

MARKS = ("", "na", "n/a", "#n/a", "null", "nan", "?", "\\n", "none", "-", "--", ".", "missing", "<na>", "nil")
"""Texts that stand for a missing value, trimmed and in small letters."""

SURE = {"", "n/a", "#n/a", "null", "nan", "?", "\\n", "<na>", "na"}
"""Marks that mean nothing else in a column of texts either; `none` and `-` may be answers there."""

CELLS = 8_000_000
"""Values that one query measures."""

COUNTS = """
    count(v),
    count(DISTINCT v),
    count(*) FILTER (regexp_full_match(v, '[-+]?\\d+') AND TRY_CAST(v AS BIGINT) IS NOT NULL),
    count(*) FILTER (regexp_full_match(v, {number})),
    count(*) FILTER (regexp_full_match(v, '0\\d+')),
    count(*) FILTER (regexp_full_match(v, {dirty})),
    count(*) FILTER ({iso}),
    count(*) FILTER ({iso} AND TRY_CAST(v AS TIMESTAMP) <> date_trunc('day', TRY_CAST(v AS TIMESTAMP))),
    count(*) FILTER (len(string_split(v, ' ')) >= 4),
    count(*) FILTER (regexp_matches(v, '\\d'))"""
"""What is counted of a column's trimmed values ``v``, in the order of :class:`Measure` from ``present`` on."""

ISO = "regexp_full_match(v, '\\d{4}-\\d\\d?-\\d\\d?([ T].*)?') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL"

NUMBER = r"[-+]?((\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|(?i:inf|infinity))"
"""A number as DuckDB reads it; it reads `1_000` as well, which people rarely mean."""

BLANKS = r"\s\x{A0}\x{2007}\x{2009}\x{202F}"
"""Blanks that set thousands apart: those of no break and of less width too."""

CODES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KES|KRW|MXN|MYR|NGN|NOK|NZD|"
    "PEN|PHP|PKR|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
MONEY = rf"\p{{Sc}}|[A-Z]{{1,3}}\$|{CODES}|(?i:kr|zł|kč|ft|rs|fr|lei)\.?"
"""Currencies, by sign, by code, or as they are spoken of."""

APOSTROPHES, MINUS = "'\N{RIGHT SINGLE QUOTATION MARK}", "\N{MINUS SIGN}"
SIGN = f"[-+{MINUS}]"
DIRTY = (
    rf"\(?{SIGN}?[{BLANKS}]*({MONEY})?[{BLANKS}]*{SIGN}?\(?[\d,.{APOSTROPHES}{BLANKS}]*\d[\d,.{APOSTROPHES}{BLANKS}]*"
    rf"{SIGN}?[{BLANKS}]*(%|{MONEY})?[{BLANKS}]*{SIGN}?(?i:[cd]r\.?)?\)?"
)
"""A number in an office's clothes: 1,234.50, $5, 12 %, (300), 123,45-, EUR 1'234.50, 500.00 CR."""


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
    size = max(1, CELLS // raw.rows)
    return tuple(found for start in range(0, len(names), size) for found in _batch(raw, names[start : start + size]))


def value(name: str, marks: tuple[str, ...]) -> str:
    """Return SQL for the trimmed text of column ``name``, NULL where it is a mark of a missing value."""
    trimmed = f"nullif(trim(CAST({identifier(name)} AS VARCHAR)), '')"
    listed = ", ".join(literal(mark.strip()) for mark in marks)
    return f"CASE WHEN {trimmed} NOT IN ({listed}) THEN {trimmed} END" if marks else trimmed


def _batch(raw: Raw, names: list[str]) -> Iterator[Measure]:
    """Yield the measures of a few columns, whose values are laid one column below the other."""
    listed = ", ".join(f"trim(CAST({identifier(name)} AS VARCHAR)) AS c{index}" for index, name in enumerate(names))
    keys = ", ".join(f"c{index}" for index in range(len(names)))
    raw.database.execute(
        f"CREATE OR REPLACE TEMP TABLE long AS SELECT * FROM (SELECT {listed} FROM {RAW}) UNPIVOT (v FOR c IN ({keys}))"
    )
    marks = _marks(raw)
    raw.database.execute("CREATE OR REPLACE TEMP TABLE taken (c VARCHAR, v VARCHAR)")
    if pairs := [[key, mark] for key, found in marks.items() for mark in found]:
        raw.database.executemany("INSERT INTO taken VALUES (?, ?)", pairs)
    counts = COUNTS.format(number=literal(NUMBER), dirty=literal(DIRTY), iso=ISO)
    rows = raw.database.execute(f"SELECT c, {counts} FROM long ANTI JOIN taken USING (c, v) GROUP BY c").fetchall()
    counted = {str(key): [int(count) for count in found] for key, *found in rows}
    for index, name in enumerate(names):
        written = _written(raw, name, marks.get(f"c{index}", ()))
        found = Measure(name, raw.columns[name], raw.rows, written, (), *counted.get(f"c{index}", [0] * 10))
        many_numbers = found.numbers == found.present and found.distinct > 2
        yield found if many_numbers else replace(found, common=_common(raw, name, written))


def _marks(raw: Raw) -> dict[str, tuple[str, ...]]:
    """Return the marks of a missing value in each column: all, where what is left are numbers or dates; else the sure.

    A mark that looks like the other values of its column is one of them: NA among the codes of countries.
    """
    listed = ", ".join(literal(mark) for mark in MARKS)
    kinds = f"regexp_full_match(v, {literal(NUMBER)}) OR regexp_full_match(v, {literal(DIRTY)})"
    rows = raw.database.execute(f"""
        WITH judged AS (SELECT c, v, lower(v) IN ({listed}) AS mark FROM long)
        SELECT c, list(DISTINCT v) FILTER (mark), count(*) FILTER (NOT mark),
          count(*) FILTER (NOT mark AND ({kinds} OR TRY_CAST(v AS TIMESTAMP) IS NOT NULL)),
          count(*) FILTER (NOT mark AND regexp_full_match(v, '[A-Z]{{2,3}}'))
        FROM judged GROUP BY c HAVING any_value(v) FILTER (mark) IS NOT NULL""").fetchall()
    found = {}
    for key, marks, left, plain, codes in rows:
        sure = [mark for mark in marks if mark.lower() in SURE and not (mark.isupper() and codes >= 0.9 * left)]
        found[str(key)] = tuple(sorted(marks if left and plain >= 0.9 * left else sure))
    return found


def _written(raw: Raw, name: str, marks: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``marks`` of a text column as they are written in the data, with the blanks around them."""
    if not marks or raw.columns[name] != "VARCHAR":
        return ()
    listed = ", ".join(literal(mark) for mark in marks)
    column = identifier(name)
    rows = raw.database.execute(f"SELECT DISTINCT {column} FROM {RAW} WHERE trim({column}) IN ({listed})").fetchall()
    return tuple(sorted(str(row[0]) for row in rows))


def _common(raw: Raw, name: str, marks: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    text = value(name, marks)
    # By place: an alias would mean the column of that name, where there is one.
    counts = f"SELECT {text}, count(*) FROM {RAW} WHERE {text} IS NOT NULL GROUP BY 1"
    rows = raw.database.execute(f"{counts} ORDER BY 2 DESC, 1 LIMIT 60").fetchall()
    return tuple((str(found), int(count)) for found, count in rows)
