"""Tell in which encoding files of text are written."""

import codecs
from pathlib import Path

from generator.sources.utf8 import open_text

UTF8 = "utf-8"
MARKED = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What a file begins with that says how it goes on; the marks of UTF-32 begin with those of UTF-16."""

USUAL = (UTF8, "windows-1252")
ANY = "latin-1"
"""An encoding in which every byte is a sign."""

CHUNK = 1 << 20


def encoding_of(files: tuple[Path, ...]) -> str:
    """Return the encoding of ``files``: what they say themselves, UTF-8 where they can be, else that of Windows."""
    with open_text(files[0], ANY) as file:
        start = file.read(4).encode(ANY)
    marked = next((name for mark, name in MARKED.items() if start.startswith(mark)), None)
    return marked or next((name for name in USUAL if all(_fits(file, name) for file in files)), ANY)


def _fits(file: Path, encoding: str) -> bool:
    """Return whether all of ``file`` can be read in ``encoding``."""
    with open_text(file, encoding) as text:
        try:
            while text.read(CHUNK):
                pass
        except UnicodeError:
            return False
    return True
