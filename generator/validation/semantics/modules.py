"""The project's own modules beside ours: read, and never run."""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from keyword import iskeyword

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.modules.imports import imported, reader
from generator.modules.templates import rendered_modules
from generator.validation.semantics.session import Session


def read_module(session: Session, path: Path_, module: str, example: str) -> ast.Module | None:
    """Return the module of the project's package that stands at ``path``, or None where it is refused.

    ``example`` is what a user could write into it. The text is kept, and that of what it imports of the package.
    """
    package = session.config.project.package
    if module in rendered_modules() or module.startswith("train_") or module in sys.stdlib_module_names:
        whose = "of Python itself" if module in sys.stdlib_module_names else "that is rendered"
        session.say(path, f"'{module}' is a module {whose}", f"call yours something else, as 'own_{module}'")
        return None
    file = session.composed.root / package / f"{module}.py"
    if not file.is_file():
        others = sorted(item.stem for item in file.parent.glob("*.py")) if file.parent.is_dir() else []
        hint = suggestion(module, others) if others else ""
        session.say(
            path, f"no module {package}/{module}.py", f"write it, with `{example}: ...` in it; {hint}".rstrip("; ")
        )
        return None
    try:
        return _read(session, module)
    except (SyntaxError, ValueError) as error:
        session.say(path, f"{package}/{module}.py is not Python: {error}", "mend the file")
        return None


def find_function(session: Session, path: Path_, tree: ast.Module, dotted: str, example: str) -> ast.FunctionDef | None:
    """Return the function that ``dotted`` names in the module ``tree``, or None where there is none."""
    module, function = dotted.split(".")
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if function not in functions:
        hint = suggestion(function, functions) or f"write `{example}: ...`"
        session.say(path, f"{session.config.project.package}/{module}.py has no function '{function}'", hint)
    return functions.get(function)


def takes(function: ast.FunctionDef, count: int) -> bool:
    """Return whether ``function`` can be called with ``count`` arguments by position alone."""
    arguments = function.args
    given = len(arguments.posonlyargs + arguments.args)
    enough = given - len(arguments.defaults) <= count
    return enough and (count <= given or arguments.vararg is not None) and None not in arguments.kw_defaults


def takes_named(function: ast.FunctionDef, name: str, count: int) -> bool:
    """Return whether ``function`` can be given ``name`` as a keyword, after ``count`` arguments by position."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    named = [item for item in positional[count:] if item not in arguments.posonlyargs]
    return name in [item.arg for item in (*named, *arguments.kwonlyargs)]


def check_params(
    session: Session, path: Path_, function: ast.FunctionDef, file: str, count: int, given: tuple[str, ...] = ()
) -> None:
    """Say which of the params at ``path`` a function does not take, and which it needs, after ``count`` arguments.

    Those named in ``given`` are given to it by us.
    """
    arguments = function.args
    named = [item.arg for item in (arguments.posonlyargs + arguments.args)[count:]]
    needed = named[: max(0, len(named) - len(arguments.defaults))]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    needed += [item.arg for item, default in pairs if default is None]
    known = [*named, *(item.arg for item in arguments.kwonlyargs)]
    where = f"{file}:{function.lineno}: '{function.name}'"
    params = session.composed.at(path) or {}
    for name in params:
        if name in given:
            session.say(
                (*path, name), f"{where} is given '{name}' by the training itself", "leave it out of the params"
            )
        elif not name.isidentifier() or iskeyword(name):
            session.say((*path, name), f"'{name}' is no name of a parameter", "use letters, digits and underscores")
        elif name not in known and not arguments.kwarg:
            hint = suggestion(name, known) or f"add the parameter `{name}` to the function"
            session.say((*path, name), f"{where} has no parameter '{name}'", hint)
    for name in needed:
        if name not in (*params, *given):
            session.say(path, f"{where} needs '{name}'", f"add `{name}:` to the params, or give it a default")


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the first part of each name that is imported; "a module of the project" for what is relative."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or ".").split(".")[0] if not node.level else "a module of the project"


def foreign(tree: ast.Module, libraries: tuple[str, ...]) -> list[str]:
    """Return the distributions that ``tree`` imports of, and that are neither numpy nor among ``libraries``."""
    known = packages_distributions()
    roots = sorted(set(imports(tree)) - sys.stdlib_module_names - {"numpy"})
    return [known.get(root, [root])[0] for root in roots if not set(known.get(root, [root])) & set(libraries)]


def _read(session: Session, module: str) -> ast.Module:
    """Return the tree of ``module``, and keep its text and that of what it imports of the project."""
    read = reader(session.composed.root)
    name = f"{session.config.project.package}/{module}.py"
    text = (session.composed.root / name).read_text(encoding="utf-8")
    tree = ast.parse(text)
    session.modules[name] = text
    for path in sorted(imported(f"{session.config.project.package}.{module}", read) - {name}):
        session.modules[path] = read(path) or ""
    return tree
