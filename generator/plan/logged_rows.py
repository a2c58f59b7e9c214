"""Plan the rows that come of the prediction log: predictions whose outcomes are known, with what was logged of them."""

from dataclasses import dataclass

from generator.plan.log_store import store_plan
from generator.plan.monitor import MonitorPlan, monitor_plan
from generator.plan.requests import needed_columns
from generator.plan.stage_files import HOLDOUT
from generator.project import Project
from generator.schema.service import LOG_TABLE
from generator.sql.code import Code, name, names

LOGGED = f"data/tables/{LOG_TABLE}.parquet"
"""The rows of the log that are in the table, by their numbers there, with what was logged of them."""

COMPUTED = "data/computed.parquet"
"""The rows of the holdout with the features that are computed today, which a bundle has to have too."""

TARGETS = {"binary": "str(bool(target)).lower()", "multiclass": "classes[int(target)]", "regression": "repr(target)"}
"""What makes a text of a target as monitoring reads it."""


@dataclass(frozen=True, kw_only=True)
class LoggedRowsPlan:
    """What ``data/logged_rows.py`` needs; ``key`` names a row of the table, in SQL: nothing where nothing does."""

    name: str
    key: Code
    store: bool
    target: Code
    monitor: MonitorPlan

    @property
    def labels(self) -> Code:
        """Return what outcomes are read with: where classes are, and not from rows of the table, which come later."""
        tables = ", tables=False" if self.monitor.joined else ""
        return Code(f"{self.monitor.classes_argument}{tables}")

    @property
    def latest(self) -> str:
        """Return the query for the rows in the order of time; of several with one key the one predicted last."""
        repeated = f" QUALIFY row_number() OVER (PARTITION BY {self.key} ORDER BY __moment DESC, __id) = 1"
        return f"FROM read_parquet($file){repeated if self.key else ''} ORDER BY __moment, __id"


@dataclass(frozen=True, kw_only=True)
class LoggedTable:
    """How rows of the log come to those of the source: ``given`` are their columns, in SQL, ``outcome`` their target.

    ``same`` is when a row of the source, ``own``, is a row of the log, ``logged``; nothing where no key says so.
    """

    given: tuple[Code, ...]
    outcome: Code
    same: Code


def logged_rows_plan(project: Project) -> LoggedRowsPlan | None:
    """Plan the reading of such rows; None where the log is no source."""
    if not project.learns_from_log:
        return None
    return LoggedRowsPlan(
        name=LOG_TABLE,
        key=names(_key(project)),
        store=store_plan(project) is not None,
        target=Code(TARGETS[project.config.problem.task]),
        monitor=monitor_plan(project),
    )


def logged_table(project: Project) -> LoggedTable | None:
    """Plan how such rows come to those of the source; None where the log is no source."""
    if not project.learns_from_log:
        return None
    kind = {"binary": "BOOLEAN", "multiclass": "VARCHAR", "regression": "DOUBLE"}[project.config.problem.task]
    back = project.target_column
    given = [name(column.name) for column in needed_columns(project)]
    if back is not None:
        given.append(Code(f"TRY_CAST(__outcome AS {back.type}) AS {name(back.name)}"))
    key = (f"{name(part, 'own')} IS NOT DISTINCT FROM {name(part, 'logged')}" for part in _key(project))
    return LoggedTable(given=tuple(given), outcome=Code(f"CAST(__target AS {kind})"), same=Code(" AND ".join(key)))


def logged_files(project: Project) -> tuple[str, ...]:
    """Return the file with what was logged of rows, where there is any."""
    return (LOGGED,) if project.learns_from_log else ()


def holdouts(project: Project) -> tuple[str, ...]:
    """Return the files of the holdout: once more as it is computed today, where some of its features were logged."""
    return (HOLDOUT, COMPUTED) if project.learns_from_log else (HOLDOUT,)


def _key(project: Project) -> tuple[str, ...]:
    """Return the columns that name a row: those of its key, and its time."""
    key = project.with_role("key", "time") if project.with_role("key") else ()
    return tuple(column.name for column in key)
