"""The values of a column with the type that it will have in the project."""

from generator.new.answers import Choice
from generator.new.measure import value
from generator.schema.problem import Task
from generator.sql import TYPES, as_text


def typed(choice: Choice) -> str:
    """Return SQL for the values of a column over the data as it came; dates and times are seconds."""
    text = as_text(choice.kind.read) if choice.kind.read else value(choice.name, choice.measure.marks)
    cast = f"TRY_CAST({text} AS {TYPES[choice.kind.type]})"
    return f"epoch(CAST({cast} AS TIMESTAMP))" if choice.kind.type in ("date", "timestamp") else cast


def typed_target(choice: Choice, task: Task) -> str:
    """Return SQL for the target over the data as it came: a number, or the name of a class."""
    return f"TRY_CAST({typed(choice)} AS {'DOUBLE' if task == 'regression' else 'VARCHAR'})"
