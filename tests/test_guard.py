"""A stage that its data stops says so in one message; a fault in its code keeps its traceback."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.sandbox import PROJECTS, tree

STAGE = '''\
"""A stage."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import yaml


def on_purpose():
    raise ValueError(
        "orders.csv: amount holds 'abc'; read it by `read:`"
    )


def by_duckdb():
    duckdb.sql("SELECT CAST('abc' AS INTEGER)").fetchall()


def no_file():
    Path("data/raw/orders.parquet").read_bytes()


def by_arrow():
    pq.read_table(__file__)


def by_a_reader_with_advice():
    Path("latin.csv").write_bytes(b"a,b\\n1,\\xe9\\n")
    duckdb.read_csv("latin.csv", header=True, all_varchar=True).fetchall()


def by_yaml():
    yaml.safe_load("{")


def fault():
    return {}["amount"]


def of_a_library():
    int("abc")
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """Return the rendered guard of a project, and a stage beside it."""
    rendered = tree(PROJECTS / "weights")
    made = []
    for name, text in {"guard": rendered["weights/common/stage.py"], "stage": STAGE}.items():
        (tmp_path / f"{name}.py").write_text(text)
        spec = importlib.util.spec_from_file_location(f"guarded_{name}", tmp_path / f"{name}.py")
        assert spec
        assert spec.loader
        made.append(importlib.util.module_from_spec(spec))
        spec.loader.exec_module(made[-1])
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "process.py")])
    monkeypatch.chdir(tmp_path)
    return made[0], made[1]


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("on_purpose", "process: orders.csv: amount holds 'abc'; read it by `read:`"),
        ("by_duckdb", "process: Conversion Error: Could not convert string 'abc' to INT32"),
        ("by_arrow", "process: Could not open Parquet input source"),
        ("by_a_reader_with_advice", "process: latin.csv: Invalid Input Error: CSV Error on Line: 2"),
        ("by_yaml", "process: while parsing a flow node"),
        ("no_file", "process: there is no file data/raw/orders.parquet: `dvc repro` makes"),
    ],
)
def test_what_data_can_do_is_told(function: str, says: str, package: tuple[ModuleType, ModuleType]) -> None:
    guard, stage = package
    with pytest.raises(SystemExit) as ended:
        guard.run_stage(getattr(stage, function))
    assert str(ended.value).startswith(says)  # which Python prints, to end with 1


@pytest.mark.parametrize(("function", "kind"), [("fault", KeyError), ("of_a_library", ValueError)])
def test_a_fault_keeps_its_traceback(
    function: str, kind: type[Exception], package: tuple[ModuleType, ModuleType]
) -> None:
    guard, stage = package
    with pytest.raises(kind):
        guard.run_stage(getattr(stage, function))


def test_every_stage_is_guarded() -> None:
    rendered = tree(PROJECTS / "weights")
    stages = [path for path, text in rendered.items() if path.count("/") == 2 and "\ndef main() -> None:" in text]
    unguarded = [path for path in stages if "    run_stage(main)" not in rendered[path]]
    assert len(stages) > 10
    told = [path for path in unguarded if "/service/" not in path]
    assert sorted(told) == ["weights/release/registry.py", "weights/release/retrain.py"]  # which are no stages
