"""Compile the features of one row to Python, and remember what that uses."""

from collections.abc import Iterable
from typing import assert_never

from generator.compile.expressions import Compiled, compile_expression, taken
from generator.plan.partials import COUNTS
from generator.plan.requests import attribute_names
from generator.project import ComputedFeature, ExpressionFeature, FunctionFeature, Project
from generator.sql.binding import BoundExpression
from generator.sql.code import Code
from generator.sql.typing import ExpressionTyping

TEMPORARY = "_part"
"""How names of what an expression holds on to begin; those of columns and features never do."""

OWN = ("row", "self", "decided", "since")
"""Names that the rendered function has for itself."""


class RowCompiler:
    """Compiles expressions over columns and features, and remembers what they use."""

    def __init__(self, project: Project, typing: ExpressionTyping) -> None:
        self.typing = typing
        columns = {column.name: column.type for column in project.with_role("key", "time", "input")}
        self.types = columns | {feature.name: feature.type for feature in project.features}
        modules = {call.module for call in project.calls}
        self.names = dict(zip(self.types, attribute_names(self.types, {*OWN, *modules, *taken()}), strict=True))
        self.used: list[Compiled] = []
        self.known = {column.name for column in project.with_role("time")}
        self.known |= {item.name for item in project.window_aggregates if item.function in COUNTS}

    def compiled(self, expression: BoundExpression) -> Code:
        """Return ``expression`` as Python."""
        types = {name: self.types[name] for name in expression.columns}
        found = compile_expression(expression.tree, types, self.typing, self.names.__getitem__, TEMPORARY, self.known)
        self.used.append(found)
        return found.code

    def made(self, feature: ComputedFeature) -> Code:
        """Return how the value of ``feature`` is made in Python."""
        match feature:
            case ExpressionFeature():
                code = self.compiled(feature.sql)
                self.known |= set() if self.used[-1].nullable else {feature.name}
                return code
            case FunctionFeature():
                function = f"{feature.module}.{feature.function}"
                arguments = [self.compiled(argument) for argument in feature.arguments]
                given = ", ".join([function, *arguments]) if feature.strict else ", ".join(arguments)
                return Code(f"strictly({given})" if feature.strict else f"{function}({given})")
            case _:
                assert_never(feature)

    def key(self, by: Iterable[BoundExpression]) -> str:
        """Return the key that the expressions ``by`` make: one value, or a tuple of several."""
        parts = [self.compiled(part) for part in by]
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"

    def targets(self, names: Iterable[str]) -> Code:
        """Return the variables of ``names`` as what a tuple is unpacked into."""
        variables = [self.names[name] for name in names]
        return Code(", ".join(variables) if len(variables) > 1 else f"({variables[0]},)")

    def functions(self) -> frozenset[str]:
        """Return the functions that everything compiled so far needs."""
        return frozenset(function for item in self.used for function in item.functions)

    def called(self) -> frozenset[str]:
        """Return the functions that everything compiled so far names itself."""
        return frozenset(name for item in self.used for name in item.called)

    def imports(self) -> frozenset[str]:
        """Return what everything compiled so far names of the standard library."""
        return frozenset(name for item in self.used for name in item.names)

    def libraries(self) -> tuple[str, ...]:
        """Return the distributions that everything compiled so far runs on."""
        return tuple(sorted({library for item in self.used for library in item.libraries}))
