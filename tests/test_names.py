"""A column may be called whatever our SQL calls something of its own: no name of the one means the other."""

import ast
import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from sqlglot import exp

from generator.config.compose import compose
from generator.config.composed import Composed
from generator.new.answers import Answers, Inferred
from generator.new.infer import infer
from generator.new.reading import opened
from generator.plan import plan
from generator.render.render import Tree, render
from generator.sql.parsing import identifier
from generator.validation.check import check
from tests.sandbox import PROJECTS, ROOT, module_of, run

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


def in_sql(text: str) -> Iterator[str]:
    """Yield every name in the statements of ``text``: tables, columns, aliases, options, windows, variables."""
    for statement in sqlglot.parse(text, dialect="duckdb"):
        assert statement is not None
        yield from (node.name for node in statement.find_all(exp.Identifier))
        yield from (node.name for node in statement.find_all(exp.Var))


def in_tree(tree: Tree) -> Iterator[str]:
    """Yield every name in the SQL of a rendered project."""
    for path, text in tree.items():
        if path.endswith(".sql"):
            yield from in_sql(text)
        elif path.endswith(".py"):
            yield from in_python(text)


def project(words: Sequence[str]) -> dict[str, Any]:
    """Return a config whose columns and features are called ``words``, of each form that SQL is written for."""
    (key, time, input_, group, outcome, later), words = words[:6], words[6:]
    (dimension_key, known_at, reading), words = words[:3], words[3:]
    looked_up, words = words[:7], words[7:]
    base = compose(PROJECTS / "weights/conf").values
    quoted = {name: identifier(name) for name in (key, time, input_, group, outcome, later, reading)}
    of_past = {"every": "1 day", "over": "7 days"}
    many = [identifier(name) for name in (group, *words[::2])]
    return base | {
        "project": {"package": "named", "title": "Names"},
        "problem": {
            "question": "Which?", "use": "predictive", "task": "binary", "decide_before": "1 hour",
            "label_after": "1 day", "target": {"sql": quoted[outcome], "name": "target"},
        },
        "data": {
            "table": "main",
            "sources": {
                "main": {"path": "main.csv"},
                "other": {
                    "path": "other.csv", "key": [dimension_key], "known_at": known_at,
                    "columns": {dimension_key: "text", known_at: "timestamp", reading: "float"},
                },
            },
            "columns": {
                key: {"type": "integer", "role": "key"},
                time: {"type": "timestamp", "role": "time"},
                input_: {"type": "float"},
                group: {"type": "text"},
                outcome: {"type": "boolean", "role": "outcome"},
                later: {"type": "float", "role": "outcome"},
                **{name: {"type": "float" if place % 2 else "text"} for place, name in enumerate(words)},
            },
            "checks": {
                "low": {"expect": f"{quoted[input_]} < 16", "otherwise": "quarantine"},
                "more": {
                    "expect": f"{quoted[reading]} > 1", "source": "other",
                    "otherwise": "clear", "clear": [reading], "at_most": 0.9,
                },
            },
        },
        "features": {
            **{name: identifier(name) for name in (input_, group, *words)},
            looked_up[0]: {"lookup": f"other.{reading}", "by": quoted[group]},
            looked_up[1]: {"lookup": f"other.{reading}", "by": f"upper({quoted[group]})"},
            looked_up[2]: {"stddev": quoted[later], "by": quoted[group], **of_past},
            looked_up[3]: {"count_distinct": quoted[input_], "by": quoted[group], **of_past},
            looked_up[4]: {**of_past, "last": quoted[later], "by": many, "over": "all"},
            looked_up[5]: {"avg": quoted[outcome], "by": quoted[group], **of_past},
            looked_up[6]: f"{quoted[input_]} + {identifier(looked_up[0])}",
        },
        "metrics": {"primary": "roc_auc", "report": ["log_loss"], "slices": [group]},
        "split": {"kind": "time", "holdout": 0.25, "validation": 0.2},
    }  # fmt: skip


def written(folder: Path, config: dict[str, Any]) -> None:
    """Write the rows of ``config``, the same whatever the columns are called."""
    kinds = {
        "key": lambda row: row,
        "timestamp": lambda row: f"2024-{1 + row // 28:02}-{1 + row % 28:02} 12:00:00",
        "boolean": lambda row: row * 7 % 5 % 2,
        "float": lambda row: row * 13 % 17 + row % 2 / 4,
        "text": lambda row: "abcdef"[row * 5 % 6],
    }
    main = config["data"]["columns"]
    given = {"main": {name: column["type"] for name, column in main.items()}}
    given["other"] = config["data"]["sources"]["other"]["columns"]
    given["main"][next(iter(main))] = "key"
    for source, columns in given.items():
        rows = [[kinds[kind](row) for kind in columns.values()] for row in range(ROWS if source == "main" else 6)]
        rows = [["abcABC"[row], *cells[1:]] for row, cells in enumerate(rows)] if source == "other" else rows
        with (folder / f"{source}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(columns), *rows])


def processed(folder: Path, words: Sequence[str]) -> dict[str, list[list[Any]]]:
    """Return the columns of every table that the project with ``words`` makes, without their names."""
    config = project(words)
    tree = render(plan(check(Composed(config, {}))))
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    written(folder, config)
    for module in ("collect", "process", "snapshots", "features"):
        run(folder, sys.executable, "-m", f"named.{module_of(module)}")
    tables = [*sorted((folder / "data/tables").iterdir()), *sorted((folder / "data/snapshots").glob("*.parquet"))]
    tables += [folder / "data/train.parquet", folder / "data/holdout.parquet"]
    content = pq.read_table(folder / "data/quarantine.parquet", columns=["source_row", "content"])
    count = len(config["data"]["columns"])  # the number of the row comes behind, where no column is called so
    quarantine = [[list(json.loads(row).values())[:count] for row in content["content"].to_pylist()]]
    return {
        "quarantine": [content["source_row"].to_pylist(), *quarantine],
        **{str(place): [c.to_pylist() for c in pq.read_table(file).columns] for place, file in enumerate(tables)},
    }


@pytest.mark.slow
def test_what_is_computed_does_not_hang_on_names(tmp_path: Path) -> None:
    tree = render(plan(check(Composed(project([f"plain {place}" for place in range(60)]), {}))))
    found = {word.lower() for word in (*in_tree(tree), *OF_DUCKDB) if not word.startswith(("__", "plain "))}
    names = [CASES[place % 3](word) for place, word in enumerate(sorted(found))]
    harmless = processed(tmp_path / "harmless", [f"plain {place}" for place in range(len(names))])
    for share in range(3):
        first = share * (len(names) // 6 * 2 + 1)  # by an odd number, so that every name is a key of the past once
        assert processed(tmp_path / str(share), names[first:] + names[:first]) == harmless, share


@pytest.mark.slow
def test_a_project_with_every_name_runs_to_its_end(tmp_path: Path) -> None:
    tree = render(plan(check(Composed(project([f"plain {place}" for place in range(60)]), {}))))
    words = {word.lower() for word in in_tree(tree)} | {word.lower() for word in spoken(ROOT / "generator/new")}
    names = [
        CASES[place % 3](word) for place, word in enumerate(sorted(words)) if not word.startswith(("__", "plain "))
    ]
    random = Random(0)
    noise = ([random.randrange(17) for _ in range(ROWS)], [random.choice("abcdef") for _ in range(ROWS)])
    data = {name: noise[place % 2] for place, name in enumerate([*names[3:], "__Row", "__target", "_target"])}
    data |= dict(zip(names, columns(names[:3], 0).values(), strict=False))
    with (tmp_path / "wide.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(data), *zip(*data.values(), strict=True)])
    said = run(tmp_path, "ninefold", "new", "wide", "--data", "wide.csv", "--target", names[0], "--time", names[2])
    assert f"{names[1]} alone explains 100%" in said
    run(tmp_path / "wide", "dvc", "repro")
    rows = pq.read_table(tmp_path / "wide/data/tables/wide.parquet")
    read = [[str(value) for value in column.to_pylist()] for column in rows.columns[1:]]
    assert read == [[str(value) for value in column] for column in data.values()]
    features = pq.read_table(tmp_path / "wide/data/train.parquet").column_names
    assert names[1] not in features
    assert {"Row", "_target", *names[3:]} <= set(features)
