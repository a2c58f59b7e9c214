"""Imports point one way, in the order of the chain from config to disk: by folder, inside functions too."""

import ast
import importlib
import pkgutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from statistics import median

import generator
from generator import plan

ROOT = Path(generator.__file__).parent
LAYERS = (
    ("errors", "cache"),
    ("sql", "modules"),
    ("config",),
    ("schema",),
    ("project",),
    ("compile", "sources", "exploration"),
    ("plan",),
    ("validation",),
    ("render",),
    ("workspace",),
    ("new", "experiments"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
PLACE = {name: place for place, names in enumerate(LAYERS) for name in names}


def imports(file: Path) -> set[str]:
    """Return the parts of the generator that ``file`` imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("generator"):
            first = node.module.removeprefix("generator").lstrip(".").split(".")[0]
            found |= {first} if first else {alias.name for alias in node.names}
    return found - {"__version__"}


def part(file: Path) -> str:
    """Return the part of the generator that ``file`` belongs to."""
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def test_every_part_has_a_place() -> None:
    parts = {part(file) for file in ROOT.rglob("*.py")} - {"__init__"}
    assert parts == set(PLACE)


def test_imports_point_one_way() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in ROOT.rglob("*.py")
        if part(file) in PLACE
        for name in imports(file)
        if PLACE[name] > PLACE[part(file)]
    ]
    assert not wrong


def lines_of(function: ast.FunctionDef) -> int:
    """Return how many lines a function has below its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_modules_and_functions_are_short() -> None:
    texts = {file.relative_to(ROOT).as_posix(): file.read_text() for file in ROOT.rglob("*.py")}
    lengths = {name: len(text.splitlines()) for name, text in texts.items()}
    assert {name: length for name, length in lengths.items() if length > 250} == {}
    assert median(lengths.values()) <= 110
    functions = [
        f"{name}: {node.name}"
        for name, text in texts.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and lines_of(node) > 50
    ]
    assert not functions


def test_one_module_writes() -> None:
    """Only ``write`` touches the user's files; ``render`` has a staging folder, ``cache`` a folder of its own."""
    writers = {
        file.relative_to(ROOT).as_posix()
        for file in ROOT.rglob("*.py")
        if any(f".{verb}(" in file.read_text() for verb in ("write_text", "write_bytes", "unlink", "rmtree"))
    }
    assert writers == {"workspace/write.py", "render/render.py"}


def test_plans_are_frozen_and_made_by_keyword() -> None:
    for module in pkgutil.iter_modules(plan.__path__, "generator.plan."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if is_dataclass(kind) and kind.__module__ == module.name:
                assert kind.__dataclass_params__.frozen, name  # type: ignore[attr-defined]
                assert all(field.kw_only for field in fields(kind)), name
