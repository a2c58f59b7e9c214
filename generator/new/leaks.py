"""Inputs that are the target by another name, which are taken out, and those that may be, which are named."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from generator.exploration.leaks import leaks, redundant
from generator.exploration.separation import evident
from generator.new.answers import Choice, Doubt
from generator.new.reading import Raw
from generator.new.shares import TEXTS, sampled, shares
from generator.schema.problem import Task

SUSPICIOUS = 0.98
"""Share of the target that nothing but another name of it is expected to explain."""

SAME = 0.9999
"""The share for numbers: it is explained by the target in another unit alone, while a measurement may come close."""

FEW = 20
"""Different whole numbers up to which they are names of classes, and no measurement."""

MOST = 200
"""Inputs that are tried together: those that explain most by themselves."""

IF_LATER = "give it `role: outcome` if it is known only later"


def without_leaks(
    raw: Raw, choices: tuple[Choice, ...], target: Choice, task: Task
) -> tuple[tuple[Choice, ...], list[Doubt], dict[str, float]]:
    """Return ``choices`` with leaks as outcomes, what is doubtful, and the share of the target each input explains.

    A leak is an input that is the target by another name. One that only may be a leak stays an input: the target may
    be easy, and whoever knows the data decides.
    """
    inputs = {choice.name: choice for choice in choices if choice.role == "input"}
    columns, values, classes = sampled(raw, inputs, target, task)
    alone = shares(columns, values)
    shown = {
        name: share
        for name, share in alone.items()
        if _names_classes(inputs[name]) or evident(share, values, len(alone))
    }
    certain = {name for name, share in shown.items() if share >= _certain(inputs[name], task)}
    if len(certain) == len(inputs):
        certain = set()  # nothing would be left to learn from
    reason = "explains the target alone: taken for something that is known only later"
    kept = tuple(
        replace(choice, role="outcome", reason=reason) if choice.name in certain else choice for choice in choices
    )
    plain = {name: share for name, share in shown.items() if share >= SUSPICIOUS}
    doubts = [_doubt(inputs[name], _alone(name, share, name in certain)) for name, share in plain.items()]
    best = sorted(alone.keys() - plain.keys(), key=lambda name: (-alone[name], name))[:MOST]
    rest = {name: columns[name] for name in columns if name in best}
    return kept, [*doubts, *_together(inputs, rest, values, classes)], alone


def _certain(choice: Choice, task: Task) -> float:
    """Return the share of the target from which on a column is certain to be its other name."""
    if choice.kind.type not in TEXTS and task == "regression":
        return SAME
    return SUSPICIOUS if _names_classes(choice) else 2.0


def _names_classes(choice: Choice) -> bool:
    """Return whether the values of a column are names of classes, and no measurement."""
    return choice.kind.type in TEXTS or (choice.kind.type == "integer" and choice.measure.distinct <= FEW)


def _alone(name: str, share: float, certain: bool) -> str:
    if certain:
        return (
            f"{name} alone explains {share:.0%} of the target, so it is taken for an outcome and not used: "
            "give it `role: input` if it is known when the prediction is made"
        )
    return f"{name} alone explains {share:.1%} of the target: {IF_LATER}"


def _together(
    inputs: dict[str, Choice], columns: dict[str, np.ndarray], target: np.ndarray, classes: Sequence[str]
) -> Iterator[Doubt]:
    """Yield what a sample shows of columns together, and of those that go one to one."""
    for leak in leaks(columns, target, classes):
        one = "it" if len(leak.columns) == 1 else "whatever of it"
        yield _doubt(inputs[leak.columns[0]], f"{leak.statement}: give {one} `role: outcome` if it is known only later")
    for names in redundant(columns):
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        yield _doubt(inputs[names[-1]], f"{listed} go one to one: one is enough, give the others `role: drop`")


def _doubt(choice: Choice, text: str) -> Doubt:
    return Doubt(("data", "columns", choice.label, "role"), text)
