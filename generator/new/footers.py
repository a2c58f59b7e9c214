"""Find the last rows of a file that are none: totals of the others, and notes."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

from generator.sources.lines import FOOT, records

TAIL = 1 << 16
"""Bytes at the end of a file that are looked at."""

MOST = FOOT // 2
"""Rows that may be none."""

FEWEST = 10
"""Rows before them, which show what a row is like."""

TOTAL = re.compile(
    r"(grand |sub[- ]?|column |overall )?(totals?|sum)|gesamt(summe)?|summe|insgesamt|total g[eé]n[eé]ral|totale|"
    r"totaal|suma|razem|итого|всего|合计|合計|总计",
    re.IGNORECASE,
)
"""What stands beside sums."""

VALUE = re.compile(r"[-+(]?\W{0,3}\d[\d.,:/ '-]*\W{0,3}", re.IGNORECASE)


def footer_of(file: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    """Return what marks the last rows of ``file`` as none, a value of each; nothing where they are rows."""
    rows = _last(file, encoding, delimiter)
    found: list[str] = []
    while len(found) < MOST and len(rows) > FEWEST and (mark := _mark(rows[-1], rows[:-1])):
        found.insert(0, mark)
        rows.pop()
    return tuple(dict.fromkeys(found))


def _last(file: Path, encoding: str, delimiter: str) -> list[list[str]]:
    size = file.stat().st_size
    start = max(0, size - TAIL) // 4 * 4  # a letter may take two bytes, or four
    with file.open("rb") as content:
        content.seek(start)
        text = content.read().decode(encoding, errors="replace")
    text = re.split(r"[\r\n]+", text, maxsplit=1)[-1] if start else text
    try:
        return [row for _, row in records(io.StringIO(text, newline=""), delimiter)]
    except ValueError:
        return []  # it begins within quotes


def _mark(row: Sequence[str], others: Sequence[Sequence[str]]) -> str:
    """Return the value that tells that ``row`` is none: a word for a sum, or the only one where others have several."""
    filled = [(place, value.strip()) for place, value in enumerate(row) if value.strip()]
    for place, value in filled:
        if TOTAL.fullmatch(value.rstrip(":. ")) and not any(_at(other, place) == value for other in others):
            return value
    alone = len(filled) == 1 and sorted(_count(other) for other in others)[len(others) // 20] > 1
    if alone and not VALUE.fullmatch(filled[0][1]) and not any(filled[0][1] in other for other in others):
        return filled[0][1]
    return ""


def _at(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _count(row: Sequence[str]) -> int:
    return sum(bool(value.strip()) for value in row)
