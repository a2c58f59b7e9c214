"""Measure every column of a table: what its texts could be read as, how many values there are, and which."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator.new.reading import RAW, Raw
from generator.new.words import MARKS, NEVER, SURE, WORDS
from generator.sql.parsing import identifier, literal

CELLS = 4_000_000
"""Values that one query measures."""

ALIKE = 0.9
"""Share of the values of a column that decide what all are."""

MOST = 60
"""Values of a column, the most frequent, that are kept."""

STAND_INS = 3, 3, 20
"""The most words in a column of digits that stand for missing values, the fewest rows of each, and of other values."""

COUNTS = """
    count(v),
    count(DISTINCT v),
    count(*) FILTER (regexp_full_match(v, '[-+]?\\d+') AND TRY_CAST(v AS BIGINT) IS NOT NULL),
    count(*) FILTER (regexp_full_match(v, {number})),
    count(*) FILTER (regexp_full_match(v, {number}) AND TRY_CAST(v AS BIGINT) = TRY_CAST(v AS DOUBLE)),
    count(*) FILTER ({long}),
    count(*) FILTER (v LIKE '-%'),
    count(*) FILTER (regexp_full_match(v, '0\\d+')),
    count(*) FILTER (regexp_full_match(v, '\\+\\d+')),
    count(*) FILTER (regexp_full_match(v, '\\d+[eE]\\d+')),
    count(DISTINCT v) FILTER ({lettered}),
    count(*) FILTER (regexp_full_match(v, {dirty})),
    count(*) FILTER ({iso}),
    count(*) FILTER ({iso} AND TRY_CAST(v AS TIMESTAMP) <> date_trunc('day', TRY_CAST(v AS TIMESTAMP))),
    count(*) FILTER (len(string_split(v, ' ')) >= 4),
    count(*) FILTER (regexp_matches(v, '\\d')),
    coalesce(min(length(v)), 0),
    coalesce(max(length(v)), 0)"""
"""What is counted of a column's trimmed values ``v``, in the order of :class:`Measure` from ``present`` on."""

ISO = (
    "regexp_full_match(v, '\\d{4}-\\d\\d?-\\d\\d?([ T][\\d:.]+(Z| ?UTC| ?GMT|[-+]\\d\\d(:?\\d\\d)?)?)?') "
    "AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL"
)
"""A date of ISO's usual form; a cast reads past the other letters that may stand behind it, PM among them."""

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

LONG = "regexp_full_match(v, '[-+]?\\d{19,}(\\.0*)?') AND TRY_CAST(v AS BIGINT) IS NULL"
"""A whole number that is too long for 64 bits."""

LETTERED = "regexp_full_match(v, '[A-Za-z]?\\d+[A-Za-z]|[A-Za-z]\\d+')"
"""Digits with a letter before or behind them."""


@dataclass(frozen=True)
class Measure:
    """What a column holds. Counts are of rows in which the value is present and no mark of a missing one.

    ``marks`` are the marks that occur, trimmed. ``common`` are the most frequent values, most frequent first; none of
    a column of numbers. ``whole`` are numbers without a fraction, ``long`` those beyond 64 bits, ``misfits`` values
    that are of another type than the column is said to have.
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
    whole: int
    long: int
    negative: int
    zeros: int
    plus: int
    exponents: int
    lettered: int
    dirty: int
    iso: int
    timed: int
    wordy: int
    numeric: int
    shortest: int
    longest: int
    misfits: int = 0

    @property
    def missing(self) -> int:
        """Return the number of rows without a value."""
        return self.rows - self.present

    @property
    def values(self) -> tuple[str, ...]:
        """Return the most frequent values."""
        return tuple(value for value, _ in self.common)


def measure(raw: Raw, names: Sequence[str] = ()) -> tuple[Measure, ...]:
    """Return the measure of each of ``names``, by default of every column of ``raw``, in order."""
    names = names or list(raw.columns)
    size = max(1, CELLS // raw.looked_at)
    return tuple(found for start in range(0, len(names), size) for found in _batch(raw, names[start : start + size]))


def value(name: str, marks: tuple[str, ...]) -> str:
    """Return SQL for the trimmed text of column ``name``, NULL where it is a mark of a missing value."""
    trimmed = f"nullif(trim(CAST({identifier(name)} AS VARCHAR)), '')"
    listed = ", ".join(literal(mark) for mark in marks)
    return f"CASE WHEN {trimmed} NOT IN ({listed}) THEN {trimmed} END" if marks else trimmed


def _batch(raw: Raw, names: Sequence[str]) -> Iterator[Measure]:
    """Yield the measures of a few columns, whose values are laid one column below the other."""
    listed = ", ".join(f"trim(CAST({identifier(name)} AS VARCHAR)) AS c{index}" for index, name in enumerate(names))
    keys = ", ".join(f"c{index}" for index in range(len(names)))
    raw.database.execute(
        f"CREATE OR REPLACE TEMP TABLE long AS SELECT * FROM (SELECT {listed} FROM {RAW}) UNPIVOT (v FOR c IN ({keys}))"
    )
    marks = _marks(raw)
    _take_out(raw, marks)
    counted = _counted(raw)
    if more := _stand_ins(raw, counted):
        _take_out(raw, more)
        marks |= {key: (*marks.get(key, ()), *words) for key, words in more.items()}
        counted |= _counted(raw, list(more))
    none = [0] * (len(Measure.__dataclass_fields__) - 6)
    measured = [
        Measure(name, raw.columns[name], raw.looked_at, marks.get(key, ()), (), *counted.get(key, none))
        for key, name in ((f"c{index}", name) for index, name in enumerate(names))
    ]
    texts = [f"c{i}" for i, found in enumerate(measured) if found.numbers < found.present or found.distinct <= 2]
    common = _common(raw, texts)
    for index, found in enumerate(measured):
        yield replace(found, common=common.get(f"c{index}", ()))


def _counted(raw: Raw, keys: Sequence[str] = ()) -> dict[str, list[int]]:
    """Return the counts of each of the columns ``keys``, by default of all."""
    counts = COUNTS.format(number=literal(NUMBER), dirty=literal(DIRTY), iso=ISO, long=LONG, lettered=LETTERED)
    some = f"WHERE list_contains([{', '.join(map(literal, keys))}], c)" if keys else ""
    rows = raw.database.execute(f"SELECT c, {counts} FROM long {some} GROUP BY c").fetchall()
    return {str(key): [int(count) for count in found] for key, *found in rows}


def _take_out(raw: Raw, marks: dict[str, tuple[str, ...]]) -> None:
    """Leave the ``marks`` of each column out of what is measured."""
    if pairs := [[key, mark] for key, found in marks.items() for mark in found]:
        raw.database.execute("CREATE OR REPLACE TEMP TABLE taken (c VARCHAR, v VARCHAR)")
        raw.database.execute("INSERT INTO taken SELECT unnest($1), unnest($2)", list(zip(*pairs, strict=True)))
        raw.database.execute("DELETE FROM long USING taken WHERE long.c = taken.c AND long.v = taken.v")


def _stand_ins(raw: Raw, counted: dict[str, list[int]]) -> dict[str, tuple[str, ...]]:
    """Return the words, a few again and again, that stand where all other values of a column are digits and signs."""
    fields = list(Measure.__dataclass_fields__)[5:]
    keys = []
    for key, counts in counted.items():
        of = dict(zip(fields, counts, strict=False))
        if of["present"] / 2 <= of["numeric"] < of["present"] and of["distinct"] > STAND_INS[2]:
            keys.append(key)
    if not keys:
        return {}
    most, least, _ = STAND_INS
    rows = raw.database.execute(
        f"""WITH counted AS (
            SELECT c, v, count(*) AS n, NOT regexp_matches(v, '\\d') AS word, regexp_matches(v, '\\pL') AS lettered
            FROM long WHERE list_contains(?, c) GROUP BY c, v)
        SELECT c, list(v ORDER BY v) FILTER (word) FROM counted GROUP BY c
        HAVING count(*) FILTER (word) BETWEEN 1 AND {most} AND min(n) FILTER (word) >= {least}
          AND coalesce(sum(n) FILTER (NOT word AND lettered), 0) <= 0.02 * sum(n)""",
        [keys],
    ).fetchall()
    return {str(key): tuple(words) for key, words in rows}


def _marks(raw: Raw) -> dict[str, tuple[str, ...]]:
    """Return the marks of a missing value in each column: all, where what is left are numbers, dates or truths.

    Else the sure ones alone. A mark that looks like the other values of its column is one of them: NA among the codes
    of countries, ? among signs.
    """
    listed, words = (", ".join(literal(word) for word in texts) for texts in ((*MARKS, *NEVER), WORDS))
    kinds = f"regexp_full_match(v, {literal(NUMBER)}) OR regexp_full_match(v, {literal(DIRTY)})"
    kinds += " OR regexp_full_match(v, '[^\\pL]*\\d[^\\pL]*')"
    plain = f"{kinds} OR lower(v) IN ({words}) OR TRY_CAST(v AS TIMESTAMP) IS NOT NULL"
    rows = raw.database.execute(f"""
        WITH judged AS (SELECT c, v, lower(v) IN ({listed}) AS mark FROM long),
          marked AS (SELECT DISTINCT c FROM judged WHERE mark)
        SELECT c, list(DISTINCT v) FILTER (mark), count(*) FILTER (NOT mark), count(*) FILTER (NOT mark AND ({plain})),
          count(*) FILTER (NOT mark AND regexp_full_match(v, '[A-Z]{{2,3}}')),
          count(*) FILTER (NOT mark AND regexp_full_match(v, '[\\pP\\pS]+'))
        FROM judged SEMI JOIN marked USING (c) GROUP BY c""").fetchall()
    found = {}
    for key, marks, left, plain, codes, signs in rows:
        many = ALIKE * max(left, 1)
        sure = [mark for mark in marks if mark.lower() in SURE and not _alike(mark, codes >= many, signs >= many)]
        found[str(key)] = tuple(sorted(marks if left and plain >= ALIKE * left else sure))
    return found


def _alike(mark: str, codes: bool, signs: bool) -> bool:
    """Return whether ``mark`` looks like the other values of its column, which are codes, or signs."""
    return (codes and mark.isupper()) or (signs and bool(mark) and not any(map(str.isalnum, mark)))


def _common(raw: Raw, keys: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return the most frequent values of each of the columns ``keys``, with their counts."""
    rows = raw.database.execute(
        f"""WITH counted AS (SELECT c, v, count(*) AS n FROM long WHERE list_contains(?, c) GROUP BY c, v)
        SELECT c, v, n FROM counted
        QUALIFY row_number() OVER (PARTITION BY c ORDER BY n DESC, v) <= {MOST} ORDER BY c, n DESC, v""",
        [list(keys)],
    ).fetchall()
    found: dict[str, list[tuple[str, int]]] = {}
    for key, text, count in rows:
        found.setdefault(str(key), []).append((str(text), int(count)))
    return {key: tuple(values) for key, values in found.items()}
