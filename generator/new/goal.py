"""What is predicted: the task by the target's values, what counts as yes, and the metric by how rare that is."""

from dataclasses import replace

from generator.errors import suggestion
from generator.new.answers import Answers, Choice, Doubt, Goal, UnfitError
from generator.new.words import WORDS
from generator.schema.metrics import OF_TASKS, OURS, SAME
from generator.schema.problem import Task
from generator.sql.parsing import identifier, literal

MOST_CLASSES = 50
FEW_NUMBERS = 10
"""Distinct whole numbers up to which a target is taken for classes."""

RARE = 0.05
"""Share of the rarer answer below which how it is ranked says more than all of both."""

GOOD = {"1", "true", "yes", "y", "t", "positive", "pos", "fraud", "churned", "default", "bad", "fail", "failed", "late"}
COMMON: dict[Task, tuple[str, ...]] = {
    "binary": ("roc_auc", "average_precision", "log_loss", "brier", "calibration_error"),
    "multiclass": ("log_loss", "accuracy", "macro_f1", "roc_auc_ovr"),
    "regression": ("rmse", "mae", "r2"),
}
"""The metrics that a new project reports, the primary one first; those asked for are added."""


def goal_of(target: Choice, answers: Answers, doubts: list[Doubt]) -> Goal:
    """Return what is predicted; raises :class:`UnfitError` where the target has one value, or too many texts."""
    goal = _goal(target, answers, doubts)
    guarded = {ours: bounds for name, bounds in answers.guardrails.items() if (ours := _fitting(name, goal, doubts))}
    asked = _fitting(answers.metric, goal, doubts) if answers.metric else None
    primary = asked or goal.primary
    report = tuple(dict.fromkeys(name for name in (goal.primary, *goal.report, *guarded) if name != primary))
    reason = "as you said" if asked else goal.metric_reason
    return replace(goal, primary=primary, report=report, metric_reason=reason, guardrails=guarded)


def _fitting(name: str, goal: Goal, doubts: list[Doubt]) -> str | None:
    """Return the metric of the task that ``name`` is or stands for; None, and a doubt, where there is none.

    Raises :class:`UnfitError` where ``name`` is a metric of no task.
    """
    known = OF_TASKS[goal.task]
    if name not in OURS:
        raise UnfitError(f"no metric '{name}': {suggestion(name, known)}")
    if name in known:
        return name
    same = SAME[goal.task].get(name)
    became = f"{same} takes its place" if same else f"left out; there are {', '.join(known)}"
    text = f"{name} is no metric of a {goal.task} target: {became}"
    doubts.append(Doubt(("metrics", "primary"), text))
    return same


def _goal(target: Choice, answers: Answers, doubts: list[Doubt]) -> Goal:
    found = target.measure
    if found.distinct < 2:
        raise UnfitError(_single(target))
    task, reason = _task(target, answers, doubts)
    if task == "binary":
        return _binary(target, answers, doubts, reason)
    primary, *report = COMMON[task]
    words = "the probability of every class" if task == "multiclass" else "large errors count more"
    return Goal(task, identifier(target.label), None, "", reason, primary, tuple(report), words)


def _single(target: Choice) -> str:
    """Return why a target of one value, or none, is refused; an empty one may mean no, as in a box without a tick."""
    found = target.measure
    if found.distinct and found.present < found.rows:
        ticked = f"one value, in {found.present:,} of {found.rows:,} rows, and none in the others"
        return f"the target {target.name} has {ticked}: where none means no, write that into the data"
    return f"the target {target.name} has {'one value' if found.distinct else 'no value'} in every row"


def _task(target: Choice, answers: Answers, doubts: list[Doubt]) -> tuple[Task, str]:
    found, kind = target.measure, target.kind.type
    if answers.task is not None:
        if answers.task == "regression" and kind not in ("integer", "float"):
            raise UnfitError(f"the target {target.name} holds {kind}, so there is no regression on it")
        return answers.task, "as you said"
    if kind in ("date", "timestamp"):
        raise UnfitError(f"the target {target.name} holds dates: derive a number of days, or another target")
    if found.distinct == 2:
        return "binary", "two values"
    if kind == "float" or (kind == "integer" and found.distinct > FEW_NUMBERS):
        return "regression", f"numbers, {found.distinct:,} different ones"
    if kind == "integer":
        text = f"{target.name} has {found.distinct} whole numbers: taken for classes; they may be a scale (regression)"
        doubts.append(Doubt(("problem", "task"), text))
        return "multiclass", f"{found.distinct} whole numbers"
    if found.distinct > MOST_CLASSES:
        raise UnfitError(
            f"the target {target.name} has {found.distinct:,} different texts, and no task takes more than "
            f"{MOST_CLASSES}: name another column, or group its values first"
        )
    return "multiclass", f"{found.distinct} values"


def _binary(target: Choice, answers: Answers, doubts: list[Doubt], reason: str) -> Goal:
    found, kind = target.measure, target.kind.type
    counts = dict(found.common)
    if len(counts) != 2:
        raise UnfitError(f"the target {target.name} has {found.distinct} values, and a binary task has two")
    yes = _yes(target, answers, counts, doubts)
    share = counts[yes] / sum(counts.values())
    rare = min(share, 1 - share) < RARE
    first, second, *rest = COMMON["binary"]
    order = (second, first, *rest) if rare else (first, second, *rest)
    words = f"{yes} in {share:.1%} of the rows"
    column = identifier(target.label)
    if kind == "boolean":
        sql, positive = column if WORDS.get(yes.lower(), True) else f"NOT {column}", None
    elif kind == "float":
        sql, positive = f"{column} = {literal(float(yes))}", None
    else:
        sql, positive = column, int(yes) if kind == "integer" else yes
    metric = "precision and recall, since one answer is rare" if rare else f"how well {yes} is ranked above the rest"
    return Goal("binary", sql, positive, yes, f"{reason}; {words}", order[0], order[1:], metric)


def _yes(target: Choice, answers: Answers, counts: dict[str, int], doubts: list[Doubt]) -> str:
    """Return the value that counts as yes: as said, as the word means, or the rarer one."""
    if answers.positive is not None:
        if answers.positive not in counts:
            raise UnfitError(
                f"no value '{answers.positive}' in the target {target.name}: {suggestion(answers.positive, counts)}"
            )
        return answers.positive
    good = GOOD | {word for word, true in WORDS.items() if true and target.kind.type == "boolean"}
    meant = [text for text in counts if text.lower() in good or text in ("1.0",)]
    if len(meant) == 1:
        return meant[0]
    yes = min(counts, key=lambda text: (counts[text], text))
    other = next(text for text in counts if text != yes)
    doubts.append(
        Doubt(("problem", "target", "positive"), f"{yes}, the rarer value, counts as yes; it could be {other}")
    )
    return yes
