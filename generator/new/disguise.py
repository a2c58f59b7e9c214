"""Detect what a file is where its name says something else."""

import re
from pathlib import Path

BEGINNING = 4_096
MAGIC = (
    (rb"PAR1", "a Parquet file", ".parquet"),
    (rb"PARE", "an encrypted Parquet file", ""),
    (rb"(?:ARROW1|FEA1)", "an Arrow file", ".arrow"),
    (rb"ORC", "an ORC file", ".orc"),
    (rb"SQLite format 3\0", "a database of SQLite", ""),
    (rb"\x1f\x8b", "packed by gzip", ".gz"),
    (rb"BZh[1-9]1AY", "packed by bzip2", ".bz2"),
    (rb"\xfd7zXZ\0", "packed by xz", ".xz"),
    (rb"\x28\xb5\x2f\xfd", "packed by Zstandard", ".zst"),
    (rb"(?:7z\xbc\xaf|Rar!)", "an archive of 7-Zip or RAR", ""),
    (rb"PK\x03\x04", "a workbook or another zip archive", ".xlsx"),
    (rb"\xd0\xcf\x11\xe0", "an old or a protected workbook", ".xls"),
    (rb"%PDF", "a PDF", ""),
    (rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype html|html|table|head|body)\b", "a web page", ""),
    (rb"(?:\xef\xbb\xbf)?\s*<\?xml", "XML", ""),
    (rb'(?:\xef\xbb\xbf)?\s*\[?\s*\{\s*"', "JSON", ".json"),
)
"""What a file begins with, what it is then, and the ending that it should have; none where it is not read at all."""

FITTING = {
    "csv": (),
    "json": ("JSON",),
    "parquet": ("a Parquet file",),
    "arrow": ("an Arrow file",),
    "orc": ("an ORC file",),
    "stata": (),
    "excel": ("a workbook or another zip archive", "an old or a protected workbook"),
}
"""What a file of each format may look like."""

BINARY = ("parquet", "arrow", "orc", "excel")


def disguised(file: Path, kind: str) -> str:
    """Return what ``file`` is that is named as one of ``kind``, and what to do; nothing where it is one."""
    with file.open("rb") as content:
        start = content.read(BEGINNING)
    found, ending = next(((words, end) for magic, words, end in MAGIC if re.match(magic, start)), ("", ""))
    if not found and kind in BINARY and b"\0" not in start:
        found, ending = "a text", ".csv"
    if not found or found in FITTING[kind]:
        return ""
    remedy = f"give it the ending {ending}" if ending else "save it as CSV or Parquet"
    return f"{file.name} is {found}, whatever its name says: {remedy}"
