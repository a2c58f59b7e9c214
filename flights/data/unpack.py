"""Unpack files that come packed: gzip, bzip2, xz, Zstandard, or a zip of one file."""

import bz2
import gzip
import lzma
import shutil
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, cast


def unpacked(file: Path, folder: Path) -> Path:
    """Write what ``file`` holds to the new ``folder``, without the ending that says how it is packed; return the copy.

    Raises ValueError for a zip of no file or of several, and for a file that is damaged.
    """
    folder.mkdir(parents=True)
    copy = folder / file.stem
    try:
        with OPENERS[file.suffix.lower()](file) as packed, copy.open("wb") as content:
            shutil.copyfileobj(packed, content)
    except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file} cannot be unpacked: {error}") from error
    return copy


def _zip(file: Path) -> AbstractContextManager[BinaryIO]:
    """Open the one file of an archive; what macOS adds is left aside."""
    archive = zipfile.ZipFile(file)
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if len(names) != 1:
        raise ValueError(f"{file} should hold one file; it holds {len(names)}: {', '.join(names[:5])}")
    return cast(AbstractContextManager[BinaryIO], archive.open(names[0]))


def _zstandard(file: Path) -> AbstractContextManager[BinaryIO]:
    import pyarrow as pa  # which takes longer to import than most files to unpack

    return cast(AbstractContextManager[BinaryIO], pa.input_stream(str(file), compression="zstd"))


OPENERS: dict[str, Callable[[Path], AbstractContextManager[BinaryIO]]] = {
    ".gz": cast(Callable[[Path], AbstractContextManager[BinaryIO]], gzip.open),
    ".bz2": cast(Callable[[Path], AbstractContextManager[BinaryIO]], bz2.open),
    ".xz": cast(Callable[[Path], AbstractContextManager[BinaryIO]], lzma.open),
    ".zst": _zstandard,
    ".zip": _zip,
}
"""How each ending is opened."""
