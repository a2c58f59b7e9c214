"""What ``ninefold new`` counts is what the project trains on: one rule of cleaning, by column, in both."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generator.commands.new import make_project
from generator.new.answers import Answers, Inferred
from generator.new.infer import infer
from generator.new.reading import Raw
from tests.datasets import DATASETS
from tests.sandbox import run

ROWS = 120
STAGES = "import runpy; [runpy.run_module('project_1.' + stage, run_name='__main__') for stage in {}]".format(
    ("data.collect", "data.process", "features.features")
)
SMALL = ("titanic", "penguins", "credit", "loans", "birds")
TYPED = ("empty classes", "marks in all forms", "classes with blanks")
"""Tables that are read in all forms."""


def cycle(*values: Any) -> list[Any]:
    return [values[index % len(values)] for index in range(ROWS)]


NUMBERS = [index * 7 % 11 + index / 1_000 for index in range(ROWS)]
TABLES: dict[str, dict[str, list[Any]]] = {
    "a class NA beside a number NA": {"amount": cycle("1.5", "NA", "3"), "y": cycle("NA", "EU", "AP", "EU")},
    "a class - beside a number -": {"depth": cycle("1.5", "-", "3", "4"), "y": cycle("+", "-")},
    "a class ? among signs": {"depth": cycle("1.5", "2", "3", "4"), "y": cycle("!", "?", "!")},
    "classes with blanks": {"size": cycle("1", " 2", "3 "), "y": cycle("yes ", "no", " yes", "no ")},
    "texts with blanks": {"size": cycle(1, 2, 3), "y": cycle("red ", " red", "green", "blue")},
    "empty classes": {"size": cycle(1, 2, 3, 4, 5), "y": cycle("", "left", " ", "stayed", "stayed")},
    "marks in all forms": {"size": cycle("1", "?", "2", "", "null", "5"), "y": cycle("A", "n/a", "B", "A")},
    "truths": {"size": cycle(1, 2, 3), "y": cycle("Ja", "nein", "JA", "-")},
    "a stray word": {"size": ["soon", *cycle(1, 2, 3)[1:]], "y": cycle("a", "b")},
    "a key twice": {"row_id": [7, 7, *range(100, 100 + ROWS - 2)], "size": cycle(1, 2, 3), "y": cycle("a", "b")},
    "hard blanks": {"size": cycle("\u00a01", "2\u00a0", "3"), "y": cycle("a\u00a0", "b")},
    "whole floats": {"size": cycle("1.0", "2.0"), "y": cycle("0.0", "1.0", "2.0", "")},
}


def csv(table: dict[str, list[Any]], folder: Path) -> Path:
    file = folder / "rows.csv"
    pd.DataFrame(table).to_csv(file, index=False)
    return file


def jsonl(table: dict[str, list[Any]], folder: Path) -> Path:
    file = folder / "rows.jsonl"
    rows = [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return file


def parquet(table: dict[str, list[Any]], folder: Path) -> Path:
    file = folder / "rows.parquet"
    texts = {
        name: list(map(str, values)) if len(set(map(type, values))) > 1 else values for name, values in table.items()
    }
    pq.write_table(pa.table(texts), file)
    return file


def excel(table: dict[str, list[Any]], folder: Path) -> Path:
    file = folder / "rows.xlsx"
    book = pytest.importorskip("openpyxl").Workbook()
    for row in (list(table), *zip(*table.values(), strict=True)):
        book.active.append(list(row))
    book.save(file)
    return file


FORMS: dict[str, Callable[[dict[str, list[Any]], Path], Path]] = {
    "csv": csv,
    "jsonl": jsonl,
    "parquet": parquet,
    "excel": excel,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*TABLES, *SMALL])
def test_what_is_counted_is_what_is_trained_on(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.commands.new.initialise", lambda *_: None)
    monkeypatch.setattr("generator.commands.new.commit", lambda *_: None)
    if name in DATASETS:
        compared(DATASETS[name].write(tmp_path), DATASETS[name].target, tmp_path / "project_1")
        return
    for form, write in FORMS.items() if name in TYPED else [("csv", csv)]:
        (tmp_path / form).mkdir()
        file = write({**TABLES[name], "noise": NUMBERS}, tmp_path / form)
        compared(file, "y", tmp_path / form / "project_1")


def compared(file: Path, target: str, folder: Path) -> None:
    """Make a project and its training rows, and compare the target with what was counted."""
    made: list[Inferred] = []

    def ask(raw: Raw) -> Inferred:
        made.append(infer(raw, Answers(target)))
        return made[0]

    make_project(folder, str(file), ask)
    run(folder, "python", "-c", STAGES)
    trained = pd.concat(pd.read_parquet(folder / f"data/{part}.parquet")["__target"] for part in ("train", "holdout"))
    counted = next(choice for choice in made[0].columns if choice.name == target).measure
    assert len(trained) == counted.present
    if made[0].goal.task != "regression":
        assert sorted(Counter(trained).values()) == sorted(count for _, count in counted.common)
