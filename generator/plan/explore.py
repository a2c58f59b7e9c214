"""Plan the exploration: what is looked at, how each column is encoded, which hypotheses are tested."""

from dataclasses import dataclass

from generator.plan.select import ColumnPlan
from generator.plan.tasks import task_of
from generator.project import Column, Project, expressions_of
from generator.sql import parsing as sql
from generator.sql.code import Code, name, names

PLAIN = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR", "TIMESTAMP")
MOMENTS = ("DATE", "TIMESTAMP")
MODULES = ("sample", "profile", "relations", "data_warnings")
TESTING = ("models", "study", "hypotheses", "verdicts")
MEASURES = {
    "binary": {
        "name": "ROC-AUC",
        "words": "The chance that a row where the target is true gets a higher estimate from this column alone than a "
        "row where it is not. 0.5 is no relation, 1 is a perfect one.",
        "none": 0.5,
    },
    "multiclass": {
        "name": "ROC-AUC of one class against the rest",
        "words": "The chance that a row of a class gets a higher estimate for it from this column alone than a row of "
        "another class, on average over the classes. 0.5 is no relation, 1 is a perfect one.",
        "none": 0.5,
    },
    "regression": {
        "name": "R²",
        "words": "The share of the target's variance that an estimate from this column alone explains. 0 is no "
        "relation, 1 is a perfect one.",
        "none": 0.0,
    },
}
"""How a single column is measured against each kind of target."""

HYPOTHESES = {
    "signal": (
        "The inputs carry information about the target.",
        "a model can help",
        "look for other inputs before you look for a better model",
    ),
    "nonlinear": (
        "Trees beat a linear model.",
        "prefer trees, or give the linear model bent features",
        "a linear model is as good, and can be read",
    ),
    "interactions": (
        "Inputs matter together, not only one by one.",
        "allow deep trees; features that combine inputs may help a linear model",
        "shallow trees or single effects are enough",
    ),
    "missingness": (
        "Missing values carry information.",
        "keep gaps as they are, or flag them",
        "fill gaps in whichever way is convenient",
    ),
    "categories": (
        "Texts carry information that numbers do not.",
        "encode texts with care; lookups by them may add more",
        "texts can be left out",
    ),
    "more_data": (
        "More rows would help.",
        "collect more rows, or learn from more of them",
        "spend effort on inputs, not on more rows",
    ),
    "drift": (
        "What is learned goes out of date.",
        "train on recent rows, watch closely, retrain often",
        "old rows are as good as new ones",
    ),
}
"""Each hypothesis in words, and what follows when it is confirmed or rejected."""


@dataclass(frozen=True, kw_only=True)
class ExploredColumn:
    """A column with its name, type and role as texts, and the functions that describe and encode it."""

    label: str
    type: str
    role: str
    kind: str

    @property
    def encoder(self) -> Code:
        """The name of the function that encodes the column."""
        return Code(self.kind)


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """One hypothesis: its function, its statement, and what follows when it is confirmed or rejected."""

    name: Code
    label: str
    statement: str
    confirmed: str
    rejected: str


@dataclass(frozen=True, kw_only=True)
class ExplorePlan:
    """What ``explore.py``, ``explore.sql`` and the modules of ``exploration/`` need."""

    modules: tuple[str, ...]
    casts: tuple[ColumnPlan, ...]
    digested: Code
    columns: tuple[ExploredColumn, ...]
    inputs: tuple[ExploredColumn, ...]
    outcomes: tuple[ExploredColumn, ...]
    timed: bool
    measure: dict[str, object]
    relation_imports: Code
    target_template: str
    relation_template: str
    models_template: str
    estimator: Code
    hypotheses: tuple[Hypothesis, ...]
    hypothesis_templates: tuple[str, ...]
    model_imports: Code
    study_imports: Code
    study_arguments: Code
    sampled_by: Code
    first: Code

    @property
    def numbers(self) -> bool:
        """Return whether any explored column is a number."""
        return any(column.kind == "number" for column in (*self.inputs, *self.outcomes))

    @property
    def moments(self) -> bool:
        """Return whether any explored column is a date or a timestamp."""
        return any(column.kind == "moment" for column in (*self.inputs, *self.outcomes))


def explore_plan(project: Project) -> ExplorePlan:
    """Plan the exploration of the training rows."""
    task = project.config.problem.task
    asked = tuple(item for item in project.config.explore.hypotheses if project.time or item != "drift")
    timed = "drift" in asked
    inputs = _inputs(project)
    kept = [column for column in project.columns if column.role != "drop"]
    arguments = f", sample[{project.time.name!r}]" if timed and project.time else ""
    return ExplorePlan(
        modules=(*MODULES, *TESTING) if asked else MODULES,
        casts=tuple(
            ColumnPlan(name=name(column.name), sql=_plain(column)) for column in kept if column.type not in PLAIN
        ),
        digested=names(column.name for column in inputs),
        columns=tuple(_explored(column) for column in project.with_role("key", "time", "input")),
        inputs=tuple(_explored(column) for column in inputs),
        outcomes=tuple(_explored(column) for column in project.with_role("outcome")),
        timed=timed,
        measure=MEASURES[task],
        relation_imports=Code("" if task == "regression" else "from scipy.stats import rankdata"),
        target_template=f"package/exploration/target/{task}.py.jinja",
        relation_template=f"package/exploration/relation/{task}.py.jinja",
        models_template=f"package/exploration/models/{task}.py.jinja",
        estimator=task_of(project).estimator,
        hypotheses=tuple(_hypothesis(item) for item in asked),
        hypothesis_templates=tuple(f"package/exploration/hypotheses/{item}.py.jinja" for item in asked),
        model_imports=Code(", ".join(_model_imports(asked))),
        study_imports=Code(", ".join(_study_imports(asked))),
        study_arguments=Code(arguments),
        sampled_by=Code("__group" if project.group else "__row"),
        first=Code("np.arange(len(target)) < len(target) // 2" if project.group else "np.arange(len(target)) % 2 == 0"),
    )


def _inputs(project: Project) -> tuple[Column, ...]:
    """Return what a model may see: the inputs, and of the keys and the time those that a feature uses."""
    expressions = (expression for feature in project.features for expression in expressions_of(feature))
    used = {column for expression in expressions for column in expression.columns}
    known = project.with_role("key", "time", "input")
    only_grouped = set(project.group.columns if project.group else ()) - used  # which no model sees
    wanted = {column.name for column in known if column.role == "input"} - only_grouped | used
    return tuple(column for column in known if column.name in wanted) or known


def _explored(column: Column) -> ExploredColumn:
    kind = {"number": "number", "category": "text"}.get(sql.encoding_of(column.type) or "", "text")
    if column.type.startswith(MOMENTS):
        kind = "moment"
    return ExploredColumn(label=column.name, type=column.type, role=column.role, kind=kind)


def _plain(column: Column) -> Code:
    """Return the column in a type that every library knows."""
    plain = {"number": "DOUBLE", "moment": "TIMESTAMP", "text": "VARCHAR"}[_explored(column).kind]
    return Code(f"CAST({name(column.name)} AS {plain})")


def _hypothesis(item: str) -> Hypothesis:
    statement, confirmed, rejected = HYPOTHESES[item]
    return Hypothesis(name=Code(item), label=item, statement=statement, confirmed=confirmed, rejected=rejected)


def _model_imports(asked: tuple[str, ...]) -> list[str]:
    drift = ["constant", "losses"] if "drift" in asked else []
    trees = ["trees"] if {"drift", "more_data"} & set(asked) else []
    return [*drift, *trees]


def _study_imports(asked: tuple[str, ...]) -> list[str]:
    compare = ["compare"] if set(asked) - {"drift"} else []
    finding = ["finding"] if "drift" in asked else []
    untested = ["untested"] if {"missingness", "categories"} & set(asked) else []
    return ["Finding", "Study", *compare, *finding, *untested]
