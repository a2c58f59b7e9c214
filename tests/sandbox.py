"""Copies of the projects in tests/projects/ that tests may render, edit and run for real."""

import ast
import importlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import httpx
import pytest
from numpy._core import _multiarray_umath

from generator.config.compose import compose
from generator.plan import plan
from generator.plan.stage_files import HOMES
from generator.render.render import Tree, render
from generator.validation.check import check

PROJECTS = Path(__file__).parent / "projects"
BLENDS = {
    "weights": ("model=[baseline,linear,spline,lightgbm,poisson,linear_trees]", "+blend=greedy"),
    "penguins": ("+blend=greedy",),
    "edge": ("model=[linear,lightgbm,extra_trees]", "+blend=greedy"),
}
"""Overrides by which projects of each task blend, with candidates of every kind that a blend can have of ours."""
ROOT = Path(__file__).parents[1]
KEY = "the key"
"""What the service of the example asks for; other projects name none."""
SCRIPTS = str(Path(sys.executable).parent)


class Threads:
    """Threads that do the same until it is ``over``: from the beginning of a `with` block to its end."""

    def __init__(self, target: Callable[[], None], count: int) -> None:
        self.over = threading.Event()
        self.threads = [threading.Thread(target=target) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


def tree(folder: Path, *overrides: str) -> Tree:
    """Return what the project in ``folder`` renders to, without touching the disk."""
    composed = compose(folder / "conf", overrides)
    return render(plan(check(composed)))


def loaded(rendered: Tree, path: str) -> ModuleType:
    """Return a rendered module, which is text until now, with the names that it imports of others of its package."""
    made, text = ModuleType(path), ast.parse(rendered[path])
    made.__file__ = path
    package = path.partition("/")[0]
    for node in [node for node in text.body if isinstance(node, ast.ImportFrom)]:
        if (node.module or "").startswith(f"{package}."):
            text.body.remove(node)
            other = loaded(rendered, f"{str(node.module).replace('.', '/')}.py")
            vars(made).update({alias.asname or alias.name: vars(other)[alias.name] for alias in node.names})
    exec(compile(text, path, "exec"), vars(made))
    return made


def module_of(stage: str) -> str:
    """Return the module that ``stage`` runs, within its package."""
    return f"{HOMES.get(stage, 'models')}.{stage}"


def write(tree: Tree, folder: Path) -> Path:
    """Write the texts of ``tree`` below ``folder``, and return that."""
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def copy(case: str, target: Path) -> Path:
    """Copy the project ``case`` to ``target`` and return it."""
    shutil.copytree(PROJECTS / case, target, ignore=shutil.ignore_patterns("expected"))
    return target


@contextmanager
def imported(case: str, folder: Path, package: str, *overrides: str) -> Iterator[ModuleType]:
    """Render a project into ``folder`` as ``package``, work there, and yield its module that makes up rows."""
    write(tree(PROJECTS / case, *overrides, f"project.package={package}"), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.chdir(folder)
        yield importlib.import_module(f"{package}.tests.examples")
        for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
            del sys.modules[name]


def start(case: str, target: Path) -> Path:
    """Copy a project and put it under git and DVC, the way a user's is."""
    copy(case, target)
    for name in (".gitignore", "logs/.gitignore"):
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, target / name)
    for command in (
        "git init -q -b main",
        "git config user.email someone@example.com",
        "git config user.name Someone",
        "dvc init -q",
        "dvc config core.analytics false",
        "dvc config hydra.enabled true",
    ):
        run(target, *command.split())
    shutil.copy(ROOT / ".dvcignore", target / ".dvcignore")
    run(target, "ninefold", "generate")
    commit(target, "Start")
    return target


def run(folder: Path, *command: str, env: Mapping[str, str] | None = None, fails: bool = False) -> str:
    """Run ``command`` in ``folder`` and return all it printed; it has to succeed, or to fail where ``fails``."""
    path = {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **path, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert bool(done.returncode) == fails, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def older_processor() -> dict[str, str]:
    """Return the environment under which libraries compute as on a processor without the vector units of this one."""
    vectors = [name for name in _multiarray_umath.__cpu_dispatch__ if _multiarray_umath.__cpu_features__[name]]
    return {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": " ".join(vectors),
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA",
        "ARROW_USER_SIMD_LEVEL": "NONE",
    }


def free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def start_service(
    bundle: Path, package: str, *arguments: str, python: str = sys.executable, **options: Any
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the service in the folder ``bundle`` with ``python``; yield its process and port once it listens."""
    port = free_port()
    command = [python, "-E", "-B", "-m", f"{package}.service", "--port", str(port), *arguments]
    said = bundle.parent / "said"
    options = {"env": {**os.environ, "SERVICE_API_KEY": KEY}, **options}
    with said.open("wb") as output, subprocess.Popen(command, cwd=bundle, stderr=output, **options) as process:
        try:
            wait_for(port, lambda: process.poll() is None, said)
            yield process, port
        finally:
            process.terminate()


def wait_for(port: int, runs: Callable[[], bool], said: Path) -> None:
    """Return once something listens to ``port``; fail with what was ``said`` where the process no longer ``runs``."""
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert runs(), said.read_text(encoding="utf-8")
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the service does not listen within 20 seconds")


@contextmanager
def serve(bundle: Path, package: str, python: str = sys.executable) -> Iterator[httpx.Client]:
    """Start the service in the folder ``bundle`` with ``python`` and yield a client of it, once it answers."""
    with (
        start_service(bundle, package, python=python) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, headers={"X-API-Key": KEY}) as client,
    ):
        yield client


def commit(folder: Path, message: str) -> None:
    """Commit everything in ``folder``."""
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "-q", "--allow-empty", "-m", message)


def ran(output: str) -> list[str]:
    """Return the stages that DVC says it ran, in order."""
    return re.findall(r"^Running stage '([^']+)'", output, flags=re.MULTILINE)


def edit(file: Path, before: str, after: str) -> None:
    """Replace ``before``, which has to be there once, by ``after``."""
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {file}"
    file.write_text(text.replace(before, after), encoding="utf-8")
