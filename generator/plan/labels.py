"""Plan the labelled rows: the target, and the part of the data each row belongs to."""

from dataclasses import dataclass
from datetime import timedelta

from generator.plan.select import NOTHING
from generator.project import Project
from generator.schema.base import words
from generator.schema.split import AtRandom, ByTime
from generator.sql.code import Code, name, text


@dataclass(frozen=True, kw_only=True)
class LabelsPlan:
    """What ``labels.sql`` needs: the target, and how rows are split."""

    table: Code
    target: Code
    logged: bool
    split_template: str
    holdout: Code
    validation: Code
    time: Code = NOTHING
    seed: Code = NOTHING
    row_key: Code = NOTHING
    strata: Code = NOTHING
    more_strata: Code = NOTHING


@dataclass(frozen=True, kw_only=True)
class UnseenPlan:
    """What ``packaging/fitted_rows.py`` needs: by what rows were split, and within which groups, in SQL."""

    table: Code
    order: str
    group: str


def unseen_plan(project: Project) -> UnseenPlan:
    """Plan how the rows that a model was fitted on are identified."""
    labels = labels_plan(project)
    if labels.time:
        order = f"strftime(CAST({labels.time} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f')"
    else:
        order = f"md5(concat_ws('|', {labels.seed}, {labels.row_key}))"
    return UnseenPlan(table=labels.table, order=order, group="CAST(__target AS VARCHAR)" if labels.strata else "''")


@dataclass(frozen=True, kw_only=True)
class PartsPlan:
    """What ``parts.py`` needs: whether the target has classes, and what to do where a part is of no use."""

    classes: bool
    remedy: str


def parts_plan(project: Project) -> PartsPlan:
    """Plan the check of the parts."""
    by_time = isinstance(project.config.split, ByTime)
    other = "choose `split: at_random` in conf/config.yaml, or another share in conf/split/, "
    remedy = f"Collect more rows, {other if by_time else ''}or look at `target` in conf/problem/."
    return PartsPlan(classes=project.config.problem.task == "multiclass", remedy=remedy)


def labels_plan(project: Project) -> LabelsPlan:
    """Plan the labelled rows and their split."""
    table, target = Code(project.config.data.table), Code(project.target.sql)
    split = project.config.split
    if isinstance(split, ByTime):
        return _labels_by_time(project, table, target, split)
    return _labels_at_random(project, table, target, split)


def _labels_by_time(project: Project, table: Code, target: Code, split: ByTime) -> LabelsPlan:
    assert project.time is not None
    template, holdout = _later(split)
    return LabelsPlan(
        table=table,
        target=target,
        logged=project.learns_from_log,
        split_template=f"package/problem/split/{template}.sql.jinja",
        holdout=Code(holdout),
        validation=_later_than(split.validation),
        time=name(project.time.name),
    )


def _later(split: ByTime) -> tuple[str, str]:
    """Return the template that separates later rows, which are held out, from the others, and what it compares with."""
    if split.holdout_from is not None:
        return "time_from", f"TIMESTAMP '{split.holdout_from}'"
    if isinstance(split.holdout, timedelta):
        return "time_span", f"INTERVAL '{words(split.holdout)}'"
    return "time_share", repr(round(1 - split.holdout, 6))


def _labels_at_random(project: Project, table: Code, target: Code, split: AtRandom) -> LabelsPlan:
    keys = [column.name for column in project.with_role("key")] or ["__row"]
    stratified = project.config.problem.task != "regression"
    return LabelsPlan(
        table=table,
        target=target,
        logged=project.learns_from_log,
        split_template="package/problem/split/random.sql.jinja",
        holdout=Code(repr(split.holdout)),
        validation=_later_than(split.validation),
        seed=text(str(split.seed)),
        row_key=Code(", ".join(f"CAST({name(key)} AS VARCHAR)" for key in keys)),
        strata=Code("PARTITION BY __target " if stratified else ""),
        more_strata=Code(", __target" if stratified else ""),
    )


def _later_than(share: float) -> Code:
    return Code(f"__order >= {round(1 - share, 6)!r}")
