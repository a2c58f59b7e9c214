"""Bring data to hand: a file, many by a pattern, a URL, the first sheet of a workbook, a table of a database."""

import csv
import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from generator.new.reading import UnreadableError
from generator.new.tables import fetched
from generator.schema.data import Source

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
WITH_LIBRARY = "{what} takes a library that is not installed: pip install {library}"


@contextmanager
def at_hand(data: str, source: Source | None = None) -> Iterator[tuple[Path, ...]]:
    """Yield the files that ``data`` names: itself, those of a pattern, or a copy of what has to be fetched or read.

    A workbook becomes a CSV file of its first sheet, the table of a database, ``source``, a Parquet file.
    Raises :class:`UnreadableError` for what is not there.
    """
    with tempfile.TemporaryDirectory() as name:
        files = [fetched(source, Path(name))] if source else _files(data, Path(name))
        yield tuple(_sheet(file, Path(name)) if file.suffix.lower() in WORKBOOKS else file for file in files)


def _files(data: str, folder: Path) -> list[Path]:
    if "://" in data:
        return [_downloaded(data, folder)]
    if Path(data).exists() or not glob.has_magic(data):
        return [Path(data)]
    found = sorted(Path(file) for file in glob.glob(data))  # noqa: PTH207  a pattern may be absolute
    if not found:
        raise UnreadableError(f"no file fits {data}")
    return found


def _downloaded(url: str, folder: Path) -> Path:
    """Return a copy of what is at ``url``, under the name it has there."""
    try:
        import fsspec
    except ImportError as error:
        raise UnreadableError(WITH_LIBRARY.format(what="A URL", library="'fsspec[http]'")) from error
    file = folder / (Path(urlsplit(url).path).name or "data.csv")
    try:
        filesystem, path = fsspec.url_to_fs(url)
        filesystem.get_file(path, str(file))
    except Exception as error:  # whatever the protocol's library raises: it has no common class
        raise UnreadableError(f"{url} cannot be fetched: {error or type(error).__name__}") from error
    return file


def _sheet(file: Path, folder: Path) -> Path:
    """Return the first sheet of a workbook as a CSV file."""
    if not file.is_file():
        raise UnreadableError(f"there is no file {file}")
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise UnreadableError(WITH_LIBRARY.format(what="A workbook", library="python-calamine")) from error
    try:
        rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    except CalamineError as error:
        raise UnreadableError(f"{file.name} cannot be read: {error}") from error
    target = folder / f"{file.stem}.csv"
    with target.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([_text(value) for value in row] for row in rows)
    return target


def _text(value: Any) -> str:
    """Return a cell as text: a whole number without its .0, which every number has in a workbook."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
