"""Whether predictions of the log can become rows of the table: what they lack, and what would count it."""

from collections.abc import Iterator

from generator.config.composed import Composed
from generator.config.source_map import Path_
from generator.errors import Problem
from generator.plan.logged import unlogged_columns
from generator.plan.metrics import metric_columns
from generator.plan.requests import needed_columns
from generator.project import Project
from generator.schema.service import LOG_TABLE

APART = "give what happened a column of its own, as `late: {sql: delay >= 30, role: outcome}`, and make that the target"


def logged_row_problems(project: Project, composed: Composed) -> Iterator[Problem]:
    """Yield why predictions cannot be rows of the table."""
    if not project.learns_from_log:
        return
    path: Path_ = ("data", "sources", project.config.data.table, "log")
    if project.config.problem.use == "descriptive":
        yield composed.problem(path, "a descriptive project predicts nothing that could be logged", "leave `log:` out")
        return
    service = project.config.service
    if not service.log:
        yield composed.problem(path, "the service logs nothing", "set `log: true` of the service, or leave it out")
    given = project.config.data.sources[project.config.data.table].log
    if given != service.log_folder:
        hint = f"write `log: {service.log_folder}`, or give both the same folder"
        yield composed.problem(path, f"the service logs to '{service.log_folder}', not to '{given}'", hint)
    if LOG_TABLE in project.config.data.sources:
        hint = f"rename the source '{LOG_TABLE}'"
        yield composed.problem(path, f"rows of the log have a table that is called '{LOG_TABLE}'", hint)
    hidden = unlogged_columns(project)
    for name in (column.name for column in needed_columns(project) if column.name in hidden):
        hint = "leave `log: false` out, give it `role: drop`, or leave `log:` of the source out"
        what = f"'{name}' is not in the log, which rows of the table are to be read from"
        yield composed.problem(("data", "columns", name), what, hint)
    yield from _uncounted(project, composed)


def _uncounted(project: Project, composed: Composed) -> Iterator[Problem]:
    """Yield the features and metrics that read an outcome of which rows of the log know nothing: any but the target."""
    back = project.target_column
    unknown = {column.name for column in project.with_role("outcome")} - {back.name if back else ""}
    for feature in project.window_aggregates:
        expressions = (feature.value, *((feature.where,) if feature.where else ()))
        for name in dict.fromkeys(name for expression in expressions for name in expression.columns):
            if name in unknown:
                what = f"it counts '{name}', which is not known of rows of the log: there, the outcome is the target"
                yield composed.problem(("features", feature.name), what, f"{APART}; or leave `log:` of the source out")
    yield from _unweighted(project, composed, back.name if back else "")
    for name in metric_columns(project).columns:
        if name in unknown:
            what = f"a metric reads '{name}', which is not known of rows of the log: there, the outcome is the target"
            yield composed.problem(("metrics", "own"), what, "leave `log:` of the source out, or report another metric")


def _unweighted(project: Project, composed: Composed, back: str) -> Iterator[Problem]:
    """Yield the columns that weights read and rows of the log lack; ``back`` is the outcome that is their target."""
    logged = {back, *(column.name for column in needed_columns(project))}
    derived = {column.name: column.sql.columns for column in project.columns if column.sql is not None}
    waiting = [*(project.weight.columns if project.weight is not None else ())]
    for name in waiting:  # which grows by what columns are derived from
        if name not in logged:
            waiting += [other for other in derived.get(name, ()) if other not in waiting]
        if name not in logged and name not in derived:
            hint = "use it in a feature, leave it out of the weight, or leave `log:` of the source out"
            yield composed.problem(("problem", "weight"), f"'{name}' is not known of rows of the log", hint)
