"""What is known or asked before the data is looked at, and what is decided when it has been."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from generator.config.source_map import Path_
from generator.new.kind import Kind
from generator.new.measure import Measure
from generator.project import RESERVED
from generator.schema.problem import Task
from generator.schema.source import Source
from generator.sql.parsing import unlike

VALIDATION = 0.2
"""The share of the training rows that chooses, where no folds do."""


class UnfitError(Exception):
    """Why no project can be made for a target, and what to do."""


@dataclass(frozen=True)
class Answers:
    """What a user says of a project; None where it is to be inferred."""

    target: str
    title: str | None = None
    task: Task | None = None
    positive: str | None = None
    time: str | None = None
    key: str | None = None
    at_random: bool = False
    """Whether rows are split at random even where there is a time."""
    metric: str | None = None
    group: str | None = None
    """The column that rows are kept together by in a split at random."""
    ungrouped: bool = False
    """Whether rows are split one by one even where several are about the same."""
    holdout: float = 0.25
    """The share of the rows that is held out."""
    validation: float | None = None
    """The share of the others which chooses; None where their number decides between one part and folds."""
    guardrails: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Bounds of metrics outside of which nothing is released: ``{"rmse": {"max": 3.0}}``."""

    @property
    def validated(self) -> float:
        """Return the share of the others that one validation part has."""
        return VALIDATION if self.validation is None else self.validation


@dataclass(frozen=True)
class Doubt:
    """What may be wrong, and where the line to edit is: a path of keys in the config."""

    path: Path_
    text: str


@dataclass(frozen=True)
class Choice:
    """A column of the table: what it holds, its role, why, and what the project calls it where not by its name."""

    name: str
    kind: Kind
    role: str
    measure: Measure
    reason: str = ""
    renamed: str = ""

    @property
    def label(self) -> str:
        """Return what the project calls the column."""
        return self.renamed or self.name


def labelled(choices: list[Choice]) -> list[Choice]:
    """Return ``choices`` with another label for each name that a project keeps for itself, unlike all others."""
    taken = {choice.name.lower() for choice in choices}
    return [
        replace(choice, renamed=unlike(choice.name.lstrip("_") or "unnamed", taken))
        if choice.name.startswith(RESERVED)
        else choice
        for choice in choices
    ]


@dataclass(frozen=True)
class NewFeature:
    """A feature: its name, the expression, how models see it where that is not left to the type, and why."""

    name: str
    sql: str
    encode: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Goal:
    """The problem: what is predicted, of which task, by which metric."""

    task: Task
    sql: str
    positive: str | int | None
    yes: str
    """The value that counts as yes, in words; empty where there are not two classes."""
    reason: str
    primary: str
    report: tuple[str, ...]
    metric_reason: str
    guardrails: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Bounds of reported metrics outside of which nothing is released."""


@dataclass(frozen=True)
class Inferred:
    """All that a project's config says, as it follows from the data."""

    title: str
    files: tuple[Path, ...]
    source: Source
    """How the files are read."""
    rows: int
    goal: Goal
    target: str
    columns: tuple[Choice, ...]
    features: tuple[NewFeature, ...]
    slices: tuple[str, ...]
    by_time: bool
    split_reason: str
    folds: int | None
    """How many folds candidates are compared in, out of fold; None for one validation part."""
    doubts: tuple[Doubt, ...]
    answers: Answers
    group: str = ""
    """The column that rows are kept together by, as the project calls it; empty where they are split one by one."""
    sample: str = ""
    """Which rows this follows from, and what is counted in all; empty where all rows were looked at."""

    def with_role(self, role: str) -> tuple[Choice, ...]:
        """Return the columns that have ``role``."""
        return tuple(column for column in self.columns if column.role == role)

    @property
    def time(self) -> Choice | None:
        """Return the time column, if there is one."""
        return next(iter(self.with_role("time")), None)
