"""Plan the folds of the training rows, by which candidates are compared out of fold where the config asks for that."""

from dataclasses import dataclass

from generator.plan.encoding import encoding_plan
from generator.project import Project
from generator.sql.code import Code

BY_THEMSELVES = ("baseline", "lightgbm", "blend")
"""The kinds of candidates that need no matrix of each fold, or bin each once."""


@dataclass(frozen=True, kw_only=True)
class FoldsPlan:
    """What ``folds.py`` needs: the names of the folds, and how what is fitted on is told from what is predicted."""

    names: list[str]
    by_time: bool
    classes: bool
    kept: bool
    out_of_fold: bool


def folds_plan(project: Project) -> FoldsPlan:
    """Plan which rows are fitted on, and which predicted, in each fold."""
    encoding = encoding_plan(project)
    return FoldsPlan(
        names=list(fold_names(project)),
        by_time=project.config.split.kind == "time",
        classes=encoding.classes,
        kept=encoding.kept,
        out_of_fold=any(candidate.kind not in BY_THEMSELVES for candidate in project.config.model.values()),
    )


def has_folds(project: Project) -> bool:
    """Return whether candidates are compared out of fold, and not on one validation part."""
    return project.config.split.folds is not None


def fold_names(project: Project) -> tuple[str, ...]:
    """Return what ``__part`` says of the rows of each fold; nothing where there is one validation part."""
    return tuple(f"fold {number + 1}" for number in range(project.config.split.folds or 0))


def training_parts(project: Project) -> tuple[str, ...]:
    """Return what ``__part`` can say of a training row, in the order of time where rows are split by it."""
    only_fitted = ("fit",) if project.config.split.kind == "time" or not has_folds(project) else ()
    return (*only_fitted, *(fold_names(project) or ("validation",)))


def validated_words(project: Project) -> Code:
    """Return what the rows are called on which candidates are compared."""
    return Code("rows out of fold" if has_folds(project) else "validation rows")
