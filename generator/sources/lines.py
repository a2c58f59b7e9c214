"""Write a file of rows that DuckDB does not take as it is anew: as CSV, every row as long as the names."""

import csv
import itertools
import re
import sys
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path

LINE_END = re.compile(r"\r\n?")
ROW_NAME = "row_name"
"""What the column of the names of rows is called, for which the file has no name."""

FOOT = 10
"""Rows at the end of a file of which some may be none."""

NO_ROW = "\0\x1a"
"""What a copy may leave behind the last row: zeros, and the sign that once ended a file."""

UNIT = "\x1f"
"""What stands for a separator of several signs, since Python's reader takes one."""


def rewritten(
    file: Path,
    folder: Path,
    delimiter: str = ",",
    skip: int = 0,
    header: bool = True,
    comment: str = "",
    row_names: bool = False,
    footer: Collection[str] = (),
) -> Path:
    """Write the rows of ``file``, which is in UTF-8, to the new ``folder`` as CSV and return the copy.

    Values that a row lacks at its end are empty; those beyond the last name have to be. Rows that repeat the names are
    left out, and so are the last ones where they hold a value of ``footer``. Raises ValueError, with the line, for a
    row that has more values, and for a quote that nothing closes.
    """
    folder.mkdir(parents=True)
    copy = folder / file.name
    with file.open(encoding="utf-8-sig", newline="") as text, copy.open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, lineterminator="\n")
        width, names, foot = 0, [""], deque[list[str]]()
        for line, row in records(text, delimiter, skip, comment):
            if header and row == names:
                continue
            if not width:
                names = row
                row = [LINE_END.sub("\n", name) for name in row] if header else row
                row = [ROW_NAME, *row] if header and row_names else row
                width = len(row)
            if any(row[width:]):
                raise ValueError(
                    f"{file.name}:{line}: {len(row)} values where there should be {width}: a value that holds "
                    f"the separator {delimiter!r} has to stand in quotes"
                )
            foot.append([*row[:width], *[""] * (width - len(row))])
            if len(foot) > FOOT:
                writer.writerow(foot.popleft())
        while foot and any(value.strip() in footer for value in foot[-1]):
            foot.pop()
        writer.writerows(foot)
    return copy


def records(text: Iterator[str], delimiter: str, skip: int = 0, comment: str = "") -> Iterator[tuple[int, list[str]]]:
    """Yield every row of ``text`` that is not blank, with the number of the line that it begins in.

    The first ``skip`` lines are left out, and those that begin with ``comment``. A blank as ``delimiter`` stands for
    any number of blanks. Raises ValueError for a quote that nothing closes.
    """
    csv.field_size_limit(sys.maxsize)
    place = itertools.count(1)
    numbers: list[int] = []

    def lines() -> Iterator[str]:
        for number, line in zip(place, text, strict=False):
            if number > skip and not (comment and line.startswith(comment)):
                numbers.append(number)
                line = line.rstrip(" \r\n") + "\n" if delimiter == " " else line
                yield line.replace(delimiter, UNIT) if sign == UNIT else line

    sign = delimiter if len(delimiter) == 1 else UNIT
    reader = csv.reader(lines(), delimiter=sign, skipinitialspace=delimiter == " ", strict=True)
    while True:
        numbers.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(f"line {numbers[0] if numbers else 1}: {error}") from error
        if any(row) and (len(row) > 1 or row[0].strip(NO_ROW)):
            restored = [value.replace(UNIT, delimiter) for value in row] if sign == UNIT else row
            yield numbers[0], restored
