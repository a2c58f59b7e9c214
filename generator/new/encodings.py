"""Detect the encoding of text files."""

import codecs
from collections.abc import Iterable
from pathlib import Path

UTF8 = "utf-8"
MARKED = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What a file begins with that says how it goes on; the marks of UTF-32 begin with those of UTF-16."""

ZERO = b"\0"
COMMON = (UTF8, "windows-1252")
ANY = "latin-1"
"""An encoding in which every byte is a sign."""

CHUNK = 1 << 20


def encoding_of(files: Iterable[Path]) -> str:
    """Return the encoding of ``files``: what they say themselves, UTF-8 where they can be, else that of Windows."""
    files = list(files)
    with files[0].open("rb") as file:
        start = file.read(1_000)
    marked = next((name for mark, name in MARKED.items() if start.startswith(mark)), None)
    return (
        marked or _of_zeros(start) or next((name for name in COMMON if all(_fits(file, name) for file in files)), ANY)
    )


def _of_zeros(start: bytes) -> str | None:
    """Return UTF-16 where every other byte is zero, as it is of Latin letters, and no mark says so."""
    for name, zeros, others in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if zeros.count(ZERO) > 0.9 * len(zeros) and not others.count(ZERO):
            return name
    return None


def _fits(file: Path, encoding: str) -> bool:
    """Return whether all of ``file`` can be read in ``encoding``."""
    with file.open(encoding=encoding, newline="") as text:
        try:
            while text.read(CHUNK):
                pass
        except UnicodeError:
            return False
    return True
