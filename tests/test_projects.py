"""Small projects on real data: what they render to, and that they run to the end, each under its own checks."""

import ast
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.sandbox import BLENDS, PROJECTS, ROOT, commit, edit, module_of, older_processor, ran, run, start, tree

CASES = sorted(folder.name for folder in PROJECTS.iterdir() if (folder / "conf").is_dir())
GOLDEN = [case for case in CASES if (PROJECTS / case / "expected").is_dir()]
BLENDED = {
    "weights": "[baseline, linear, lightgbm, spline, poisson, linear_trees]\n  - blend: greedy\n",
    "penguins": "[baseline, linear, lightgbm]\n  - blend: greedy\n",
}
"""What competes in projects that are run with more than they have by themselves."""
DESCRIPTIVE = {"generate", "collect", "process", "define", "explore", "report"}
STAGES = {
    *("generate", "collect", "process", "define", "explore", "features", "evaluate", "refit", "package", "release"),
    *("monitor", "report"),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_rendered_tree_is_as_expected(case: str, update: bool) -> None:
    expected = PROJECTS / case / "expected"
    rendered = {
        f"{path}.txt": text for path, text in tree(PROJECTS / case).items() if not path.startswith(".ninefold/")
    }
    if update:
        for file in expected.rglob("*.txt"):
            file.unlink()
        for path, text in rendered.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_text(text, encoding="utf-8")
    found = {file.relative_to(expected).as_posix(): file.read_text("utf-8") for file in expected.rglob("*.txt")}
    assert found == rendered


@pytest.mark.parametrize("case", CASES)
def test_nothing_that_is_rendered_goes_unused(case: str) -> None:
    rendered = {path: text for path, text in tree(PROJECTS / case).items() if path.endswith(".py")}
    everything = re.sub(r"\(([\w\s,]+)\)", lambda found: " ".join(found[1].split()), "\n".join(rendered.values()))
    unused = [
        f"{path}: {name}"
        for path, text in rendered.items()
        for name in defined(text)
        if len(re.findall(rf"\b{name}\b", text)) == 1
        and not re.search(rf"import .*\b{name}\b|\b\w+\.{name}\b", everything)
    ]
    assert unused == []


@pytest.mark.parametrize("case", CASES)
def test_project_passes_its_own_checks_of_style(case: str, tmp_path: Path) -> None:
    for path, text in tree(PROJECTS / case).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    package = next(tmp_path.glob("*/evaluation/evaluate.py")).parents[1].name
    run(tmp_path, "ruff", "check", "--no-cache", package)
    run(tmp_path, "ruff", "format", "--check", "--no-cache", package)


def defined(text: str) -> Iterator[str]:
    """Yield the names that a module defines for others or itself; pytest finds tests without being told."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("test_"):
            yield node.name


def trained(folder: Path) -> set[str]:
    """Return the stages that fit the candidates of a project."""
    params = yaml.safe_load((folder / "params.yaml").read_text())
    return {*(f"train@{name}" for name in params["model"]), *(["blend"] if params.get("blend") else [])}


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case != "edge"])
def test_project_runs_to_the_end(case: str, tmp_path: Path) -> None:
    folder = start(case, tmp_path / case)
    edit(
        folder / "conf/config.yaml",
        "[baseline, linear, lightgbm]\n",
        BLENDED.get(case, "[baseline, linear, lightgbm]\n"),
    )
    run(folder, "ninefold", "generate")
    commit(folder, "Blend")
    first = run(folder, "dvc", "repro")
    past = {"snapshots"} if "snapshots:" in (folder / "dvc.yaml").read_text() else set()
    assert set(ran(first)) == STAGES | past | trained(folder)
    assert ran(run(folder, "dvc", "repro")) == []
    locked = (folder / "dvc.lock").read_text()
    run(folder, "dvc", "repro", "--force", "--no-run-cache", env=older_processor())
    assert (folder / "dvc.lock").read_text() == locked
    package = next(item for item in folder.iterdir() if (item / "evaluation/evaluate.py").is_file()).name
    run(folder, "ruff", "check", package)
    run(folder, "ruff", "format", "--check", package)
    run(folder, "python", "-m", "pytest", "-q", f"{package}/tests")
    evaluation = json.loads((folder / "reports/evaluation.json").read_text())
    figures = {name: values[evaluation["primary"]]["value"] for name, values in evaluation["holdout"].items()}
    assert figures[evaluation["chosen"]] < figures["baseline"]
    assert json.loads((folder / "reports/release.json").read_text())["version"] == 1
    assert (folder / "reports/index.html").stat().st_size > 10_000


@pytest.mark.slow
def test_a_descriptive_project_ends_with_exploration(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    edit(folder / "conf/problem/weight.yaml", "use: predictive", "use: descriptive")
    assert set(ran(run(folder, "ninefold", "run"))) == DESCRIPTIVE
    assert not (folder / "weights/evaluation/evaluate.py").exists()
    run(folder, "ruff", "check", "weights")
    assert "How heavy is a penguin" in (folder / "reports/index.html").read_text()


@pytest.mark.slow
def test_data_at_its_worst_runs_to_the_end_without_a_warning(tmp_path: Path) -> None:
    folder = start("edge", tmp_path / "edge")
    edit(folder / "conf/config.yaml", "[linear, lightgbm]\n", "[linear, lightgbm, extra_trees]\n  - blend: greedy\n")
    run(folder, "ninefold", "generate")
    for stage in ("collect", "process", "define", "explore", "features"):
        run(folder, "python", "-W", "error", "-m", f"edge.{module_of(stage)}")
    for candidate in ("linear", "lightgbm", "extra_trees", "blend"):
        run(folder, "python", "-W", "error", "-m", f"edge.{module_of(f'train_{candidate}')}")
    for stage in ("evaluate", "refit", "package", "release", "monitor", "report"):
        run(folder, "python", "-W", "error", "-m", f"edge.{module_of(stage)}")
    reasons = duckdb.read_parquet(str(folder / "data/quarantine.parquet")).to_dicts()
    assert [row["reasons"] for row in reasons] == [
        "when is not a timestamp: yesterday; when is missing",
        "count is not a whole number: many",
    ]
    brief = json.loads((folder / "reports/brief.json").read_text())
    assert brief["counts"] == {"rows": 79, "known": 77, "unknown": 2, "holdout": 23}
    assert json.loads((folder / "reports/release.json").read_text())["verdict"] == "refuse"
    run(folder, "ruff", "check", "edge")
    run(folder, "python", "-m", "pytest", "-q", "edge/tests")


@pytest.mark.slow
def test_what_is_rendered_passes_mypy(tmp_path: Path) -> None:
    """Strictly, but for what numpy returns, which is Any more often than not; the example is checked by itself."""
    packages = []
    for case in CASES:
        shutil.copytree(PROJECTS / case, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected"))
        rendered = tree(PROJECTS / case, *BLENDS.get(case, ()), "+release.live={mode: canary}")
        packages.append(next(path.partition("/")[0] for path in rendered if path.endswith("/evaluation/evaluate.py")))
        for path, text in rendered.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--no-warn-return-any"]
    run(tmp_path, *command, *packages)
