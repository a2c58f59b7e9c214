"""Random expressions of all that is supported, random rows for them, and both answers: DuckDB's and Python's."""

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from generator.compile.expressions import Compiled, compile_expression, import_lines, normalise, sources
from generator.compile.registry import ENTRIES
from generator.compile.runtime_dates import EPOCH, micros_of
from generator.compile.source import definitions, imports
from generator.sql.binding import bind
from generator.sql.parsing import parse, render
from generator.sql.typing import ExpressionTyping

TYPES = {
    "flag": "BOOLEAN",
    "flag2": "BOOLEAN",
    "tiny": "TINYINT",
    "medium": "INTEGER",
    "whole": "BIGINT",
    "whole2": "BIGINT",
    "real": "DOUBLE",
    "real2": "DOUBLE",
    "word": "VARCHAR",
    "word2": "VARCHAR",
    "numeral": "VARCHAR",
    "day_text": "VARCHAR",
    "day": "DATE",
    "day2": "DATE",
    "since": "TIMESTAMP",
    "since2": "TIMESTAMP",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "months": "BIGINT",
}
COLUMNS = {
    "boolean": ("flag", "flag2"),
    "int": ("tiny", "medium", "whole", "whole2", "months"),
    "double": ("real", "real2"),
    "text": ("word", "word2"),
    "date": ("day", "day2"),
    "timestamp": ("since", "since2"),
    "stamp": ("moment",),
    "numeral": ("numeral",),
    "column": ("real", "real2"),
    "day_text": ("day_text",),
    "year": ("months",),
}
LITERALS = {
    "boolean": ("true", "false"),
    "int": ("0", "1", "-1", "7", "60", "100", "9007199254740993", "-3"),
    "double": ("0.5e0", "2.0e0", "0e0", "1e3", "-1.5e0", "1e300"),
    "text": ("''", "'a'", "'ß'", "'it''s'", "'%'", "'-'", "' x '"),
    "date": ("DATE '2024-02-29'", "DATE '1969-12-31'"),
    "interval": ("INTERVAL '1' DAY", "INTERVAL '2 hours'"),
    "timestamp": ("TIMESTAMP '2024-02-29 13:14:15.5'", "TIMESTAMP '2013-03-10 02:30:00'"),
    "stamp": ("(TIMESTAMP '2024-07-01' AT TIME ZONE 'UTC')",),
    "small": ("0", "1", "2", "3", "-1", "-2", "12", "29", "70"),
    "digits": ("0", "1", "2", "-1", "-2", "15"),
    "days": ("1", "-1", "30", "366"),
    "count": ("0", "1", "3", "-1", "8"),
    "year": ("2024", "1999", "1"),
    "numeral": ("' 12 '", "'1e3'", "'x'"),
    "day_text": ("'2024-02-29'", "'2024-02-30'"),
}
UNIONS = {
    "number": ("int", "double"),
    "moment": ("date", "timestamp"),
    "printed": ("int", "column", "boolean", "date", "timestamp", "text"),
    "any": ("boolean", "int", "double", "text", "date", "timestamp"),
}
KINDS = ("boolean", "int", "double", "text", "date", "timestamp", "interval", "stamp")
ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Europe/Dublin",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Kathmandu",
)
REGEXES = (
    "a",
    "^a",
    "[a-z]+",
    "(a|b)c?",
    "\\d+",
    "x$",
    ".",
    "(?i)A(b)?",
    "",
    "\\s",
    "[^a]b*",
    "é|ß",
    "^$",
    "(\\w)(\\w)",
)


@dataclass
class Grammar:
    """Builds random expressions: ``used`` counts how often each entry of the table took part."""

    draw: random.Random
    used: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.makers: dict[str, list[tuple[str, list[str]]]] = {}
        for entry in ENTRIES:
            by_kind: dict[str, list[str]] = {}
            for form in entry.forms:
                pattern, _, kind = form.rpartition(" -> ")
                by_kind.setdefault(kind, []).append(pattern)
            for kind, patterns in by_kind.items():
                self.makers.setdefault(kind, []).append((entry.name, patterns))

    def expression(self, kind: str, depth: int) -> str:
        """Return a random expression of ``kind``, at most ``depth`` operators deep."""
        if kind in UNIONS:
            kind = self.draw.choice(UNIONS[kind])
        if depth <= 0 or kind not in self.makers or self.draw.random() < 0.12:
            return self.leaf(kind, depth)
        name, patterns = self.draw.choice(self.makers[kind])
        return self.filled(name, self.draw.choice(patterns), depth)

    def filled(self, name: str, pattern: str, depth: int) -> str:
        """Return ``pattern`` with random expressions for what stands in braces."""
        self.used[name] = self.used.get(name, 0) + 1
        text = re.sub(r"\{([^}]*)\}", lambda found: self.part(found[1], depth - 1), pattern)
        return f"({text})"

    def part(self, name: str, depth: int) -> str:
        """Return what fills ``{name}``."""
        if "|" in name or name == "":
            return self.draw.choice(name.split("|"))
        if name == "zone":
            return self.draw.choice(ZONES)
        if name == "regex":
            return self.draw.choice(REGEXES).replace("'", "''")
        if name in ("1", "2"):
            return name
        return self.expression(name, depth)

    def leaf(self, kind: str, depth: int) -> str:
        """Return a column, mostly, or a literal."""
        columns, literals = COLUMNS.get(kind, ()), LITERALS.get(kind, ())
        roll = self.draw.random()
        if roll < 0.02 and kind in ("int", "double", "text", "boolean", "date", "timestamp"):
            return "NULL"
        if kind == "small" and roll < 0.3:
            return "months"
        if kind in ("days", "count") and roll < 0.4:
            return "tiny"
        if kind == "interval" and depth >= 0 and roll < 0.4:
            return f"to_hours({self.draw.choice(COLUMNS['int'][:2])})"
        return self.draw.choice(columns) if columns and (roll < 0.8 or not literals) else self.draw.choice(literals)

    def row(self) -> dict[str, Any]:
        """Return a random row: often with values at some border."""
        return {name: self.value(name, kind) for name, kind in TYPES.items()}

    def value(self, name: str, kind: str) -> Any:
        """Return a random value for the column ``name``."""
        draw = self.draw
        if draw.random() < 0.12:
            return None
        if name == "months":
            return draw.choice([0, 1, 2, 3, 5, 11, 12, 13, -1, -2, 24, 59, 60, 1999, 2024, 400])
        if name == "numeral":
            return draw.choice(NUMERALS) if draw.random() < 0.6 else self.garbled("0123456789+-._e xinfa", 6)
        if name == "day_text":
            return draw.choice(DAY_TEXTS) if draw.random() < 0.5 else self.garbled_day()
        return getattr(self, f"a_{kind.split()[0].lower()}")(kind)

    def garbled(self, letters: str, most: int) -> str:
        """Return a random text of ``letters``."""
        return "".join(self.draw.choice(letters) for _ in range(self.draw.randint(0, most)))

    def garbled_day(self) -> str:
        """Return a date as a text, with slips."""
        text = list(self.draw.choice(DAY_TEXTS))
        for _ in range(self.draw.randint(0, 2)):
            index = self.draw.randint(0, max(len(text) - 1, 0))
            text[index : index + self.draw.randint(0, 1)] = self.draw.choice("0123456789-/: .T+ZU")
        return "".join(text)

    def a_boolean(self, kind: str) -> bool:
        """Return a random value."""
        return self.draw.random() < 0.5

    def a_tinyint(self, kind: str) -> int:
        """Return a random value."""
        return self.draw.choice([-128, 127, 0, 1, -1, 7, self.draw.randint(-128, 127)])

    def a_integer(self, kind: str) -> int:
        """Return a random value."""
        return self.draw.choice([-(2**31), 2**31 - 1, 0, 1, 2, -1, 60, 100, self.draw.randint(-5000, 5000)])

    def a_bigint(self, kind: str) -> int:
        """Return a random value."""
        edges = [-(2**63), 2**63 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**62, 0, 1, -1]
        return self.draw.choice(
            [*edges[:: self.draw.randint(1, 3)], *(self.draw.randint(-3000, 3000) for _ in range(9))]
        )

    def a_double(self, kind: str) -> float:
        """Return a random value."""
        edges = [
            math.nan,
            math.inf,
            -math.inf,
            0.0,
            -0.0,
            5e-324,
            1.7976931348623157e308,
            2.675,
            0.5,
            -2.5,
            2.0**53 + 2,
        ]
        return self.draw.choice([*edges, *(round(self.draw.gauss(0, 100), self.draw.randint(0, 9)) for _ in range(8))])

    def a_varchar(self, kind: str) -> str:
        """Return a random value."""
        return (
            self.draw.choice(WORDS)
            if self.draw.random() < 0.6
            else self.garbled("abAB -%_\\'éßİΣσ🙂\u0301\u00a0\t1", 7)
        )

    def a_date(self, kind: str) -> date:
        """Return a random value."""
        if self.draw.random() < 0.5:
            return self.draw.choice(DAYS)
        return date(1900, 1, 1) + timedelta(days=self.draw.randint(0, 60_000))

    def a_timestamp(self, kind: str) -> datetime:
        """Return a random value."""
        if self.draw.random() < 0.5:
            found = self.draw.choice(MOMENTS)
        else:
            found = datetime(1950, 1, 1) + timedelta(seconds=self.draw.randint(0, 2_700_000_000))
            found += timedelta(microseconds=self.draw.choice([0, 0, 1, 500_000, 123_456]))
        return found.replace(tzinfo=UTC) if "ZONE" in kind else found


WORDS = (
    "",
    "a",
    "b",
    "abc",
    "ABC",
    "a-b-c",
    "it's",
    "100%",
    "a_b",
    "back\\slash",
    "e\u0301",
    "é",
    "ß",
    "İstanbul",
    "ΣΑΣ",
    "🙂",
    "🤦🏼‍♂️x",
    "  a  ",
    "x\ty\n",
    "ﬁ",
    "ǆ",
    "%",
    "_",
    '"',
    "naïve café",
    "-",
    "a\u00a0",
    "12",
)
NUMERALS = (
    "12",
    " 12 ",
    "-7",
    "+5",
    "1.5",
    "2.5",
    "-2.5",
    "1e3",
    "1_000",
    "",
    " ",
    ".",
    ".5",
    "5.",
    "abc",
    "9223372036854775807",
    "9223372036854775808",
    "127.5",
    "1e400",
    "inf",
    "-Infinity",
    "nan",
    "true",
    "f",
    "yes",
    "NO",
    "1e-3",
    "0",
    "1",
    "-",
)
DAY_TEXTS = (
    "2024-02-29",
    "2023-02-29",
    "2024-2-9",
    "2024/12/31",
    " 2013-01-01 ",
    "2013-01-01 10:11",
    "2013-01-01 10:11:12.5",
    "2013-01-01T10:11:12Z",
    "2013-01-01 24:00:00",
    "",
    "x",
    "2013-13-01",
    "1969-12-31 23:59:59.999999",
    "2013-01-01 10:11:12+02",
    "2013 01 01",
    "99-1-1",
)
DAYS = tuple(
    date.fromisoformat(text)
    for text in (
        "2024-02-29",
        "2023-02-28",
        "2000-02-29",
        "1900-03-01",
        "1970-01-01",
        "1969-12-31",
        "2020-12-31",
        "2021-01-01",
        "2024-12-30",
        "2018-12-31",
        "0001-01-01",
        "9999-12-31",
        "2013-03-10",
        "2024-01-31",
    )
)
MOMENTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2024-02-29 23:59:59.999999",
        "1969-12-31 23:59:59.5",
        "1970-01-01",
        "2013-03-10 02:30:00",
        "2013-11-03 01:30:00",
        "2013-03-31 02:15:00",
        "2013-10-27 02:15:00",
        "2024-01-31 12:00:00",
        "2011-12-30 10:00:00",
        "2013-10-06 02:10:00",
        "2013-04-07 01:45:00",
        "1900-01-01 00:00:00.000001",
        "9999-12-31 23:00:00",
        "0001-01-01 01:00:00",
        "2020-06-15 18:45:30",
    )
)


class Bench:
    """Both engines over the same rows."""

    def __init__(self) -> None:
        self.typing = ExpressionTyping()
        self.typing._database.execute("SET threads = 1")
        self.database = duckdb.connect(config={"enable_external_access": "false", "threads": 1})
        self.database.execute("SET TimeZone = 'UTC'")
        body = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
        self.database.execute(f"CREATE TABLE cases (position BIGINT, {body})")
        self.runtime: dict[str, Any] = {}
        every = sources(definitions()) + "\n" + "\n".join(import_lines(imports()))
        exec(compile(every, "runtime", "exec"), self.runtime)
        self.rows: list[dict[str, Any]] = []
        # The runtime of the rendered project is a copy, so its errors are classes of their own.
        self.error: type[Exception] = self.runtime["RowError"]
        self.outside: type[Exception] = self.runtime["OutsideError"]

    def load(self, rows: Sequence[dict[str, Any]]) -> None:
        """Put ``rows`` into DuckDB."""
        self.rows = list(rows)
        self.database.execute("DELETE FROM cases")
        marks = ", ".join("?" for _ in range(len(TYPES) + 1))
        values = [[index, *(row[name] for name in TYPES)] for index, row in enumerate(rows)]
        self.database.executemany(f"INSERT INTO cases VALUES ({marks})", values)

    def compiled(self, text: str) -> tuple[str, Compiled]:
        """Return ``text`` as DuckDB is to run it, and compiled."""
        tree = normalise(bind(parse(text), TYPES), TYPES, self.typing)
        return render(tree), compile_expression(tree, TYPES, self.typing, str)

    def of_python(self, compiled: Compiled) -> list[Any]:
        """Return Python's answer for every row, or the error."""
        names = ", ".join(TYPES)
        function = eval(f"lambda {names}: {compiled.code}", self.runtime)
        found = []
        for row in self.rows:
            try:
                found.append(plain(function(**row)))
            except Exception as error:
                found.append(error)
        return found

    def of_duckdb(self, text: str, kind: str) -> list[Any]:
        """Return DuckDB's answer for every row, or the error."""
        # One thread reads a small table in the order in which it was filled.
        query = f"SELECT {shown(text, kind)} FROM cases"
        try:
            return [row[0] for row in self.database.execute(query).fetchall()]
        except duckdb.Error:
            pass
        found: list[Any] = []
        for index in range(len(self.rows)):
            try:
                row = self.database.execute(f"{query} WHERE position = {index}").fetchone()
                found.append(row[0] if row else None)
            except duckdb.Error as error:
                found.append(error)
        return found


def shown(text: str, kind: str) -> str:
    """Return SQL for ``text`` whose value Python can hold: microseconds since 1970, days since 1970."""
    if kind == "DATE":
        return f"({text}) - DATE '1970-01-01'"
    if kind.startswith("TIMESTAMP"):
        return f"epoch_us({text})"
    if kind == "INTERVAL":
        parts = "date_part('year', {0}) * 12 + date_part('month', {0}), date_part('day', {0}), "
        parts += "date_part('hour', {0}), date_part('minute', {0}), date_part('microsecond', {0})"
        return f"CASE WHEN ({text}) IS NOT NULL THEN [{parts.format(f'({text})')}] END"
    return text


def plain(value: Any) -> Any:
    """Return ``value`` in the form of :func:`shown`."""
    if isinstance(value, datetime):
        return micros_of(value)
    if isinstance(value, date):
        return (value - EPOCH.date()).days
    if type(value).__name__ == "Interval":
        hours, rest = divmod(abs(value.micros), 3_600_000_000)
        minutes, micros = divmod(rest, 60_000_000)
        sign = -1 if value.micros < 0 else 1
        return [value.months, value.days, sign * hours, sign * minutes, sign * micros]
    return value


def agree(theirs: Any, ours: Any) -> bool:
    """Return whether both values are the same: doubles within 1e-12, all else exactly."""
    if type(theirs) is not type(ours):
        return False
    if isinstance(theirs, float):
        both_nan = theirs != theirs and ours != ours
        return both_nan or theirs == ours or math.isclose(theirs, ours, rel_tol=1e-12, abs_tol=0.0)
    return bool(theirs == ours)
