"""Write a sheet of a workbook as CSV."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum


def sheet_as_csv(file: Path, folder: Path, sheet: str | None = None) -> Path:
    """Write ``sheet`` of ``file``, by default the first, to the new ``folder`` as CSV and return the copy.

    Raises ValueError for what is no workbook, and LookupError for a sheet that is not there.
    """
    folder.mkdir(parents=True)
    copy = folder / f"{file.stem}.csv"
    try:
        book = CalamineWorkbook.from_path(file)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise LookupError(f"{file.name} has no sheet '{sheet}'; it has: {', '.join(names)}")
        rows = (book.get_sheet_by_index(0) if sheet is None else book.get_sheet_by_name(sheet)).to_python()
    except CalamineError as error:
        raise ValueError(f"{file.name} cannot be read: {error}") from error
    with copy.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text, lineterminator="\n").writerows([as_text(value) for value in row] for row in rows)
    return copy


def sheets(file: Path) -> list[tuple[str, bool]]:
    """Return the names of the sheets of ``file``, each with whether it is hidden; none where it is no workbook."""
    try:
        found = CalamineWorkbook.from_path(file).sheets_metadata
    except CalamineError:
        return []
    return [(sheet.name, sheet.visible != SheetVisibleEnum.Visible) for sheet in found]


def as_text(value: Any) -> str:
    """Return a cell as text: a whole number without its .0, which every number has in a workbook; a span in hours."""
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
