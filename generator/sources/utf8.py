"""Turn a file of text in another encoding into UTF-8, which is all that DuckDB reads well."""

import shutil
from pathlib import Path


def in_utf8(file: Path, folder: Path, encoding: str) -> Path:
    """Write ``file`` in UTF-8 to the new ``folder`` and return the copy.

    Raises ValueError for a file that is not written in ``encoding``.
    """
    folder.mkdir(parents=True)
    copy = folder / file.name
    with file.open(encoding=encoding, newline="") as text, copy.open("w", encoding="utf-8", newline="") as written:
        try:
            shutil.copyfileobj(text, written)
        except UnicodeError as error:
            raise ValueError(f"{file} is not written in {encoding}: {error}") from error
    return copy
