"""Plan collection, processing and the split: sources, typed tables, rules, labelled rows."""

from dataclasses import dataclass

from generator.code import Code, name, names, python, text
from generator.plan.words import TASKS, USES
from generator.project import Column, Project
from generator.schema.base import words
from generator.schema.data import Source
from generator.schema.split import AtRandom, ByTime
from generator.sql import TYPES


@dataclass(frozen=True)
class SourcePlan:
    """A source for ``collect``: the code that finds and reads it, and what is expected of it."""

    name: Code
    file: Code
    reader: Code
    as_text: Code
    columns: tuple[str, ...]
    time_range: str | None


@dataclass(frozen=True)
class CollectPlan:
    """What ``collect.py`` needs."""

    sources: tuple[SourcePlan, ...]
    packaged: bool
    zipped: bool


@dataclass(frozen=True)
class ColumnPlan:
    """One column of a SELECT."""

    name: Code
    sql: Code = Code("")
    source: Code = Code("")
    type: Code = Code("")
    misfit: Code = Code("")

    @property
    def renamed(self) -> bool:
        """Return whether the column's expression is more than its name."""
        return self.sql != self.name


@dataclass(frozen=True)
class Join:
    """A dimension table as ``features.sql`` joins it."""

    table: Code
    alias: Code
    aliased: bool
    condition: Code


@dataclass(frozen=True)
class Step:
    """One layer of derived columns over the layer before; ``star`` is what it takes over from it."""

    name: Code
    before: Code
    columns: tuple[ColumnPlan, ...]
    star: Code = Code("*")
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True)
class RulePlan:
    """A rule as ``process.sql`` judges and counts it."""

    label: Code
    source: Code
    source_label: Code
    otherwise: Code
    at_most: Code
    broken: Code
    expect: Code = Code("")
    reason: Code = Code("")


@dataclass(frozen=True)
class TablePlan:
    """One source on its way to a typed table."""

    name: Code
    label: Code
    read: tuple[ColumnPlan, ...]
    steps: tuple[Step, ...]
    last_step: Code
    refusals: tuple[RulePlan, ...]
    unique: Code
    kept: tuple[ColumnPlan, ...]
    numbered: bool


@dataclass(frozen=True)
class ProcessPlan:
    """What ``process.sql`` and ``process.py`` need."""

    tables: tuple[TablePlan, ...]
    rules: tuple[RulePlan, ...]
    keys: dict[str, str]
    roles: dict[str, dict[str, str]]


@dataclass(frozen=True)
class LabelsPlan:
    """What ``labels.sql`` needs: the target, and how rows are split."""

    table: Code
    target: Code
    split_template: str
    holdout: Code
    validation: Code
    time: Code = Code("")
    seed: Code = Code("")
    row_key: Code = Code("")
    strata: Code = Code("")
    more_strata: Code = Code("")


@dataclass(frozen=True)
class DefinePlan:
    """What ``define.py`` needs."""

    table: Code
    power_template: str
    use: str
    success: str
    terms: dict[str, str]


def collect_plan(project: Project) -> CollectPlan:
    """Plan the reading of every source."""
    data = project.config.data
    sources = tuple(_source(project, label, source) for label, source in data.sources.items())
    return CollectPlan(
        sources,
        packaged=any(source.package for source in data.sources.values()),
        zipped=any(source.path.endswith(".zip") for source in data.sources.values()),
    )


def _source(project: Project, label: str, source: Source) -> SourcePlan:
    if source.format == "csv":
        options = (
            f"header=True, all_varchar=True, sep={python(source.delimiter)}, na_values={python(list(source.nulls))}"
        )
        reader = f"read_csv(str(file), {options})"
    else:
        reader = f"read_{source.format}(str(file))"
    file = (
        f"packaged({python(source.package)}, {python(source.path)})"
        if source.package
        else f"Path({python(source.path)})"
    )
    if label == project.config.data.table:
        read = [column for column in project.columns if column.sql is None]
        columns = tuple(column.source for column in read)
        times = [column.source for column in read if column.type in ("TIMESTAMP", "DATE")]
    else:
        columns = tuple(source.columns)
        times = [column for column, kind in source.columns.items() if TYPES[kind] in ("TIMESTAMP", "DATE")]
    time = f"TRY_CAST({name(times[0])} AS TIMESTAMP)" if times else None
    return SourcePlan(
        Code(label),
        Code(file),
        Code(reader),
        Code(", every value as text" if source.format == "csv" else ""),
        columns,
        f"min({time}), max({time})" if time else None,
    )


def process_plan(project: Project) -> ProcessPlan:
    """Plan the typed tables, the rules their rows must keep, and the contract."""
    tables = tuple(_table(project, label) for label in project.config.data.sources)
    roles = {label: {} for label in project.config.data.sources}
    roles[project.config.data.table] = {column.name: column.role for column in project.columns}
    keys = {dimension.name: str(names(dimension.key)) for dimension in project.dimensions if dimension.key}
    return ProcessPlan(tables, _rules(project, tables), keys, roles)


def _table(project: Project, label: str) -> TablePlan:
    main = label == project.config.data.table
    dimension = next((item for item in project.dimensions if item.name == label), None)
    if dimension is not None:
        columns = [Column(column, column, kind, "lookup", None, 0) for column, kind in dimension.columns]
    else:
        columns = list(project.columns)
    read = tuple(
        ColumnPlan(
            name(column.name),
            sql=_cast(column, text_already=project.config.data.sources[label].format == "csv"),
            source=name(column.source),
            type=Code(column.type),
            misfit=text(f"{column.name} is not {_article(column.type)}") if column.type != "VARCHAR" else Code(""),
        )
        for column in columns
        if column.sql is None
    )
    steps = layers(columns, Code("typed"))
    rules = [rule for rule in project.rules if rule.source == label]
    refusals = [
        _refusal(rule.name, rule.expect, f"breaks {rule.name}") for rule in rules if rule.otherwise == "quarantine"
    ]
    if main and project.time:
        time = name(project.time.name)
        refusals.append(_refusal("time_is_known", f"{time} IS NOT NULL", f"{project.time.name} is missing"))
    clears = {column: rule for rule in rules for column in rule.clear}
    kept = [
        ColumnPlan(
            name(column.name),
            sql=Code(f"CASE WHEN NOT ({clears[column.name].expect}) THEN NULL ELSE {name(column.name)} END")
            if column.name in clears
            else name(column.name),
        )
        for column in columns
        if column.role != "drop"
    ]
    keys = project.with_role("key", "time") if main and project.with_role("key") else ()
    return TablePlan(
        Code(label),
        text(label),
        read,
        steps,
        steps[-1].name if steps else Code("typed"),
        tuple(refusals),
        names(column.name for column in keys),
        tuple(kept),
        numbered=main,
    )


def _cast(column: Column, text_already: bool) -> Code:
    """Return a raw column as its declared type; what does not fit becomes NULL, and its row is refused."""
    source = name(column.source)
    return source if text_already and column.type == "VARCHAR" else Code(f"TRY_CAST({source} AS {column.type})")


def layers(columns: list[Column], first: Code) -> tuple[Step, ...]:
    """Return derived columns in layers, each over the one before, so that none is used before it exists."""
    steps: list[Step] = []
    for level in sorted({column.level for column in columns if column.sql is not None}):
        before = steps[-1].name if steps else first
        derived = [column for column in columns if column.sql is not None and column.level == level]
        plans = tuple(ColumnPlan(name(column.name), sql=Code(column.sql or "")) for column in derived)
        steps.append(Step(Code(f"step_{level}"), before, plans))
    return tuple(steps)


def _article(kind: str) -> str:
    return {
        "BOOLEAN": "true or false",
        "BIGINT": "a whole number",
        "DOUBLE": "a number",
        "DATE": "a date",
        "TIMESTAMP": "a timestamp",
    }[kind]


def _refusal(label: str, expect: str, reason: str) -> RulePlan:
    nothing = Code("")
    return RulePlan(Code(label), nothing, nothing, nothing, nothing, nothing, Code(expect), text(reason))


def _rules(project: Project, tables: tuple[TablePlan, ...]) -> tuple[RulePlan, ...]:
    """Return every rule with the condition that counts the rows that break it, the built-in rules first."""
    rules = []
    for table in tables:
        if any(column.misfit for column in table.read):
            rules.append(_counted("fits_its_types", table.name, "quarantine", 0.1, "__misfits <> ''"))
        if table.numbered and project.time:
            broken = f"{name(project.time.name)} IS NULL"
            rules.append(_counted("time_is_known", table.name, "quarantine", 0.1, broken))
        if table.unique:
            broken = "__reasons LIKE '%the key is already taken%'"
            rules.append(_counted("key_is_unique", table.name, "quarantine", 0.1, broken))
    for rule in project.rules:
        at_most = 0.0 if rule.otherwise == "fail" else rule.at_most
        rules.append(_counted(rule.name, rule.source, rule.otherwise, at_most, f"NOT ({rule.expect})"))
    return tuple(rules)


def _counted(label: str, source: str, otherwise: str, at_most: float, broken: str) -> RulePlan:
    return RulePlan(text(label), Code(source), text(source), text(otherwise), Code(repr(at_most)), Code(broken))


def labels_plan(project: Project) -> LabelsPlan:
    """Plan the labelled rows and their split."""
    table, target = Code(project.config.data.table), Code(project.target.sql)
    split = project.config.split
    if isinstance(split, ByTime):
        return _labels_by_time(project, table, target, split)
    return _labels_at_random(project, table, target, split)


def _labels_by_time(project: Project, table: Code, target: Code, split: ByTime) -> LabelsPlan:
    assert project.time is not None
    dated = split.holdout_from is not None
    return LabelsPlan(
        table,
        target,
        f"package/split/{'time_from' if dated else 'time_share'}.sql.jinja",
        holdout=Code(f"TIMESTAMP '{split.holdout_from}'" if dated else repr(round(1 - split.holdout, 6))),
        validation=_later_than(split.validation),
        time=name(project.time.name),
    )


def _labels_at_random(project: Project, table: Code, target: Code, split: AtRandom) -> LabelsPlan:
    keys = [column.name for column in project.with_role("key")] or ["__row"]
    stratified = project.config.problem.task != "regression"
    return LabelsPlan(
        table,
        target,
        "package/split/random.sql.jinja",
        holdout=Code(repr(split.holdout)),
        validation=_later_than(split.validation),
        seed=text(str(split.seed)),
        row_key=Code(", ".join(f"CAST({name(key)} AS VARCHAR)" for key in keys)),
        strata=Code("PARTITION BY __target " if stratified else ""),
        more_strata=Code(", __target" if stratified else ""),
    )


def _later_than(share: float) -> Code:
    return Code(f"__order >= {round(1 - share, 6)!r}")


def define_plan(project: Project) -> DefinePlan:
    """Plan the brief."""
    problem, metrics = project.config.problem, project.config.metrics
    terms = {}
    if problem.decide_before is not None and project.time is not None:
        terms["Decided"] = f"{words(problem.decide_before)} before `{project.time.name}`; nothing later is used."
    if problem.label_after is not None:
        terms["Outcome"] = f"known {words(problem.label_after)} after it."
    if problem.decision is not None:
        payoff, currency = problem.decision.payoff, problem.decision.currency
        terms["Decision"] = f"{problem.decision.action}, where that is expected to pay."
        terms["Payoffs"] = (
            f"acting brings {payoff.act_positive:+g} {currency} when the target is true and {payoff.act_negative:+g} when it is "
            f"not; passing brings {payoff.pass_positive:+g} and {payoff.pass_negative:+g}."
        )
    guarded = [f"{metric} within {_bounds(bounds.min, bounds.max)}" for metric, bounds in metrics.guardrails.items()]
    success = f"The best possible {metrics.primary} on held-out rows, better than the baseline beyond the noise"
    return DefinePlan(
        Code(project.config.data.table),
        TASKS[problem.task].power_template,
        USES[problem.use],
        "; ".join([success, *guarded]) + ".",
        terms,
    )


def _bounds(low: float | None, high: float | None) -> str:
    return " and ".join(
        f"{word} {value:g}" for word, value in (("at least", low), ("at most", high)) if value is not None
    )
