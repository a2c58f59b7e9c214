"""A column may be called whatever our SQL calls something of its own: no name of the one means the other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generator.new.answers import Answers, Inferred
from generator.new.infer import infer
from generator.new.reading import opened
from tests.sandbox import ROOT

SQL = re.compile(r"\b(SELECT|FROM|WITH|AS|OVER|FILTER|GROUP BY|WHERE|UNPIVOT)\b")
OF_DUCKDB = ("rowid", "filename", "file_row_number", "file_index", "ordinality", "hash", "now")
"""What DuckDB itself adds to a table, or knows without brackets."""

CASES = (str.lower, str.upper, str.title)
ROWS = 100


def in_python(text: str) -> Iterator[str]:
    """Yield every word of the SQL in the strings of a module."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            yield from re.findall(r"[A-Za-z_]\w*", node.value)


def spoken(*folders: Path) -> tuple[str, ...]:
    """Return each word of the SQL in the modules of ``folders`` once, in the cases that people write."""
    files = (file for folder in folders for file in folder.rglob("*.py"))
    words = {word.lower() for file in files for word in in_python(file.read_text(encoding="utf-8"))}
    return tuple(CASES[place % 3](word) for place, word in enumerate(sorted({*words, *OF_DUCKDB})))


def columns(names: tuple[str, ...], first: int) -> dict[str, list[Any]]:
    """Return columns of ``names``; the one at ``first`` is the target, then a leak of it, its time, and noise."""
    target = [row * 7 % 5 % 2 for row in range(ROWS)]
    kinds = [
        target,
        ["red" if value else "blue" for value in target],
        [f"2024-{1 + row // 28:02}-{1 + row % 28:02}" for row in range(ROWS)],
    ]
    noise = [[row * 13 % 17 for row in range(ROWS)], ["abcdef"[row * 5 % 6] for row in range(ROWS)]]
    order = names[first:] + names[:first]
    return {name: kinds[place] if place < 3 else noise[place % 2] for place, name in enumerate(order)}


def inferred(folder: Path, data: dict[str, list[Any]]) -> Inferred:
    """Return what is inferred of ``data``, whose first column is the target and whose third is the time."""
    file, names = folder / "rows.parquet", list(data)
    pq.write_table(pa.table(data), file)
    with opened((file,)) as raw:
        return infer(raw, Answers(names[0], time=names[2]))


@pytest.mark.parametrize("share", range(3))
def test_what_is_inferred_does_not_hang_on_names(share: int, tmp_path: Path) -> None:
    names = spoken(ROOT / "generator/new")
    first = share * len(names) // 3
    harmless = inferred(tmp_path, columns(tuple(f"plain {place}" for place in range(len(names))), 0))
    found = inferred(tmp_path, columns(names, first))
    assert [column.role for column in found.columns[:3]] == ["outcome", "outcome", "time"]
    assert [(column.role, column.kind.type, column.measure.common) for column in found.columns] == [
        (column.role, column.kind.type, column.measure.common) for column in harmless.columns
    ]
    assert len(found.doubts) == len(harmless.doubts)
    assert found.goal.task == harmless.goal.task
