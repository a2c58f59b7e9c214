"""What a module of Python imports of its own project, read and never run."""

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from generator.cache import Cache, generator_digest

Read = Callable[[str], str | None]
"""Returns the text of a file, by its path from the project's root; None where there is none."""

FOUND = Cache("imports", limit=2_000)
"""What modules import, by their texts."""

COMPUTED, IDLE = "?", "-"
"""What entries begin with that are no names: an import that cannot be followed, and that nothing happens."""

BY_NAME = ("import_module", "__import__")
"""Functions that import what they are given the name of."""


def imported(module: str, read: Read) -> set[str]:
    """Return the files of the project that ``module`` imports, directly or not, and its own.

    An ``__init__.py`` in which nothing happens is left out.
    """
    found: set[str] = set()
    waiting = [module]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += [name.rpartition(".")[0]] if "." in name else []
        path = _file(name, read)
        if path is not None:
            names = _found(read(path) or "")
            found |= set() if path.endswith("/__init__.py") and names == [IDLE] else {path}
            package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
            waiting += [absolute(other, package) for other in names if other[0] not in (COMPUTED, IDLE)]
    return found


def computed(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each import in ``text`` whose name is computed, so that nobody can follow it."""
    for entry in _found(text):
        if entry[0] == COMPUTED:
            line, _, call = entry[1:].partition(" ")
            yield int(line), call


def reader(root: Path, texts: Mapping[str, str | None] | None = None) -> Read:
    """Return what reads the modules in the folder ``root``, where those of ``texts`` are as these say."""

    @cache
    def read(path: str) -> str | None:
        if texts and path in texts:
            return texts[path]
        file = root / path
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None

    return read


def absolute(name: str, package: str) -> str:
    """Return the module that ``name`` means inside ``package``: a dot is the package itself, one more the one above."""
    bare = name.lstrip(".")
    level = len(name) - len(bare)
    if not level:
        return name
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - level + 1], *([bare] if bare else [])])


def _file(name: str, read: Read) -> str | None:
    base = name.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if read(path) is not None), None)


def _found(text: str) -> list[str]:
    """Return the names that ``text`` imports, with a dot in front for each level of what is relative."""
    return FOUND.get(f"{generator_digest()} {text}", lambda: _parsed(text))


def _parsed(text: str) -> list[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        return [f"{COMPUTED}{getattr(error, 'lineno', None) or 1} {error}"]
    if all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in tree.body):
        return [IDLE]
    return list(dict.fromkeys(name for node in ast.walk(tree) for name in _of_node(node)))


def _of_node(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        home = f"{'.' * node.level}{node.module or ''}"
        yield home
        joint = "." if node.module else ""
        yield from (f"{home}{joint}{alias.name}" for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.Call) and node.args and _called(node.func) in BY_NAME:
        name = node.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value:
            yield name.value
        else:
            yield f"{COMPUTED}{node.lineno} {ast.unparse(node)}"


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
