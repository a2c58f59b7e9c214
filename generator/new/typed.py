"""The values of a column with the type that it will have in the project, by the rule that the project has."""

from generator.new.answers import Choice
from generator.new.kind import Kind
from generator.schema.problem import Task
from generator.sql import cleaning
from generator.sql.parsing import TYPES


def value_of(name: str, kind: Kind, marks: tuple[str, ...]) -> str:
    """Return SQL for the values of column ``name`` over the data as it came, with the type of ``kind``."""
    read = None if kind.read is None else cleaning.as_text(kind.read)
    return cleaning.typed(cleaning.cleaned_once(name, read, marks), TYPES[kind.type])


def typed(choice: Choice) -> str:
    """Return SQL for the values of a column over the data as it came; dates and times are seconds."""
    cast = value_of(choice.name, choice.kind, choice.measure.marks)
    return f"epoch(CAST({cast} AS TIMESTAMP))" if choice.kind.type in ("date", "timestamp") else cast


def typed_target(choice: Choice, task: Task) -> str:
    """Return SQL for the target over the data as it came: a number, or the name of a class."""
    return f"TRY_CAST({typed(choice)} AS {'DOUBLE' if task == 'regression' else 'VARCHAR'})"
