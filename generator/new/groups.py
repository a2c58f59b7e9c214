"""What rows are kept together by in a split at random: the customer, patient or the like that several are about."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from generator.new.answers import Answers, Choice, Goal, UnfitError
from generator.new.reading import RAW, Raw
from generator.new.typed import typed, typed_target
from generator.new.whom import is_whom
from generator.sources.counts import counted

ID = re.compile(
    r"(^|[_\s.-])(?i:id|uuid|guid|nr|no|key|code|num|number|nummer)([_\s.-]|$)|(?<=[a-z])(Id|ID|Key|Nr)(?![a-z])"
)
"""What names of something else end in, or begin with."""

THINGS = re.compile(
    r"zip|postal|postcode|plz|^cap$|city|town|state|country|county|region|district|area|carrier|airline|airport|brand|make|"
    r"model|product|item|sku|category|categ|type|kind|class|group|segment|store|shop|branch|vendor|supplier|dept|"
    r"department|genre|language|currency|channel|source|year|month|week|day|hour|age|flight|route|page|index",
    re.I,
)
"""Names of categories that are met again in use: what the target is for each is worth learning."""

FEWEST, PER_VALUE = 20, 2
"""The fewest values of a column that rows are kept together by, and rows for each on average."""

MOST_PER_VALUE = 200
"""Rows for each value on average up to which anything else than whom rows are about is no category."""

LARGEST = 0.5
"""Share of the rows of one value beyond which it says of too few others whom they are about."""

CONSTANT, VARIED = 0.97, 0.9
"""Share of rows that have the most frequent value of their group, and of all rows, of a column that it determines."""

CODED = 0.9
"""Share of the values of a text with a digit in them, where nothing but the target says that they are names."""

PARTS = 5
"""Groups with each value of the target that are needed for every part of the rows to have some."""

NEW = "rows of one stay together in the split; no feature, as its values do not recur in new ones"


@dataclass(frozen=True)
class Group:
    """The column that rows are kept together by, as the project calls it, and why; both empty where there is none."""

    label: str = ""
    reason: str = ""


def group_of(
    raw: Raw, choices: tuple[Choice, ...], target: Choice, goal: Goal, answers: Answers, by_time: bool
) -> tuple[tuple[Choice, ...], Group]:
    """Return ``choices`` with the column that rows are kept together by, which has the role group, and that.

    Raises :class:`UnfitError` for one that is asked for and can be none, or where rows are split ``by_time``.
    """
    if answers.group and by_time:
        text = f"rows are split by time, so that those of one {answers.group} may be on both sides, as in use"
        raise UnfitError(f"{text}: add --at-random, or leave --group out")
    if by_time or answers.ungrouped:
        return choices, Group()
    found = _asked(choices, answers) if answers.group else next(_found(raw, choices, target, goal), None)
    if found is None:
        return choices, Group()
    choice, why = found
    reason = f"{_values(choice)}{why}: {NEW}"
    kept = (replace(other, role="group", reason=reason) if other.name == choice.name else other for other in choices)
    return tuple(kept), Group(choice.label, f"; rows of one {choice.name} stay together: {_values(choice)}{why}")


def _asked(choices: tuple[Choice, ...], answers: Answers) -> tuple[Choice, str]:
    choice = next(choice for choice in choices if choice.name == answers.group)
    if choice.role not in ("input", "drop"):
        raise UnfitError(f"the column '{choice.name}' has the role {choice.role}: rows are kept together by another")
    if choice.measure.distinct < 2 or choice.measure.distinct == choice.measure.rows:
        raise UnfitError(f"the column '{choice.name}' has {_values(choice)}: no rows belong together by it")
    return choice, ", as you said"


def _found(raw: Raw, choices: tuple[Choice, ...], target: Choice, goal: Goal) -> Iterator[tuple[Choice, str]]:
    """Yield the columns that rows may be kept together by, the likeliest first, each with why."""
    able = [choice for choice in choices if _repeats(choice)]
    likely = sorted(able, key=lambda choice: (not is_whom(choice.name), choice.measure.distinct, choice.name))
    for choice in likely:
        whom = is_whom(choice.name)
        why = "" if whom else _evidence(raw, choice, choices, target, goal)
        if (whom or why) and _divides(raw, choice, target, goal):
            yield choice, why


def not_known_by(raw: Raw, choices: tuple[Choice, ...], codes: Mapping[str, float]) -> dict[str, float]:
    """Return those of ``codes`` that say something beyond the group: what is the same in all its rows may name it."""
    group = next((choice for choice in choices if choice.role == "group"), None)
    named = {choice.name: choice for choice in choices}
    return {
        name: share for name, share in codes.items() if group is None or not _determines(raw, group, typed(named[name]))
    }


def _repeats(choice: Choice) -> bool:
    """Return whether a column could say whom rows are about: many values, each of several rows, and no sentences."""
    found = choice.measure
    named = is_whom(choice.name)
    most = found.present if named else MOST_PER_VALUE * found.distinct
    able = choice.role in ("input", "drop") and choice.kind.type in ("text", "integer")
    wordy = choice.kind.type == "text" and 2 * found.wordy >= found.present
    enough = found.distinct >= FEWEST and PER_VALUE * found.distinct <= found.present <= most
    return able and enough and not wordy and 2 * found.present > found.rows


def _evidence(raw: Raw, choice: Choice, choices: tuple[Choice, ...], target: Choice, goal: Goal) -> str:
    """Return in words what shows that rows of a value are about the same; nothing where it may be a category."""
    if THINGS.search(choice.name):
        return ""
    named = bool(ID.search(choice.name.strip()))
    coded = choice.kind.type == "integer" or choice.measure.numeric >= CODED * choice.measure.present
    if not (named or coded):
        return ""
    alike = goal.task != "regression" and _determines(raw, choice, typed_target(target, goal.task))
    others = [other for other in choices if other.role == "input" and other.name != choice.name]
    fixed = [other.name for other in others if _determines(raw, choice, typed(other))] if named or alike else []
    said = [target.name] * alike + fixed[:3]
    if (named and (alike or 2 * len(fixed) > len(others) > 1)) or (alike and fixed):
        more = f" and {len(fixed) - 3} more" if len(fixed) > 3 else ""
        return f", in each of which {', '.join(said)}{more} hardly change{'s' if len(said) == 1 else ''}"
    return ""


def _determines(raw: Raw, choice: Choice, value: str) -> bool:
    """Return whether nearly all rows have the value of the others of their group, and rows of all groups have not."""
    ask = f"""
        WITH counts AS (
          SELECT {typed(choice)} AS __group, {value} AS __value, count(*) AS __rows
          FROM {RAW} WHERE __group IS NOT NULL AND __value IS NOT NULL GROUP BY ALL
        ),
        groups AS (SELECT max(__rows) AS __most, sum(__rows) AS __all FROM counts GROUP BY __group HAVING __all > 1),
        values AS (SELECT sum(__rows) AS __rows FROM counts GROUP BY __value)
        SELECT (SELECT sum(__most) / sum(__all) FROM groups), (SELECT max(__rows) / sum(__rows) FROM values)"""
    within, overall = raw.database.execute(ask).fetchall()[0]
    return within is not None and within >= CONSTANT and overall <= VARIED


def _divides(raw: Raw, choice: Choice, target: Choice, goal: Goal) -> bool:
    """Return whether each part can have groups of each value of the target, and none is most of the rows."""
    value = "TRUE" if goal.task == "regression" else typed_target(target, goal.task)
    ask = f"""
        WITH known AS (
          SELECT __group, __value, count(*) AS __rows
          FROM (SELECT {typed(choice)} AS __group, {value} AS __value FROM {RAW})
          WHERE __value IS NOT NULL AND __group IS NOT NULL GROUP BY __group, __value
        ),
        sizes AS (SELECT sum(__rows) AS __rows FROM known GROUP BY __group)
        SELECT (SELECT min(__groups) FROM (SELECT count(*) AS __groups FROM known GROUP BY __value)),
            (SELECT max(__rows) / sum(__rows) FROM sizes)"""
    groups, largest = raw.database.execute(ask).fetchall()[0]
    return groups is not None and groups >= PARTS and largest <= LARGEST


def _values(choice: Choice) -> str:
    found = choice.measure
    return f"{counted(found.distinct, 'value')} in {counted(found.present, 'row')}"
