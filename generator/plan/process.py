"""Plan the processing: typed and derived columns, the rules that rows must keep, the contract."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.plan.logged_rows import LoggedTable, logged_table
from generator.plan.requests import needed_columns
from generator.plan.rules import ALLOWED, RulePlan, configured, counted, refusal, rules_of, values_of
from generator.plan.select import NOTHING, ColumnPlan, Step, layers
from generator.project import Column, Project, Rule
from generator.schema.service import LOG_TABLE
from generator.sql.cleaning import cleaned, misfits, typed
from generator.sql.code import Code, name, names, text

NUMBER = "file_row_number"
"""What DuckDB calls the number of a row in a Parquet file, unless a column of the file is called so."""


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """What is said of a value that is not of its column's type, and when."""

    condition: Code
    said: Code
    value: Code


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """One source on its way to a typed table."""

    name: Code
    rows: Code
    number: Code
    marked: tuple[ColumnPlan, ...]
    read: tuple[ColumnPlan, ...]
    misfits: tuple[Misfit, ...]
    steps: tuple[Step, ...]
    last_step: Code
    refusals: tuple[RulePlan, ...]
    unique: Code
    kept: tuple[ColumnPlan, ...]
    numbered: bool
    view: Code

    @property
    def label(self) -> Code:
        """Return the name of the source as a text."""
        return text(self.name)


@dataclass(frozen=True, kw_only=True)
class ProcessPlan:
    """What ``process.sql`` and ``process.py`` need."""

    tables: tuple[TablePlan, ...]
    main: TablePlan
    logged: LoggedTable | None
    rules: tuple[RulePlan, ...]
    keys: dict[str, str]
    roles: dict[str, dict[str, str]]


def process_plan(project: Project) -> ProcessPlan:
    """Plan the typed tables, the rules their rows must keep, and the contract."""
    tables = tuple(_table(project, label) for label in project.config.data.sources)
    logged = logged_table(project)
    roles: dict[str, dict[str, str]] = {label: {} for label in project.config.data.sources}
    roles[project.config.data.table] = {column.name: column.role for column in project.columns if column.role != "drop"}
    keys = {dimension.name: str(names(dimension.key)) for dimension in project.dimensions if dimension.key}
    return ProcessPlan(
        tables=(*tables, _of_log(project)) if logged else tables,
        main=next(table for table in tables if table.numbered),
        logged=logged,
        rules=_rules(project, tables),
        keys=keys,
        roles=roles,
    )


def _of_log(project: Project) -> TablePlan:
    """Plan the rows of the log, which keep the rules as those of the source do: what breaks one is set aside."""
    columns = [
        Column(column.name, column.name, column.type, column.role, None, 0) for column in needed_columns(project)
    ]
    rows, number = _numbered(f"data/raw/{LOG_TABLE}.parquet", columns)
    texts = [Column(name, name, "VARCHAR", "input", None, 0) for name in ("__target", "__features", "__definitions")]
    return table_plan(
        Code(LOG_TABLE),
        rows,
        [*columns, *texts],
        rules_of(project, columns),
        kept=[column.name for column in (*columns, *texts)],
        text_already=True,
        number=number,
        time=project.time,
    )


def _table(project: Project, label: str) -> TablePlan:
    main = label == project.config.data.table
    dimension = next((item for item in project.dimensions if item.name == label), None)
    if dimension is not None:
        columns = [Column(column, column, kind, "lookup", None, 0) for column, kind in dimension.columns]
    else:
        columns = list(project.columns)
    keys = project.with_role("key", "time") if main and project.with_role("key") else ()
    rows, number = _numbered(f"data/raw/{label}.parquet", columns)
    return table_plan(
        Code(label),
        rows,
        columns,
        [rule for rule in project.rules if rule.source == label],
        kept=[column.name for column in columns if column.role != "drop"],
        text_already=project.config.data.sources[label].is_text,
        number=number,
        time=project.time if main else None,
        unique=names(column.name for column in keys),
        numbered=main,
        view=Code(f"{label}_collected") if main and project.learns_from_log else NOTHING,
    )


def table_plan(
    table: Code,
    rows: Code,
    columns: Sequence[Column],
    rules: Sequence[Rule],
    *,
    kept: Sequence[str],
    text_already: bool,
    number: Code,
    time: Column | None = None,
    unique: Code = NOTHING,
    numbered: bool = True,
    view: Code = NOTHING,
) -> TablePlan:
    """Plan how ``rows`` as they are in a file become typed ``columns``, of which those called ``kept`` stay.

    ``text_already`` says that every value is a text, ``number`` how rows are numbered, ``time`` the column that has to
    be known, and ``unique`` the columns that no two rows share. ``view`` is what the kept rows are called.
    """
    steps = layers(columns, Code("typed"))
    refusals = [
        refusal(rule.name, rule.expect.text, f"breaks {rule.name}") for rule in rules if rule.otherwise == "quarantine"
    ]
    if time:
        refusals.append(refusal("time_is_known", f"{name(time.name)} IS NOT NULL", f"{time.name} is missing"))
    clears = {column: rule for rule in rules for column in rule.clear}
    return TablePlan(
        name=table,
        rows=rows,
        number=number,
        marked=marked_columns(columns, text_already),
        read=tuple(
            ColumnPlan(name=name(column.name), sql=_typed(column, text_already))
            for column in columns
            if column.sql is None
        ),
        misfits=tuple(
            _misfit(column, text_already) for column in columns if column.sql is None and column.type != "VARCHAR"
        ),
        steps=steps,
        last_step=steps[-1].name if steps else Code("typed"),
        refusals=tuple(refusals),
        unique=unique,
        kept=tuple(
            ColumnPlan(name=name(column.name), sql=_kept(column, clears.get(column.name)))
            for column in columns
            if column.name in kept
        ),
        numbered=numbered,
        view=view or Code(f"{table}_kept"),
    )


def _numbered(file: str, columns: Iterable[Column]) -> tuple[Code, Code]:
    """Return the rows of ``file`` and the number of each; counted, which is slower, where a column has its name."""
    if any(column.source.lower() == NUMBER for column in columns):
        return Code(f"read_parquet({text(file)})"), Code("row_number() OVER () - 1")
    return Code(f"read_parquet({text(file)}, {NUMBER} = true)"), Code(NUMBER)


def _kept(column: Column, rule: Rule | None) -> Code:
    """Return a column as it is kept: NULL where a rule clears it, and where it holds no number that JSON could."""
    value = name(column.name)
    conditions = [f"isfinite({value})"] if column.type in ("DOUBLE", "FLOAT") else []
    conditions += [f"({rule.expect}) IS NOT FALSE"] if rule else []
    return Code(f"CASE WHEN {' AND '.join(conditions)} THEN {value} END") if conditions else value


def _typed(column: Column, text_already: bool) -> Code:
    """Return a cleaned column as its type; what does not fit becomes NULL, and its row is refused."""
    as_it_is = column.type == "VARCHAR" and (column.read is not None or text_already)
    value = _value(column)
    return value if as_it_is else Code(typed(value, column.type))


def _value(column: Column) -> Code:
    """Return what a value is, as its text in the source has it."""
    return Code(column.read) if column.read else name(column.source)


def marked_columns(columns: Iterable[Column], text_already: bool) -> tuple[ColumnPlan, ...]:
    """Return the columns of the source in which some texts stand for a missing value, NULL there."""
    nulls = {column.source: column.nulls for column in columns if column.nulls}
    return tuple(
        ColumnPlan(name=name(source), sql=Code(cleaned(source, marks, text_already))) for source, marks in nulls.items()
    )


def _misfit(column: Column, text_already: bool) -> Misfit:
    """Return what is said of a value that is not of the column's type, and when."""
    said = text(f"{column.name} is not {_article(column.type)}: ")
    value = name(column.source)
    shown = value if text_already else Code(f"CAST({value} AS VARCHAR)")
    return Misfit(condition=Code(misfits(value, _value(column), column.type)), said=said, value=shown)


def _article(kind: str) -> str:
    return {
        "BOOLEAN": "true or false",
        "BIGINT": "a whole number",
        "DOUBLE": "a number",
        "DATE": "a date",
        "TIMESTAMP": "a timestamp",
    }.get(kind, f"of type {kind}")


def _rules(project: Project, tables: tuple[TablePlan, ...]) -> tuple[RulePlan, ...]:
    """Return every rule with the condition that counts the rows that break it, the built-in rules first."""
    rules: list[RulePlan] = []
    for table in tables:
        if table.misfits:
            broken = "__misfits <> ''"
            rules.append(counted("fits_its_types", table.name, "quarantine", ALLOWED, broken, Code("__misfits")))
        if table.numbered and project.time:
            broken = f"{name(project.time.name)} IS NULL"
            rules.append(counted("time_is_known", table.name, "quarantine", ALLOWED, broken, Code("NULL")))
        if table.unique:
            broken = "__reasons LIKE '%the key is already taken'"
            key = values_of(column.name for column in project.with_role("key", "time"))
            rules.append(counted("key_is_unique", table.name, "quarantine", ALLOWED, broken, key))
    return (*rules, *configured(project))
