"""Turn files of text in other encodings into UTF-8, which is all that DuckDB reads well."""

import gzip
import shutil
from pathlib import Path
from typing import TextIO, cast


def in_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """Write the file ``path``, or all that fit its name, in UTF-8 to the new ``folder``; return the path there.

    What gzip has packed is unpacked. Raises ValueError for a file that is not written in ``encoding``.
    """
    folder.mkdir(parents=True)
    for file in [path] if path.is_file() else sorted(path.parent.glob(path.name)):
        copy = folder / file.name.removesuffix(".gz")
        with open_text(file, encoding) as text, copy.open("w", encoding="utf-8", newline="") as written:
            try:
                shutil.copyfileobj(text, written)
            except UnicodeError as error:
                raise ValueError(f"{file} is not written in {encoding}: {error}") from error
    return folder / path.name.removesuffix(".gz")


def open_text(file: Path, encoding: str) -> TextIO:
    """Return ``file``, which may be packed by gzip, open to be read with its line ends as they are."""
    if file.suffix == ".gz":
        return cast(TextIO, gzip.open(file, "rt", encoding=encoding, newline=""))
    return file.open(encoding=encoding, newline="")
