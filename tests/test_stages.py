"""Stages declare exactly what they read: the parameters their modules ask for, and the modules they import."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from generator.modules.imports import imported
from generator.render.render import Tree
from tests.sandbox import PROJECTS, ROOT, tree

FOLDERS = {"flights": ROOT, "weights": PROJECTS / "weights", "birds": PROJECTS / "penguins"}


@pytest.fixture(scope="module", params=FOLDERS)
def rendered(request: pytest.FixtureRequest) -> tuple[str, Tree]:
    """Return a project's package and what it renders to."""
    return request.param, tree(FOLDERS[request.param])


def stages(rendered: Tree) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each stage that runs a module; of a foreach, one for each candidate."""
    candidates = yaml.safe_load(rendered["params.yaml"])["model"]
    for name, body in yaml.safe_load(rendered["dvc.yaml"])["stages"].items():
        if name == "generate":
            continue
        if "foreach" not in body:
            yield name, body
            continue
        for key, item in candidates.items():
            text = yaml.safe_dump(body["do"]).replace("${key}", key).replace("${item.kind}", item["kind"])
            yield f"{name}@{key}", yaml.safe_load(text)


def module_of(body: Mapping[str, object]) -> str:
    return str(body["cmd"]).split(".", 1)[1]


def settings_read(module: str, rendered: Tree, package: str) -> set[str]:
    """Return the keys that ``module``, or what it imports, asks ``setting`` for."""
    found = set()
    for path in imported(f"{package}.{module}", rendered.get):
        for node in ast.walk(ast.parse(rendered[path])):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setting":
                words = [part.value for part in node.args if isinstance(part, ast.Constant)]
                assert len(words) == len(node.args), f"{path} computes the key of a setting"
                found.add(".".join(map(str, words)))
    return found


def covers(key: str, other: str) -> bool:
    return other == key or other.startswith(f"{key}.")


def test_each_stage_declares_the_parameters_it_reads(rendered: tuple[str, Tree]) -> None:
    package, files = rendered
    for name, body in stages(files):
        declared, read = set(body.get("params", [])), settings_read(module_of(body), files, package)
        missing = [key for key in read if not any(covers(param, key) for param in declared)]
        idle = [param for param in declared if not any(covers(param, key) or covers(key, param) for key in read)]
        idle = [param for param in idle if not name.startswith("train@")]  # candidates share one definition
        assert (name, missing, idle) == (name, [], [])


def test_each_stage_depends_on_the_modules_it_imports(rendered: tuple[str, Tree]) -> None:
    package, files = rendered
    for name, body in stages(files):
        needed = imported(f"{package}.{module_of(body)}", files.get)
        deps = [str(dep) for dep in body["deps"]]  # type: ignore[attr-defined]
        missing = sorted(path for path in needed if not any(path == dep or path.startswith(f"{dep}/") for dep in deps))
        assert (name, missing) == (name, [])


def test_each_sql_file_is_a_dependency_of_a_stage(rendered: tuple[str, Tree]) -> None:
    _, files = rendered
    deps = {str(dep) for _, body in stages(files) for dep in body["deps"]}  # type: ignore[attr-defined]
    for path in files:
        if path.endswith(".sql") and "/tests/" not in path:
            assert any(path == dep or path.startswith(f"{dep}/") for dep in deps), path


def test_dependencies_that_are_files_exist(rendered: tuple[str, Tree]) -> None:
    package, files = rendered
    for name, body in stages(files):
        for dep in map(str, body["deps"]):  # type: ignore[attr-defined]
            if dep.startswith(f"{package}/"):
                assert any(path == dep or path.startswith(f"{dep}/") for path in files), (name, dep)
    assert Path(ROOT / "dvc.yaml").is_file()


def test_what_depends_on_who_runs_it_and_when_is_no_output(rendered: tuple[str, Tree]) -> None:
    """The page for operations says both; its digest in dvc.lock would be another in each clone."""
    (outs,) = [body["outs"] for name, body in stages(rendered[1]) if name == "monitor"]
    assert outs == [{"reports/monitor.json": {"cache": False, "persist": True}}]
