"""Plan how files are scored in bulk: read as the project reads its own, or with the columns of its table."""

from collections.abc import Iterable
from dataclasses import dataclass

from generator.plan.collect import CollectPlan, Reader, step_code
from generator.plan.process import TablePlan, table_plan
from generator.plan.requests import needed_columns
from generator.plan.rules import rules_of
from generator.plan.select import ColumnPlan
from generator.project import Column, Project
from generator.schema.origins import AnyFile, origin_of
from generator.schema.source import Source
from generator.sources.reading import StepPlan
from generator.sql.code import Code, name

OF_CLASS = "probability of "
ANSWERS = {
    "binary": ("probability", "act", "expected_gain"),
    "multiclass": ("class", OF_CLASS),
    "regression": ("value",),
}
"""What the columns with predictions are called; those with the probability of a class begin so."""

BOUNDS = ("low", "high")
"""The same, of prediction intervals."""

NUMBER = Code("__row")
"""The column that numbers the rows of a batch."""

SHARED = ("quotes", "paths", "prepare", "unpack")
"""The modules that read any file in bulk."""

PREFIX = "predicted_"
"""What stands before these names where the project's own data has one of them."""


@dataclass(frozen=True, kw_only=True)
class FormPlan:
    """How rows in one form become the inputs of features; ``texts`` are columns that are read as text first."""

    about: Code
    texts: tuple[ColumnPlan, ...]
    table: TablePlan


@dataclass(frozen=True, kw_only=True)
class BulkPlan:
    """What ``service/rows.py`` and ``service/bulk.py`` need: the columns of both forms, and how files are read."""

    table: Code
    raw: FormPlan
    clean: FormPlan
    raw_columns: tuple[str, ...]
    spelt: tuple[str, ...]
    """Columns of the project's own file whose texts are read by an expression, which would misread numbers."""
    own: str
    """The format of the project's own file; nothing where a function or a database makes its rows."""
    reader: Reader | None
    steps: tuple[StepPlan, ...]
    texts: bool
    prefix: str
    answer_template: str
    classes: bool
    calls: bool
    decision: bool
    interval: bool

    @property
    def partial(self) -> bool:
        """Return whether any step is called with options."""
        return any(step.options for step in self.steps)

    @property
    def step_codes(self) -> tuple[Code, ...]:
        """Return the code of each step."""
        return tuple(step_code(step) for step in self.steps)

    @property
    def step_modules(self) -> tuple[tuple[Code, Code], ...]:
        """Return the module and the function of each step."""
        return tuple(sorted((Code(step.module), Code(step.function)) for step in self.steps))


def bulk_plan(project: Project, collect: CollectPlan, calls: bool) -> BulkPlan:
    """Plan the reading of files that are to be scored."""
    config = project.config
    label = config.data.table
    source = config.data.sources[label]
    columns = _read(project)
    needed = needed_columns(project)
    raw = tuple(dict.fromkeys(column.source for column in columns if column.sql is None))
    texts = tuple(ColumnPlan(name=name(column), sql=Code(f"CAST({name(column)} AS VARCHAR)")) for column in raw)
    return BulkPlan(
        table=Code(label),
        raw=FormPlan(
            about=Code(f"the file that data/tables/{label}.parquet is made from"),
            texts=texts if source.is_text else (),
            table=table_plan(
                Code("__rows"),
                Code("__texts" if source.is_text else "__rows"),
                columns,
                rules_of(project, columns),
                kept=[column.name for column in needed],
                time=project.time if project.time in columns else None,
                text_already=source.is_text,
                number=NUMBER,
            ),
        ),
        clean=_clean_form(label, needed),
        raw_columns=raw,
        spelt=_spelt(source, columns),
        own=source.format if isinstance(origin_of(source), AnyFile) else "",
        reader=collect.readers_of.get(label),
        steps=tuple(step for step in collect.steps_of.get(label, ()) if step.function != "unpacked"),
        texts=source.is_text,
        prefix=_prefix(project),
        answer_template=f"package/service/bulk/{config.problem.task}.py.jinja",
        classes=config.problem.task == "multiclass",
        calls=calls,
        decision=config.problem.decision is not None,
        interval=config.problem.prediction_interval is not None,
    )


def _clean_form(label: str, needed: tuple[Column, ...]) -> FormPlan:
    """Return the form of rows that have the columns of the table ``label`` already."""
    own = [Column(column.name, column.name, column.type, column.role, None, 0) for column in needed]
    table = table_plan(
        Code("__rows"),
        Code("__rows"),
        own,
        [],
        kept=[column.name for column in needed],
        time=next((column for column in own if column.role == "time"), None),
        text_already=False,
        number=NUMBER,
    )
    return FormPlan(about=Code(f"data/tables/{label}.parquet"), texts=(), table=table)


def shared_modules(project: Project, collect: CollectPlan) -> tuple[str, ...]:
    """Return the modules that read files, in ``collect`` and, where there is a service, in bulk."""
    served = () if project.config.problem.use == "descriptive" else SHARED
    return tuple(dict.fromkeys((*collect.shared, *served)))


def bulk_modules(project: Project, collect: CollectPlan) -> tuple[str, ...]:
    """Return what the bundle needs of the package to read files."""
    label = project.config.data.table
    steps = (step.module for step in collect.steps_of.get(label, ()))
    read = ("readers", *map(str, collect.uses)) if label in collect.readers_of else ()
    return tuple(dict.fromkeys(f"data/{module}.py" for module in (*SHARED, *steps, *read)))


def _read(project: Project) -> tuple[Column, ...]:
    """Return the columns of the table that inputs are made of: they themselves, and what these are derived from."""
    found = {column.name for column in needed_columns(project)}
    for column in sorted(project.columns, key=lambda column: -column.level):
        if column.name in found and column.sql is not None:
            found |= set(column.sql.columns)
    return tuple(column for column in project.columns if column.name in found)


def _prefix(project: Project) -> str:
    """Return what predictions are called by, so that no column of the project's own has such a name."""
    own = {text.casefold() for column in project.columns for text in (column.name, column.source)}
    problem = project.config.problem
    wanted = (*ANSWERS[problem.task], *(BOUNDS if problem.prediction_interval else ()))
    taken = any(column in wanted or (column.startswith(OF_CLASS) and OF_CLASS in wanted) for column in own)
    return PREFIX if taken else ""


def _spelt(source: Source, columns: Iterable[Column]) -> tuple[str, ...]:
    """Return the columns of texts that an expression reads: those of a file that is text, or JSON."""
    texts = source.is_text or source.format == "json"
    return tuple(sorted({column.source for column in columns if column.read and texts}))
