"""The words that stand beside what is inferred: what a column holds, and what is asked."""

from generator.new.answers import Choice, Inferred

HOLDS = {
    "integer": "whole numbers",
    "float": "numbers",
    "boolean": "true or false",
    "date": "dates",
    "timestamp": "dates with times",
}
NAMED = 3
FEW_HELD = 200
"""Held-out rows with fewer of which the intervals of scores are wide."""

FEW = 10
"""Whole numbers up to which it is said how many there are."""


def column_reason(choice: Choice) -> str:
    """Return why the column has its type and role."""
    found = choice.measure
    parts = [choice.reason]
    if choice.kind.reason not in choice.reason or not choice.reason:
        parts = [choice.kind.reason, *parts]
    if not any(parts) or parts == ["", "the target"]:
        parts.append(_holds(choice))
    if found.missing and found.present and choice.role != "drop":
        parts.append(f"{max(found.missing / found.rows, 0.001):.1%} missing")
    return "; ".join(dict.fromkeys(filter(None, parts)))


def _holds(choice: Choice) -> str:
    kind, found = choice.kind.type, choice.measure
    if kind == "text" or (kind == "integer" and found.distinct <= FEW):
        return f"{found.distinct:,} {'whole numbers' if kind == 'integer' else 'different texts'}"
    return HOLDS[kind]


def question(found: Inferred) -> str:
    """Return what the project asks, as a sentence."""
    inputs = found.with_role("input") or found.with_role("time")
    names = [choice.label for choice in inputs[:NAMED]]
    if len(inputs) > NAMED:
        names.append(f"{len(inputs) - NAMED} more")
    known = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    asked = {
        "binary": f"Will {found.target} be {found.goal.yes}",
        "multiclass": f"Which {found.target} is it",
        "regression": f"What will {found.target} be",
    }
    return f"{asked[found.goal.task]}, given {known}?"


def refit_reason(found: Inferred) -> str:
    """Return why the released model is fitted on all rows, and when it may be better not to."""
    rows = int(found.rows * found.answers.holdout)
    if rows < FEW_HELD:
        late = ", the latest," if found.by_time else ""
        return f"the {rows:,} held-out rows{late} are few to prove a model by; `training` releases the evaluated one"
    return "the released model has learnt from every labelled row; its figures are of the same model on training rows"
