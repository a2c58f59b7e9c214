"""Features in Python: one typed function in a module of the project, read without being run."""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

from generator.config.source_map import Path_
from generator.schema.features import Computed
from generator.validation.semantics.modules import find_function, imports, read_module
from generator.validation.semantics.session import Session

TYPES = {
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "float": "DOUBLE",
    "str": "VARCHAR",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}
"""The annotations a function may have, and the DuckDB types they stand for."""

ALLOWED = frozenset(sys.stdlib_module_names) - {"os", "subprocess", "random", "secrets", "socket", "time"} | {"numpy"}
"""What the module may import: what the service has anyway, and what gives the same answer tomorrow."""

EXAMPLE = "def bearing(lat: float, lon: float) -> float"


@dataclass(frozen=True)
class Signature:
    """The DuckDB types of a function's parameters and result, and whether it takes None."""

    parameters: tuple[str, ...]
    result: str
    strict: bool


def signature(session: Session, name: str, feature: Computed) -> Signature | None:
    """Return the signature of the function that ``feature`` names, or None where it is refused."""
    path: Path_ = ("features", name, "python")
    module = feature.python.split(".")[0]
    package = session.config.project.package
    tree = read_module(session, path, module, EXAMPLE)
    if tree is None:
        return None
    for library in sorted(set(imports(tree)) - ALLOWED) if _is_first(session, name, module) else ():
        hint = "use the standard library or numpy: the service has nothing else, and answers the same every day"
        session.say(path, f"{package}/{module}.py imports {library}", hint)
    node = find_function(session, path, tree, feature.python, EXAMPLE)
    if node is None:
        return None
    return _signature(session, path, node, feature, Path(package) / f"{module}.py")


def _is_first(session: Session, name: str, module: str) -> bool:
    """Return whether ``name`` is the first feature that calls ``module``, so that its faults are reported once."""
    calls = (
        key
        for key, item in session.config.features.items()
        if isinstance(item, Computed) and item.python.startswith(f"{module}.")
    )
    return next(calls) == name


def _signature(session: Session, path: Path_, node: ast.FunctionDef, feature: Computed, file: Path) -> Signature | None:
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        session.say(
            path, f"{file}:{node.lineno}: '{node.name}' takes more than plain parameters", f"write it like `{EXAMPLE}`"
        )
        return None
    if len(arguments.args) != len(feature.of):
        what = f"{file}:{node.lineno}: '{node.name}' takes {len(arguments.args)}, and `of:` gives {len(feature.of)}"
        session.say((*path[:-1], "of"), what, "give one expression for each parameter")
        return None
    parameters = [_annotated(item.annotation) for item in arguments.args]
    result = _annotated(node.returns)
    for place, found in ((item.arg, kind) for item, kind in zip(arguments.args, parameters, strict=True)):
        if found is None:
            _say_annotation(session, path, f"{file}:{node.lineno}: the parameter '{place}' of '{node.name}'")
    if result is None:
        _say_annotation(session, path, f"{file}:{node.lineno}: the result of '{node.name}'")
    known = [kind for kind in parameters if kind is not None]
    if result is None or len(known) < len(parameters):
        return None
    return Signature(tuple(kind for kind, _ in known), result[0], not any(optional for _, optional in known))


def _say_annotation(session: Session, path: Path_, what: str) -> None:
    session.say(
        path, f"{what} has no type that SQL knows", f"annotate it with {', '.join(TYPES)}, or one of them `| None`"
    )


def _annotated(node: ast.expr | None) -> tuple[str, bool] | None:
    """Return the DuckDB type that an annotation stands for, and whether it may be None."""
    if isinstance(node, ast.Name) and node.id in TYPES:
        return TYPES[node.id], False
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = (node.left, node.right)
        some = [side for side in sides if not (isinstance(side, ast.Constant) and side.value is None)]
        if len(some) == 1 and (found := _annotated(some[0])):
            return found[0], True
    return None
