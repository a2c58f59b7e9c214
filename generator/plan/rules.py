"""Plan the rules that rows have to keep: those of the config, and those that every table has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from generator.plan.select import NOTHING
from generator.project import Column, Project, Rule
from generator.sql.code import Code, name, text

ALLOWED = 0.1
"""Share of rows that may break a rule every table has, before ``process`` stops."""


@dataclass(frozen=True, kw_only=True)
class RulePlan:
    """A rule as ``process.sql`` checks and counts it."""

    label: Code
    source: Code
    source_label: Code
    otherwise: Code
    at_most: Code
    broken: Code
    shown: Code
    expect: Code = NOTHING
    reason: Code = NOTHING


def refusal(label: str, expect: str, reason: str) -> RulePlan:
    """Plan the rule ``label`` by which rows are refused that do not ``expect``, for ``reason``."""
    nothing = Code("")
    return RulePlan(
        label=Code(label),
        source=nothing,
        source_label=nothing,
        otherwise=nothing,
        at_most=nothing,
        broken=nothing,
        shown=nothing,
        expect=Code(expect),
        reason=text(reason),
    )


def values_of(columns: Iterable[str]) -> Code:
    """Return a text with the values of ``columns`` that are there."""
    parts = (f"{text(f'{column}: ')} || {name(column)}" for column in columns)
    return Code(f"concat_ws(', ', {', '.join(parts)})")


def counted(label: str, source: str, otherwise: str, at_most: float, broken: str, shown: Code) -> RulePlan:
    """Plan a rule that is counted: ``broken`` is when a row breaks it, ``shown`` the values of such a row."""
    return RulePlan(
        label=text(label),
        source=Code(source),
        source_label=text(source),
        otherwise=text(otherwise),
        at_most=Code(repr(at_most)),
        broken=Code(broken),
        shown=shown,
    )


def configured(project: Project) -> Iterator[RulePlan]:
    """Yield the rules of the config."""
    for rule in project.rules:
        at_most = 0.0 if rule.otherwise == "fail" else rule.at_most
        broken, values = f"NOT ({rule.expect})", values_of(rule.expect.columns)
        yield counted(rule.name, rule.source, rule.otherwise, at_most, broken, values)


def rules_of(project: Project, columns: Iterable[Column]) -> list[Rule]:
    """Return the rules of the table that read ``columns`` alone; a row that would stop ``process`` is refused."""
    known = {column.name for column in columns}
    own = (rule for rule in project.rules if rule.source == project.config.data.table)
    found = (rule for rule in own if set(rule.expect.columns) <= known)
    return [replace(rule, otherwise="quarantine") if rule.otherwise == "fail" else rule for rule in found]
