"""Plan the labelled rows: the target, and the part of the data each row belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from generator.plan.folds import FoldsPlan, folds_plan, has_folds, training_parts
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
    fold: Code
    words: Code
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


def split_modules(project: Project) -> Iterator[tuple[str, str, PartsPlan | FoldsPlan]]:
    """Yield the modules about the parts of the rows, as :data:`generator.plan.files.Module`."""
    yield "features/split.py", "", parts_plan(project)
    if has_folds(project):
        yield "features/folds.py", "", folds_plan(project)


WORDS = {"fit": "training", "holdout": "the holdout"}
"""What parts are called; the others as they are in ``__part``."""


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


def _labels_at_random(project: Project, table: Code, target: Code, split: AtRandom) -> LabelsPlan:
    keys = [column.name for column in project.with_role("key")] or ["__row"]
    stratified = project.config.problem.task != "regression"
    return LabelsPlan(
        table=table,
        target=target,
        logged=project.learns_from_log,
        split_template="package/problem/split/random.sql.jinja",
        holdout=Code(repr(split.holdout)),
        **_chosen_by(split, OTHERS, fitted=0),
        seed=text(str(split.seed)),
        row_key=Code(", ".join(f"CAST({name(key)} AS VARCHAR)" for key in keys)),
        strata=Code("PARTITION BY __target " if stratified else ""),
        more_strata=Code(", __target" if stratified else ""),
    )


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
