"""The source of the runtime functions, cut out for rendering: what is used, with what that needs, and its imports."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

MODULES = ("numbers", "elementary", "logic", "casts", "text", "dates", "zones")
"""The modules ``runtime_*``; they are read, not imported, so that generating needs none of their libraries."""


@cache
def text_of(module: str) -> str:
    """Return the source of a module of the runtime."""
    return (Path(__file__).parent / f"runtime_{module}.py").read_text(encoding="utf-8")


@cache
def _body(module: str) -> list[ast.stmt]:
    return ast.parse(text_of(module)).body


@cache
def definitions() -> dict[str, str]:
    """Return the source of every function, class and constant of the runtime, in order, under its name."""
    found: dict[str, str] = {}
    for module in MODULES:
        lines = text_of(module).splitlines()
        body = _body(module)
        for index, node in enumerate(body):
            names = _defined(node)
            if not names:
                continue
            first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
            last = node.end_lineno or node.lineno
            following = body[index + 1] if index + 1 < len(body) else None
            if isinstance(node, ast.Assign | ast.AnnAssign) and _is_text(following):
                last = following.end_lineno or last  # type: ignore[union-attr]
            for name in names:
                found[name] = "\n".join(lines[first - 1 : last])
    return found


@cache
def imports() -> dict[str, str]:
    """Return the import of every name that the runtime imports from elsewhere."""
    found: dict[str, str] = {}
    for module in MODULES:
        for node in _body(module):
            if isinstance(node, ast.Import):
                ignored = "  # type: ignore[import-untyped]" if node.names[0].name == "re2" else ""
                found |= {alias.name: f"import {alias.name}{ignored}" for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("generator"):
                found |= {alias.name: f"from {node.module} import {alias.name}" for alias in node.names}
    return found


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@cache
def names_in(code: str) -> frozenset[str]:
    """Return the names that ``code`` reads."""
    return frozenset(node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name))


def needed(names: Iterable[str]) -> frozenset[str]:
    """Return the runtime definitions that ``names`` need, themselves included."""
    known, found, waiting = definitions(), set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            waiting += names_in(known[name])
    return frozenset(found)


def libraries(names: Iterable[str]) -> frozenset[str]:
    """Return the distributions that the runtime definitions ``names`` run on, beyond the standard library."""
    used = {name for definition in needed(names) for name in names_in(definitions()[definition])}
    known = {"re2": "google-re2", "ZoneInfo": "tzdata"}
    return frozenset(library for name, library in known.items() if name in used)


def import_lines(names: Iterable[str]) -> tuple[str, ...]:
    """Return the import statements that ``names`` need, sorted as ruff sorts them; other names are passed over."""
    known = imports()
    found = sorted({known[name] for name in names if name in known})
    modules = [line for line in found if line.startswith("import ") and "re2" not in line]
    third = [line for line in found if "import re2" in line]
    by_module: dict[str, list[str]] = {}
    for line in found:
        if line.startswith("from "):
            _, module, _, name = line.split()
            by_module.setdefault(module, []).append(name)
    froms = [
        f"from {module} import {', '.join(sorted(set(items), key=_import_order))}"
        for module, items in sorted(by_module.items())
    ]
    return (*modules, *froms, *([""] if third and (modules or froms) else []), *third)


def _import_order(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def sources(names: Iterable[str]) -> str:
    """Return a module body that defines ``names`` and all they need: imports, then definitions in a stable order."""
    wanted = needed(names)
    known = definitions()
    used = {name for definition in wanted for name in names_in(known[definition])}
    blocks: list[str] = []
    for name in known:
        if name not in wanted:
            continue
        text = known[name]
        is_constant = not text.startswith(("def ", "class ", "@"))
        if blocks and is_constant and blocks[-1].startswith("\0"):
            blocks[-1] += "\n" + text
        else:
            blocks.append(("\0" if is_constant else "") + text)
    head = "\n".join(import_lines(used))
    parts = [head] if head else []
    for index, block in enumerate(blocks):
        lead = "\n" if block.startswith("\0") and index == 0 else "\n\n"
        parts.append(f"{lead}{block.lstrip(chr(0))}" if parts else block.lstrip("\0"))
    return "\n".join(parts) + "\n"
