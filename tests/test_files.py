"""What a run would refuse of files that are there is told before: columns that they lack, keys of several rows."""

import bz2
import gzip
import json
import lzma
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from generator.config.compose import compose
from generator.errors import ConfigError
from generator.validation.check import check

BASE = Path(__file__).parent / "errors/base"
NAMES = ["id", "listed", "area", "room_count", "price", "days_to_sale", "agent_note"]
ROW = ["1", "2024-03-01 12:00:00", "north", "3", "1.5", "9", "none"]
TEXT = f"{','.join(NAMES)}\n" + f"{','.join(ROW)}\n" * 3


RECORD = json.dumps(dict(zip(NAMES, ROW, strict=True)))


def zipped(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("houses.csv", TEXT)


def zstandard(file: Path) -> None:
    with pa.output_stream(str(file), compression="zstd") as packed:
        packed.write(TEXT.encode())


def workbook(file: Path) -> None:
    book = Workbook()
    book.active.append(NAMES)
    book.active.append(ROW)
    book.save(file)


def parquet(file: Path) -> None:
    pq.write_table(pa.Table.from_pylist([dict(zip(NAMES, ROW, strict=True))]), file)


def lines(file: Path) -> None:
    file.write_text(RECORD)


FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "houses.csv": ("", lambda file: file.write_text(TEXT)),
    "houses.csv.gz": ("", lambda file: file.write_bytes(gzip.compress(TEXT.encode()))),
    "houses.csv.bz2": ("", lambda file: file.write_bytes(bz2.compress(TEXT.encode()))),
    "houses.csv.xz": ("", lambda file: file.write_bytes(lzma.compress(TEXT.encode()))),
    "houses.csv.zip": ("", zipped),
    "houses.csv.zst": ("", zstandard),
    "wide.csv": (", encoding: utf-16", lambda file: file.write_text(TEXT, encoding="utf-16")),
    "latin.csv": (", encoding: latin-1, rewrite: true", lambda file: file.write_text(TEXT, encoding="latin-1")),
    "houses.json": (
        ", format: json",
        lambda file: file.write_text(f"[{RECORD}]"),
    ),
    "houses.jsonl": (", format: json", lines),
    "houses.xlsx": (", format: excel", workbook),
    "houses.parquet": (", format: parquet", parquet),
    "houses_*.csv": ("", lambda file: file.with_name("houses_1.csv").write_text(TEXT)),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the base of mistakes, whose files of data are not there."""
    return Path(shutil.copytree(BASE, tmp_path / "houses"))


def problems(project: Path) -> list[str]:
    """Return what is wrong with ``project``."""
    try:
        check(compose(project / "conf"))
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("name", FILES)
def test_a_renamed_column_is_told_whatever_the_file(name: str, project: Path) -> None:
    options, write = FILES[name]
    conf = project / "conf/data/houses.yaml"
    conf.write_text(conf.read_text().replace("{path: data/houses.csv}", f'{{path: "data/{name}"{options}}}'))
    assert problems(project) == []
    (project / "data").mkdir()
    write(project / "data" / name)
    (told,) = problems(project)
    assert "has no column 'rooms'" in told
    assert "room_count" in told
    conf.write_text(conf.read_text().replace("rooms: {type: integer}", "rooms: {type: integer, from: room_count}"))
    assert problems(project) == []


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_left_to_its_stage(name: str, project: Path) -> None:
    conf = project / "conf/data/houses.yaml"
    conf.write_text(conf.read_text().replace("{path: data/houses.csv}", f'{{path: "data/{name}"{FILES[name][0]}}}'))
    (project / "data").mkdir()
    (project / "data" / name.replace("*", "1")).write_bytes(b"PK\x03\x04\x00\xff no archive")
    assert all("has no column" in told for told in problems(project))


@pytest.mark.parametrize("packed", [False, True])
def test_keys_of_several_rows_are_told(packed: bool, project: Path) -> None:
    conf = project / "conf/data/houses.yaml"
    rows = "code,income,opened\nnorth,1,2020-01-01\nsouth,2,2020-01-01\nnorth,3,2021-01-01\neast,many,\neast,2,\n"
    name = "areas.csv.bz2" if packed else "areas.csv"
    conf.write_text(conf.read_text().replace("areas.csv", name))
    (project / "data").mkdir()
    (project / "data" / name).write_bytes(bz2.compress(rows.encode()) if packed else rows.encode())
    (told,) = problems(project)
    assert f"areas.key: data/{name} has several rows of a key, and a lookup reads one: code 'north' in 2 rows" in told
    assert "keep one row of each" in told
    conf.write_text(conf.read_text().replace("key: [code]", "key: [code, opened]"))
    assert not any("several rows" in told for told in problems(project))


def test_rows_that_a_check_sets_aside_are_no_problem(project: Path) -> None:
    conf = project / "conf/data/houses.yaml"
    conf.write_text(f"{conf.read_text()}  rich: {{expect: income > 1, otherwise: quarantine, source: areas}}\n")
    (project / "data").mkdir()
    (project / "data/areas.csv").write_text("code,income,opened\nnorth,1,2020-01-01\nnorth,3,2020-01-01\n")
    assert problems(project) == []
