"""Detect the layout of a text file from its beginning: where its names are, and what separates its values."""

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.sources.counts import counted
from generator.sources.lines import records

SAMPLE = 1_000
"""Rows that are looked at."""

SEPARATORS = (",", ";", "\t", "|", "||", "~", "^", "\x01", "\x1f", " ")
"""What is tried; a blank, which stands between words as well, comes last."""

LAST = (":",)
"""What is tried where none of these separates anything: it stands within times as well."""

SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
"""What Excel writes and reads as the first line of a CSV file."""

COMMENTS = ("#", "%", "//")
CONSISTENT = 0.9
"""Share of the rows that have as many values as the most frequent number of them."""

NUMBER = re.compile(r"[-+(]?[$€£]?\s?\d[\d.,' ]*\)?([eE][-+]?\d+)?\s?[%$€£]?|nan|na|null|", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d\d(-\d\d)?([ T].*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


@dataclass(frozen=True)
class Asked:
    """What a user says of how a file is laid out; None where it is to be found out."""

    skip: int | None = None
    separator: str | None = None
    header: bool | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Layout:
    """How a file is laid out: what differs from a plain CSV file, as fields of a source, and notes on it.

    ``missing`` are the first values where they look like those of a row, and not like names; ``names`` those of the
    columns as they stand there.
    """

    fields: dict[str, Any]
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Table:
    """The rows of a file by one separator: the place of the first one that counts, and how many values most have."""

    separator: str
    rows: list[tuple[int, list[str]]]
    first: int
    width: int

    @property
    def body(self) -> list[list[str]]:
        """Return the rows below the names."""
        return [row for _, row in self.rows[self.first + 1 :]]

    @property
    def consistency(self) -> float:
        """Return the share of the rows that have as many values as most."""
        body = self.body
        return sum(len(row) == self.width for row in body) / max(1, len(body))

    @property
    def rank(self) -> tuple[Any, ...]:
        """Return what the best of several tables has most of."""
        line = self.rows[self.first][0]
        return self.consistency >= CONSISTENT, -line, self.separator != " ", round(self.consistency, 2), self.width


def layout_of(text: str, asked: Asked) -> Layout | None:
    """Return how the file that begins with ``text`` is laid out, None where its rows do not agree with each other."""
    skip, separator, header = asked.skip or 0, asked.separator, asked.header is not False
    declared = SEP_LINE.match(text)
    if declared and asked.skip is None:
        skip, separator = 1, separator or declared[1]
    table = next(filter(None, (_best(text, signs, skip, header) for signs in _signs(separator))), None)
    if table is None:
        return None
    line, names = table.rows[table.first]
    fields: dict[str, Any] = {} if table.separator == "," else {"delimiter": table.separator}
    notes = []
    if not header:
        fields["header"] = False
    if line > 1:
        fields["skip"] = line - 1
    if line > 1 and asked.skip is None and not declared:
        notes.append(f"the first {line - 1} lines are left out" if line > 2 else "the first line is left out")
    if comment := _comment(table):
        fields["comment"] = comment
        table = _table(text, table.separator, line - 1, header, comment) or table
        notes.append(f"lines that begin with {comment} are left out")
    if header and _names_rows(table):
        fields["row_names"] = True
        notes.append("rows begin with a name above which none stands, as R writes it: row_name")
    short = sum(len(row) < table.width - ("row_names" in fields) for row in table.body)
    if short:
        notes.append(f"{counted(short, 'row', 'is', 'are')} shorter than the others: what is lacking there is missing")
    broken = header and any("\n" in name or "\r" in name for name in names) and "\r\n" in text
    if short or broken:
        fields["rewrite"] = True
    missing = tuple(names) if asked.header is None and not _are_names(table) else ()
    return Layout(fields, tuple(notes), missing, tuple(names) if header else ())


def _signs(separator: str | None) -> tuple[tuple[str, ...], ...]:
    """Return what may separate values, the likelier signs first."""
    return ((separator,),) if separator else (SEPARATORS, LAST)


def _best(text: str, signs: Sequence[str], skip: int, header: bool) -> _Table | None:
    """Return the rows of ``text`` by the likeliest of ``signs``; None where they agree with each other by none."""
    tables = [found for sign in signs if (found := _table(text, sign, skip, header))]
    tables = [found for found in tables if found.consistency >= CONSISTENT]
    doubled = {found.separator[0] for found in tables if len(found.separator) > 1}
    return max(
        (found for found in tables if found.separator not in doubled), key=lambda found: found.rank, default=None
    )


def _table(text: str, separator: str, skip: int, header: bool, comment: str = "") -> _Table | None:
    """Return the rows of ``text`` by ``separator``, None where they have one value each."""
    rows: list[tuple[int, list[str]]] = []
    if separator not in text:
        return None
    try:
        for found in records(io.StringIO(text, newline=""), separator, skip, comment):
            rows.append(found)
            if len(rows) == SAMPLE:
                break
    except ValueError:
        pass  # the sample may end within quotes; what is wrong with the file itself is reported when it is read
    if len(rows) < 2:
        return None
    width = max(Counter(len(row) for _, row in rows).items(), key=lambda item: (item[1], item[0]))[0]
    first = next((place for place in range(len(rows) - 1) if _may_begin(rows, place, width, header)), None)
    return _Table(separator, rows, first, width) if width > 1 and first is not None else None


def _may_begin(rows: Sequence[tuple[int, list[str]]], place: int, width: int, header: bool) -> bool:
    """Return whether the names, or the first row where there are none, may be at ``place``.

    A title has one value in a sheet, and empty ones beside it. R has no name for the names of rows.
    """
    row, below = rows[place][1], [row for _, row in rows[place + 1 : place + 30]]
    if len(row) == width:
        full = max(sum(map(bool, other)) for other in below)
        return sum(map(bool, row)) > full / 2
    return header and len(row) == width - 1 > 1 and not _stands_above(below[0], below[1:])


def _names_rows(table: _Table) -> bool:
    """Return whether every row begins with a value of its own for which there is no name."""
    names, firsts = table.rows[table.first][1], [row[0] for row in table.body if len(row) == table.width]
    return len(names) == table.width - 1 and len(set(firsts)) == len(firsts) and any(row[-1] for row in table.body)


def _comment(table: _Table) -> str:
    """Return what begins lines among the rows that are none."""
    odd = [row[0] for row in table.body if len(row) != table.width]
    even = [row[0] for row in table.body if len(row) == table.width]
    for sign in COMMENTS:
        if any(value.startswith(sign) for value in odd) and not any(value.startswith(sign) for value in even):
            return sign
    return ""


def _are_names(table: _Table) -> bool:
    """Return whether the first row holds names: most are neither numbers nor days, nor values of their columns."""
    names = table.rows[table.first][1]
    body = [row for row in table.body if len(row) >= len(names) and row != names]
    alike = sum(
        bool(name) and (_is_value(name) or any(row[place] == name for row in body)) for place, name in enumerate(names)
    )
    return alike <= len(names) / 2 or _stands_above(names, body)


def _stands_above(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a word stands above a column of numbers or days alone."""
    return any(
        name and not _is_value(name) and _are_values([row[place] for row in rows if len(row) > place])
        for place, name in enumerate(names)
    )


def _are_values(column: Sequence[str]) -> bool:
    return any(column) and all(_is_value(value) for value in column)


def _is_value(text: str) -> bool:
    return bool(NUMBER.fullmatch(text.strip()) or DAY.fullmatch(text.strip()))
