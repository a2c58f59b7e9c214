"""A new project on another machine, and inside a repository that is somebody's already."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from generator.new.wheel import pack, renew, requirement
from tests.sandbox import ROOT, run

CLEAN = {"PYTHONPATH": "", "VIRTUAL_ENV": "", "PATH": "/usr/local/bin:/usr/bin:/bin"}
"""An environment in which nothing of ours is installed."""


def data(file: Path) -> Path:
    """Write a file with CRLF and a line break in a name."""
    rows = "".join(
        f"{index * 37 % 101 / 10},{'rgb'[index % 3]},{int(index * 37 % 101 > 50)}\r\n" for index in range(160)
    )
    file.write_bytes(f'size,"colour\n(of it)",sold\r\n{rows}'.encode())
    return file


def outer(folder: Path) -> Path:
    """Make a repository with a file that is staged, and a rule that ignores folders of the name data."""
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    (folder / ".gitignore").write_text("data/\n")
    run(folder, "git", "init", "-q", "-b", "main")
    run(folder, "git", "config", "user.email", "someone@example.com")
    run(folder, "git", "config", "user.name", "Someone")
    run(folder, "git", "add", "mine.txt")
    return folder


def test_the_wheel_holds_all_that_is_installed(tmp_path: Path) -> None:
    pack(tmp_path / "ninefold-0.1.0-py3-none-any.whl")
    pack(tmp_path / "again.whl")
    assert (tmp_path / "again.whl").read_bytes() == (tmp_path / "ninefold-0.1.0-py3-none-any.whl").read_bytes()
    with zipfile.ZipFile(tmp_path / "again.whl") as wheel:
        names = set(wheel.namelist())
        assert {"generator/cli.py", "generator/templates/package/data/collect.py.jinja"} <= names
        assert not any("__pycache__" in name for name in names)
        for name in names:
            assert str(ROOT).encode() not in wheel.read(name), name


def test_the_pin_and_the_wheel_follow_an_upgrade(tmp_path: Path) -> None:
    line = requirement(tmp_path / "vendor")
    pins = tmp_path / "requirements.txt"
    for before in ("ninefold==0.0.1", "./vendor/ninefold-0.0.1-py3-none-any.whl"):
        (tmp_path / "vendor/ninefold-0.0.1-py3-none-any.whl").write_bytes(b"old")
        pins.write_text(f"dvc==3.67.1\n{before}\nninefold-extra==1\n")
        assert "vendor/ninefold-0.0.1-py3-none-any.whl" in list(renew(tmp_path))
        assert pins.read_text() == f"dvc==3.67.1\n{line}\nninefold-extra==1\n"
        assert not (tmp_path / "vendor/ninefold-0.0.1-py3-none-any.whl").exists()
    assert list(renew(tmp_path)) == []
    pins.write_text("ninefold>=0.0.1\n")
    assert list(renew(tmp_path)) == []


@pytest.mark.slow
def test_an_ignored_folder_is_a_repository_of_its_own(tmp_path: Path) -> None:
    mono = outer(tmp_path / "mono")
    run(mono, "ninefold", "new", "data/p", "--data", str(data(tmp_path / "rows.csv")), "--target", "sold")
    assert run(mono / "data/p", "git", "rev-parse", "--show-toplevel").strip() == str(mono / "data/p")


@pytest.mark.slow
def test_a_colleague_clones_and_reproduces(tmp_path: Path) -> None:
    mono = outer(tmp_path / "mono")
    said = run(mono, "ninefold", "new", "svc/mo[d]el", "--data", str(data(tmp_path / "r[1].csv")), "--target", "sold")
    assert ".gitignore:1: the rule data/ of the repository ignores" in said
    assert run(mono, "git", "status", "--porcelain") == "A  mine.txt\n?? .gitignore\n"
    project = mono / "svc/mo[d]el"
    assert not (project / ".git").exists()
    run(project, "dvc", "remote", "add", "--default", "storage", str(tmp_path / "storage"))
    run(project, "dvc", "push")
    run(project, "git", "commit", "--quiet", "--message", "Name the place of the data", "--", ".dvc/config")
    run(tmp_path, "git", "clone", "--quiet", str(mono), "clone")
    clone = tmp_path / "clone/svc/mo[d]el"
    done = subprocess.run(
        ["make", "setup", f"PYTHON={Path(sys.executable).resolve()}"],
        cwd=clone,
        env={**os.environ, **CLEAN},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "connect" in (done.stdout + done.stderr).lower():
        pytest.skip("no package registry can be reached to fill a fresh environment")
    assert done.returncode == 0, done.stdout + done.stderr
    fresh = {**CLEAN, "PATH": f"{clone / '.venv/bin'}:{CLEAN['PATH']}"}
    where = run(clone, "python", "-c", "import generator; print(generator.__file__)", env=fresh)
    assert where.startswith(str(clone / ".venv"))
    run(clone, "dvc", "pull", "inputs/r[1].csv", env=fresh)
    assert "ERROR" not in run(clone, "dvc", "repro", env=fresh)
    assert (clone / "reports/index.html").is_file()
    assert run(clone, "git", "status", "--porcelain", "--", "mo_d_el", "conf", "dvc.yaml", "params.yaml") == ""
