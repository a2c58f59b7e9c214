"""A rendered project stands alone: without Ninefold, every stage but the first, the tests and the service still run."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.sandbox import ROOT, edit, ran, run, serve, start

pytestmark = pytest.mark.slow

FOREIGN = re.compile(r"^\s*(import|from) (generator|hydra|omegaconf)\b", re.MULTILINE)
NEEDED = {"pytest", "httpx", "palmerpenguins"}


def pinned() -> list[str]:
    """Return the pins of what a rendered project runs on and is tested with, as pyproject.toml names it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split("[<>=]", name)[0] for name in project["optional-dependencies"]["project"]} | {"duckdb", "pyyaml"}
    pins = [
        line
        for file in ("requirements.txt", "requirements-test.txt")
        for line in (ROOT / file).read_text().splitlines()
        if line.split("==")[0].lower() in names | NEEDED
    ]
    assert {pin.split("==")[0].lower() for pin in pins} == names | NEEDED
    return pins


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a fresh environment with what a project needs, and nothing of Ninefold."""
    folder = tmp_path_factory.mktemp("alone") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(folder / "bin/python")]
    done = subprocess.run([*install, *pinned()], capture_output=True, text=True, check=False)
    if done.returncode and "connect" in done.stderr.lower():
        pytest.skip("no package registry can be reached to fill a fresh environment")
    assert done.returncode == 0, done.stderr
    return folder


def test_everything_but_the_first_stage_runs_without_ninefold(alone: Path, tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    run(folder, "dvc", "repro", "generate")
    env = {"PATH": f"{alone / 'bin'}:/usr/bin:/bin", "PYTHONPATH": ""}
    assert "No module named 'generator'" in run(folder, "python", "-c", "import generator", env=env, fails=True)
    stages = ran(run(folder, "dvc", "repro", env=env))
    assert "generate" not in stages
    assert {"collect", "process", "evaluate", "package", "release", "monitor", "report"} <= set(stages)
    run(folder, "python", "-m", "pytest", "-q", "weights/tests", env=env)
    with serve(folder / "bundle", "weights", str(alone / "bin/python")) as client:
        example = (folder / "bundle/example.json").read_text()
        assert 2_000 < client.post("/predict", content=example).json()["value"] < 8_000


def test_rendered_code_names_nothing_of_the_generator(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    for file in (folder / "weights").rglob("*.py"):
        assert not FOREIGN.search(file.read_text()), file
        assert "ninefold" not in file.read_text().lower(), file
    edit(folder / "weights/data/collect.py", '"""Read every source', '"""Now read every source')
    assert "edited  weights/data/collect.py" in run(folder, "ninefold", "generate", "--check")
