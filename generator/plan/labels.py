"""Plan the labelled rows: the target, and the part of the data each row belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from generator.plan.folds import FoldsPlan, folds_plan, has_folds, training_parts
from generator.plan.select import NOTHING
from generator.project import Project
from generator.schema.base import words
from generator.schema.split import AtRandom, ByTime
from generator.sql.binding import BoundExpression
from generator.sql.code import Code, name, text


@dataclass(frozen=True, kw_only=True)
class LabelsPlan:
    """What ``labels.sql`` needs: the target, and how rows are split."""

    table: Code
    target: Code
    weight: Code
    logged: bool
    split_template: str
    holdout: Code
    validation: Code
    fold: Code
    words: Code
    time: Code = NOTHING
    seed: Code = NOTHING
    row_key: Code = NOTHING
    strata: Code = NOTHING
    more_strata: Code = NOTHING
    group: Code = NOTHING
    groups_template: str = ""
    parts_template: str = ""
    smallest: Code = NOTHING
    others: Code = NOTHING
    folds: Code = NOTHING
    units: Code = NOTHING


@dataclass(frozen=True, kw_only=True)
class UnseenPlan:
    """What ``packaging/fitted_rows.py`` needs: by what rows were split, and within which groups, in SQL."""

    table: Code
    order: str
    group: str


def unseen_plan(project: Project) -> UnseenPlan:
    """Plan how the rows that a model was fitted on are identified."""
    labels = labels_plan(project)
    if labels.group:  # each group that was fitted on is a range of its own
        return UnseenPlan(table=labels.table, order="''", group=f"CAST({labels.group} AS VARCHAR)")
    if labels.time:
        order = f"strftime(CAST({labels.time} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f')"
    else:
        order = f"md5(concat_ws('|', {labels.seed}, {labels.row_key}))"
    return UnseenPlan(table=labels.table, order=order, group="CAST(__target AS VARCHAR)" if labels.strata else "''")


@dataclass(frozen=True, kw_only=True)
class PartsPlan:
    """What ``split.py`` needs: the parts in words, whether there are classes, what to do where a part is of no use."""

    parts: dict[str, str]
    classes: bool
    remedy: str


def parts_plan(project: Project) -> PartsPlan:
    """Plan the check of the parts."""
    by_time = isinstance(project.config.split, ByTime)
    others = [
        *(["choose `split: at_random` in conf/config.yaml, or another share in conf/split/"] if by_time else []),
        *(["set fewer `folds` in conf/split/"] if has_folds(project) else []),
    ]
    remedy = f"Collect more rows, {''.join(f'{other}, ' for other in others)}or look at `target` in conf/problem/."
    return PartsPlan(
        parts={part: WORDS.get(part, part) for part in (*training_parts(project), "holdout")},
        classes=project.config.problem.task == "multiclass",
        remedy=remedy,
    )


@dataclass(frozen=True, kw_only=True)
class GroupsPlan:
    """What ``groups.py`` needs: the expression in SQL and as configured, and what to do where groups are few."""

    group: str
    named: str
    fewer_parts: str


def groups_plan(project: Project) -> GroupsPlan:
    """Plan the check of the groups that rows are kept together by."""
    split = project.config.split
    assert isinstance(split, AtRandom)
    fewer = "set fewer `folds`" if has_folds(project) else "set larger shares"
    remedy = f"Collect rows of more groups, {fewer}, or leave `group` out of conf/split/."
    return GroupsPlan(group=str(project.group), named=split.group or "", fewer_parts=remedy)


def split_modules(project: Project) -> Iterator[tuple[str, str, PartsPlan | FoldsPlan | GroupsPlan]]:
    """Yield the modules about the parts of the rows, as :data:`generator.plan.files.Module`."""
    yield "features/split.py", "", parts_plan(project)
    if has_folds(project):
        yield "features/folds.py", "", folds_plan(project)
    if project.group is not None:
        yield "features/groups.py", "", groups_plan(project)


WORDS = {"fit": "training", "holdout": "the holdout"}
"""What parts are called; the others as they are in ``__part``."""


def labels_plan(project: Project) -> LabelsPlan:
    """Plan the labelled rows and their split."""
    split = project.config.split
    if isinstance(split, ByTime):
        return _labels_by_time(project, split)
    return _labels_at_random(project, split)


def _of_row(project: Project) -> dict[str, Code]:
    """Return what a row is given before it is split: its target and, where not all are the same, its weight."""
    weight = Code(f", {project.weight} AS __weight") if project.weight is not None else NOTHING
    return {
        "table": Code(project.config.data.table),
        "target": Code(project.target.sql),
        "weight": weight,
    }


def _labels_by_time(project: Project, split: ByTime) -> LabelsPlan:
    assert project.time is not None
    template, holdout = _later(split)
    return LabelsPlan(
        **_of_row(project),
        logged=project.learns_from_log,
        split_template=f"package/problem/split/{template}.sql.jinja",
        holdout=Code(holdout),
        **_chosen_by(split, BEFORE, fitted=1),
        time=name(project.time.name),
    )


def _later(split: ByTime) -> tuple[str, str]:
    """Return the template that separates later rows, which are held out, from the others, and what it compares with."""
    if split.holdout_from is not None:
        return "time_from", f"TIMESTAMP '{split.holdout_from}'"
    if isinstance(split.holdout, timedelta):
        return "time_span", f"INTERVAL '{words(split.holdout)}'"
    return "time_share", repr(round(1 - split.holdout, 6))


def _labels_at_random(project: Project, split: AtRandom) -> LabelsPlan:
    stratified = project.config.problem.task != "regression"
    if project.group is not None:
        return _labels_by_group(project, split)
    return LabelsPlan(
        **_of_row(project),
        logged=project.learns_from_log,
        split_template="package/problem/split/random.sql.jinja",
        holdout=Code(repr(split.holdout)),
        **_chosen_by(split, OTHERS, fitted=0),
        seed=text(str(split.seed)),
        row_key=_row_key(project),
        strata=Code("PARTITION BY __target " if stratified else ""),
        more_strata=Code(", __target" if stratified else ""),
    )


def _labels_by_group(project: Project, split: AtRandom) -> LabelsPlan:
    """Plan a split that keeps groups whole; a training row is given to a part with its group, not by an order."""
    assert project.group is not None
    classes = "numbers" if project.config.problem.task == "regression" else "classes"
    parts = "validation" if split.folds is None else "folds"
    chosen = _chosen_by(split, OTHERS, fitted=0)
    smallest = (1 - split.holdout) * (1 / split.folds if split.folds else split.validation or 1)
    return LabelsPlan(
        **_of_row(project),
        logged=project.learns_from_log,
        split_template="package/problem/split/by_group.sql.jinja",
        holdout=Code(repr(split.holdout)),
        validation=Code(repr(split.validation)),
        fold=chosen["fold"],
        words=Code(f"{chosen['words']}, groups are kept whole"),
        group=_group(project, project.group, split),
        groups_template=f"package/problem/split/by_group/{classes}.sql.jinja",
        parts_template=f"package/problem/split/by_group/{parts}.sql.jinja",
        smallest=Code(repr(round(min(split.holdout, smallest), 6))),
        others=Code(repr(split.folds or 2)),
        folds=Code(repr(split.folds)),
        units=Code(repr(max(UNITS, UNITS_OF_FOLD * (split.folds or 0)))),
    )


def _group(project: Project, group: BoundExpression, split: AtRandom) -> Code:
    """Return the number of a row's group in SQL: a digest of the seed and its value, or the row's key without one."""
    value = f"coalesce('of ' || {group.cast('VARCHAR')}, concat_ws('|', 'row', {_row_key(project)}))"
    return Code(f"CAST(md5_number_lower(concat_ws('|', {text(str(split.seed))}, {value})) >> 1 AS BIGINT)")


def _row_key(project: Project) -> Code:
    """Return what a row is known by, as texts in SQL."""
    keys = [column.name for column in project.with_role("key")] or ["__row"]
    return Code(", ".join(f"CAST({name(key)} AS VARCHAR)" for key in keys))


UNITS, UNITS_OF_FOLD = 200, 20
"""How many groups, the largest, are given to folds one by one, and how many at least for each fold."""

BEFORE = "fit and the folds are the training data, each fold is predicted by models of the rows before it"
OTHERS = "the folds are the training data, each is predicted by models of the others"


def _chosen_by(split: ByTime | AtRandom, folds: str, fitted: int) -> dict[str, Code]:
    """Return which training rows are validated, in which fold, and that in words.

    Of folds, the first ``fitted`` parts, each as large as a fold, are fitted on alone.
    """
    if split.folds is None:
        assert split.validation is not None
        validation = Code(f"__order >= {round(1 - split.validation, 6)!r}")
        return {"validation": validation, "fold": NOTHING, "words": Code("fit and validation are the training data")}
    parts = split.folds + fitted
    number = f"CAST(floor(__order * {parts}) AS INTEGER)" + ("" if fitted else " + 1")
    return {
        "validation": Code(f"__order * {parts} >= 1") if fitted else NOTHING,
        "fold": Code(f"'fold ' || least({number}, {split.folds})"),
        "words": Code(folds),
    }
