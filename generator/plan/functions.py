"""Plan the project's own Python functions: as user-defined functions of DuckDB, and as the service calls them."""

from dataclasses import dataclass

from generator.project import Project
from generator.sql.code import Code

ARROW = {
    "BOOLEAN": "pa.bool_()",
    "BIGINT": "pa.int64()",
    "DOUBLE": "pa.float64()",
    "VARCHAR": "pa.string()",
    "DATE": "pa.date32()",
    "TIMESTAMP": 'pa.timestamp("us")',
}


@dataclass(frozen=True, kw_only=True)
class FunctionPlan:
    """One function: what SQL calls it, where it is, and its types."""

    call: Code
    function: Code
    types: list[str]
    result: str
    arrow: Code
    strict: bool


@dataclass(frozen=True, kw_only=True)
class FunctionsPlan:
    """What ``functions.py`` needs."""

    modules: tuple[Code, ...]
    calls: tuple[FunctionPlan, ...]


def functions_plan(project: Project) -> FunctionsPlan:
    """Plan every function that a feature calls, once."""
    found = {call.called: call for call in project.calls}
    return FunctionsPlan(
        modules=tuple(Code(module) for module in sorted({call.module for call in found.values()})),
        calls=tuple(
            FunctionPlan(
                call=Code(call.called),
                function=Code(f"{call.module}.{call.function}"),
                types=[kind.lower() for kind in call.parameters],
                result=call.type.lower(),
                arrow=Code(ARROW[call.type]),
                strict=call.strict,
            )
            for call in found.values()
        ),
    )
