"""Write a file of rows that DuckDB does not take as it is anew: as CSV, every row as long as the names."""

import csv
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

LINE_END = re.compile(r"\r\n?")
ROW_NAME = "row_name"
"""What the column of the names of rows is called, for which the file has no name."""


def rewritten(
    file: Path,
    folder: Path,
    delimiter: str = ",",
    skip: int = 0,
    header: bool = True,
    comment: str = "",
    row_names: bool = False,
) -> Path:
    """Write the rows of ``file``, which is in UTF-8, to the new ``folder`` as CSV and return the copy.

    Values that a row lacks at its end are empty; those beyond the last name have to be. Raises ValueError, with the
    line, for a row that has more, and for a quote that nothing closes.
    """
    folder.mkdir(parents=True)
    copy = folder / file.name
    with file.open(encoding="utf-8-sig", newline="") as text, copy.open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, lineterminator="\n")
        width = 0
        for line, row in records(text, delimiter, skip, comment):
            if not width:
                row = [LINE_END.sub("\n", name) for name in row] if header else row
                row = [ROW_NAME, *row] if header and row_names else row
                width = len(row)
            if any(row[width:]):
                raise ValueError(
                    f"{file.name}:{line}: {len(row)} values where there should be {width}: a value that holds "
                    f"the separator {delimiter!r} has to stand in quotes"
                )
            writer.writerow([*row[:width], *[""] * (width - len(row))])
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
                yield line.rstrip(" \r\n") + "\n" if delimiter == " " else line

    reader = csv.reader(lines(), delimiter=delimiter, skipinitialspace=delimiter == " ", strict=True)
    while True:
        numbers.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(f"line {numbers[0] if numbers else 1}: {error}") from error
        if any(row):
            yield numbers[0], row
