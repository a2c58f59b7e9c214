"""A file that is not what its name says is refused with what it is, and what to do."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generator.new.loading import UnreadableError
from generator.new.reading import opened

CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "page.xls": (lambda file: file.write_text("<html><table></table></html>"), "a web page.*save it as CSV"),
    "page.csv": (lambda file: file.write_text("\ufeff\n<!DOCTYPE html>"), "a web page"),
    "rows.xlsx": (lambda file: file.write_text("a,b\n1,2\n"), "a text.*give it the ending .csv"),
    "rows.parquet": (lambda file: file.write_text("a,b\n1,2\n"), "a text.*give it the ending .csv"),
    "book.csv": (lambda file: file.write_bytes(b"PK\3\4" + bytes(100)), "a workbook.*give it the ending .xlsx"),
    "rows.csv": (lambda file: pq.write_table(pa.table({"a": [1]}), file), "a Parquet file.*ending .parquet"),
    "packed.csv": (lambda file: file.write_bytes(gzip.compress(b"a,b")), "packed by gzip.*ending .gz"),
    "records.csv": (lambda file: file.write_text('[{"a": 1}]'), "JSON.*give it the ending .json"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_file_is_in_truth_is_said(name: str, tmp_path: Path) -> None:
    write, told = CASES[name]
    write(tmp_path / name)
    with pytest.raises(UnreadableError, match=f"^{name} is {told}"), opened((tmp_path / name,)):
        pass
