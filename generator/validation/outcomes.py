"""Whether the log has what rows that are collected later are joined by: their key and their time."""

from collections.abc import Iterator

from generator.config.composed import Composed
from generator.errors import Problem
from generator.plan.logged import unlogged_columns
from generator.plan.requests import needed_columns
from generator.project import Project

PATH = ("monitor", "rows_as_outcomes")
EXACT = ("DATE", "VARCHAR", "BOOLEAN", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT")
"""Types whose values are the same text in the log and in the table."""


def outcome_problems(project: Project, composed: Composed) -> Iterator[Problem]:
    """Yield why rows of the table cannot be joined to predictions."""
    if project.config.problem.use == "descriptive" or not project.config.monitor.rows_as_outcomes:
        return
    keys = project.with_role("key")
    if not keys:
        yield composed.problem(PATH, "the table has no key to join rows by", "give columns `role: key`")
    times = (project.time,) if project.time is not None else ()
    logged = {column.name for column in needed_columns(project)} - unlogged_columns(project)
    lacking = [column.name for column in (*keys, *times) if column.name not in logged]
    if lacking:
        hint = "use them in a feature, without `log: false`; or send outcomes to /feedback, without `rows_as_outcomes`"
        yield composed.problem(PATH, f"the log has not all of the key and the time: {', '.join(lacking)}", hint)
    for column in keys:
        if column.type not in EXACT:
            hint = "give it `type: text`, `integer` or `date`"
            yield composed.problem(PATH, f"{column.name} is {column.type}, and is not compared exactly", hint)
