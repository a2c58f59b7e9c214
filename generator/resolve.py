"""Check a config against itself and against empty DuckDB tables: names, types, roles, leaks, order.

Everything here is the user's to mend, so problems are collected and raised together.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from typing import get_args

from sqlglot import exp

from generator.compose import Composed, Path_
from generator.errors import ConfigError, Problem, suggestion
from generator.project import RESERVED, Column, Dimension, Feature, Project, Rule, Target
from generator.schema import Config
from generator.schema import metrics as metric_names
from generator.schema.data import Column as ColumnConfig
from generator.schema.features import Expression, Lookup
from generator.sql import (
    TYPES,
    Judge,
    SqlProblem,
    bind,
    column_names,
    encoding_of,
    identifier,
    literal,
    parse,
)

FOLDERS = (
    "bundle",
    "conf",
    "data",
    "generator",
    "logs",
    "models",
    "registry",
    "reports",
    "templates",
    "tests",
)
METRICS = {
    "binary": get_args(metric_names.Binary),
    "multiclass": get_args(metric_names.Multiclass),
    "regression": get_args(metric_names.Regression),
}
SPLIT_ADVICE = "choose split=at_random, or give one column `role: time`"


def resolve(config: Config, composed: Composed) -> Project:
    """Return the project that ``config`` describes; raises :class:`ConfigError` with every problem."""
    return _Resolver(config, composed).project()


class _Resolver:
    """One pass over a config; ``problems`` gathers what is wrong as it goes."""

    def __init__(self, config: Config, composed: Composed) -> None:
        self.config = config
        self.composed = composed
        self.problems: list[Problem] = []

    def project(self) -> Project:
        with Judge() as judge:
            self.judge = judge
            self._names()
            self._choices()
            columns = self._columns()
            dimensions = self._dimensions()
            rules = self._rules(columns, dimensions)
            target = self._target(columns)
            features = self._features(columns, dimensions)
            self._slices(columns)
        if self.problems:
            raise ConfigError(self.problems)
        return Project(self.config, columns, dimensions, rules, features, target)

    def _say(self, path: Path_, what: str, hint: str = "") -> None:
        self.problems.append(self.composed.problem(path, what, hint))

    # -- names and choices that must fit together

    def _names(self) -> None:
        package = self.config.project.package
        if package in FOLDERS:
            self._say(("project", "package"), f"'{package}' is a folder of every project", "choose another name")
        elif package in sys.stdlib_module_names:
            self._say(("project", "package"), f"'{package}' is a module of Python itself", "choose another name")
        for name, source in self.config.data.sources.items():
            if source.package and find_spec(source.package) is None:
                path = ("data", "sources", name, "package")
                self._say(path, f"'{source.package}' is not installed", "add it to requirements.txt and install it")

    def _choices(self) -> None:
        problem, split = self.config.problem, self.config.split
        times = [name for name, column in self.config.data.columns.items() if column.role == "time"]
        for name in times[1:]:
            self._say(
                ("data", "columns", name, "role"),
                "a second time column",
                f"'{times[0]}' already has this role",
            )
        if split.kind == "time" and not times:
            self._say(("split", "kind"), "a split by time needs a time column, and the table has none", SPLIT_ADVICE)
        for key in ("decide_before", "label_after"):
            if getattr(problem, key) is not None and not times:
                self._say(("problem", key), "needs a time column, and the table has none", "leave it out")
        if problem.use == "prescriptive" and problem.decision is None:
            self._say(("problem", "use"), "a prescriptive project needs a decision", "add `problem.decision`")
        if problem.use != "prescriptive" and problem.decision is not None:
            self._say(("problem", "decision"), f"a {problem.use} project decides nothing", "set `use: prescriptive`")
        if problem.decision is not None and problem.task != "binary":
            self._say(("problem", "decision", "kind"), "a threshold needs a yes/no target", "set `task: binary`")
        self._metrics()

    def _metrics(self) -> None:
        metrics, task = self.config.metrics, self.config.problem.task
        allowed = METRICS[task]
        named: list[tuple[Path_, str]] = [(("metrics", "primary"), metrics.primary)]
        named += [(("metrics", "report", index), name) for index, name in enumerate(metrics.report)]
        named += [(("metrics", "guardrails", name), name) for name in metrics.guardrails]
        for path, name in named:
            if name not in allowed:
                self._say(path, f"'{name}' does not measure a {task} target", f"allowed: {', '.join(allowed)}")
        reported = {metrics.primary, *metrics.report}
        for name, bounds in metrics.guardrails.items():
            if name in allowed and name not in reported:
                hint = "add it to `metrics.report`"
                self._say(("metrics", "guardrails", name), f"'{name}' is guarded but not reported", hint)
            if bounds.min is None and bounds.max is None:
                self._say(("metrics", "guardrails", name), "a guardrail without a bound", "give `min` or `max`")

    def _slices(self, columns: tuple[Column, ...]) -> None:
        known = [column.name for column in columns if column.role in ("input", "key")]
        for index, name in enumerate(self.config.metrics.slices):
            if name not in known:
                self._say(("metrics", "slices", index), f"no input column '{name}'", suggestion(name, known))

    # -- the table

    def _columns(self) -> tuple[Column, ...]:
        data = self.config.data
        if data.table not in data.sources:
            self._say(("data", "table"), f"no source '{data.table}'", suggestion(data.table, data.sources))
        elif data.sources[data.table].columns:
            hint = "give types and roles in `data.columns` instead"
            self._say(("data", "sources", data.table, "columns"), "this source is the project's table", hint)
        self._distinct(("data", "columns"), data.columns)
        read = {name: column for name, column in data.columns.items() if column.sql is None}
        for name, column in read.items():
            if column.type is None:
                hint = f"add `type:`, one of {', '.join(TYPES)}; or derive it with `sql:`"
                self._say(("data", "columns", name), "the column has neither a type nor an expression", hint)
        types = {name: TYPES[column.type or "text"] for name, column in read.items()}
        derived = {name: column for name, column in data.columns.items() if column.sql is not None}
        trees = self._parsed(
            (("data", "columns", name, "sql"), name, column.sql or "") for name, column in derived.items()
        )
        levels = self._levels(trees, lambda name: ("data", "columns", name, "sql"))
        bound: dict[str, str] = {}
        for name in sorted(levels, key=lambda item: levels[item]):
            path = ("data", "columns", name, "sql")
            kind, text = self._typed(path, trees[name], types, "columns")
            if kind:
                types[name], bound[name] = kind, text
        self._roles(trees, data.columns, types)
        return tuple(
            Column(name, column.source or name, types[name], column.role, bound.get(name), levels.get(name, 0))
            for name, column in data.columns.items()
            if name in types
        )

    def _roles(
        self, trees: Mapping[str, exp.Expression], given: Mapping[str, ColumnConfig], types: Mapping[str, str]
    ) -> None:
        for name, column in given.items():
            path = ("data", "columns", name)
            if column.sql and column.source:
                self._say((*path, "from"), "a derived column is not read from the source", "keep `sql` or `from`")
            if column.role == "time" and types.get(name, "TIMESTAMP") not in ("TIMESTAMP", "DATE"):
                hint = "set `type: timestamp`, or derive one with `sql:`"
                self._say((*path, "role"), f"a time column cannot be {types[name]}", hint)
        late = {name.lower() for name, column in given.items() if column.role == "outcome"}
        for name in _reaching(late, trees) - late:
            actual = next(item for item in given if item.lower() == name)
            if given[actual].role != "drop":
                self._say(
                    (
                        "data",
                        "columns",
                        actual,
                        "role" if "role" in given[actual].model_fields_set else "sql",
                    ),
                    "derived from an outcome, so it is not known when the prediction is made",
                    "give it `role: outcome`",
                )
        if not any(column.role in ("input", "key", "time") for column in given.values()):
            self._say(
                ("data", "columns"),
                "no column is known when the prediction is made",
                "give one `role: input`",
            )

    def _dimensions(self) -> tuple[Dimension, ...]:
        found = []
        for name, source in self.config.data.sources.items():
            if name == self.config.data.table:
                continue
            path: Path_ = ("data", "sources", name)
            self._distinct((*path, "columns"), source.columns)
            if not source.columns:
                self._say(path, "the source has no columns", "list what to keep in `columns:`, with types")
            for index, key in enumerate(source.key):
                if key not in source.columns:
                    self._say((*path, "key", index), f"no column '{key}'", suggestion(key, source.columns))
            if source.known_at and source.columns.get(source.known_at) != "timestamp":
                hint = f"timestamps here: {', '.join(c for c, kind in source.columns.items() if kind == 'timestamp')}"
                self._say((*path, "known_at"), f"no timestamp column '{source.known_at}'", hint)
            if source.known_at and self.config.problem.decide_before is None:
                hint = "set `problem.decide_before`, so that later rows can be left out"
                self._say((*path, "known_at"), "the moment of decision is not stated", hint)
            columns = tuple((column, TYPES[kind]) for column, kind in source.columns.items())
            found.append(Dimension(name, columns, source.key, source.known_at))
        return tuple(found)

    def _rules(self, columns: Iterable[Column], dimensions: Iterable[Dimension]) -> tuple[Rule, ...]:
        tables = {dimension.name: dict(dimension.columns) for dimension in dimensions}
        tables[self.config.data.table] = {column.name: column.type for column in columns}
        rules = []
        for name, check in self.config.data.checks.items():
            path: Path_ = ("data", "checks", name)
            source = check.source or self.config.data.table
            if source not in tables:
                self._say((*path, "source"), f"no source '{source}'", suggestion(source, tables))
                continue
            for index, column in enumerate(check.clear):
                if column not in tables[source]:
                    self._say((*path, "clear", index), f"no column '{column}'", suggestion(column, tables[source]))
            if (check.otherwise == "clear") != bool(check.clear):
                self._say((*path, "clear"), "`otherwise: clear` and `clear: [columns]` go together", "give both")
            expect = self._boolean((*path, "expect"), check.expect, tables[source])
            rules.append(Rule(name, source, expect, check.otherwise, check.clear, check.at_most))
        return tuple(rules)

    def _target(self, columns: Iterable[Column]) -> Target:
        given, task = self.config.problem.target, self.config.problem.task
        path: Path_ = ("problem", "target", "sql")
        trees = self._parsed([(path, "target", given.sql)])
        if not trees:
            return Target("NULL")
        types = {column.name: column.type for column in columns}
        kind, text = self._typed(path, trees["target"], types, "target")
        if not kind:
            return Target("NULL")
        if task == "regression" and encoding_of(kind) != "number":
            self._say(path, f"a regression target cannot be {kind}", "give a number")
        if task == "binary" and kind != "BOOLEAN" and given.positive is None:
            hint = "compare it with a value, or name the value that counts as yes in `problem.target.positive`"
            self._say(path, f"a binary target has to be true or false, and this is {kind}", hint)
        if task == "binary" and given.positive is not None:
            return Target(f"({text}) = {self._positive(kind)}")
        return Target(
            {"multiclass": f"CAST({text} AS VARCHAR)", "regression": f"CAST({text} AS DOUBLE)"}.get(task, text)
        )

    def _positive(self, kind: str) -> str:
        value = self.config.problem.target.positive
        fits = {"VARCHAR": str, "BOOLEAN": bool}.get(kind, int)
        if type(value) is not fits:
            hint = f"the target is {kind}: write the value the way the data has it"
            self._say(("problem", "target", "positive"), f"{value!r} is not a value of the target", hint)
        return literal(value if value is not None else True)

    # -- features

    def _features(self, columns: tuple[Column, ...], dimensions: tuple[Dimension, ...]) -> tuple[Feature, ...]:
        given = self.config.features
        inputs = {column.name: column.type for column in columns if column.role in ("input", "key", "time")}
        outcomes = {column.name.lower() for column in columns if column.role == "outcome"}
        self._distinct(("features",), given)
        if not given and self.config.problem.use != "descriptive":
            self._say(("features",), "a model needs a feature", "write `name: expression`")
        looked_up = {
            name: self._lookup(name, feature, inputs, outcomes, dimensions)
            for name, feature in given.items()
            if isinstance(feature, Lookup)
        }
        own = {name: feature for name, feature in given.items() if isinstance(feature, Expression)}
        trees = self._parsed((self._sql_path(name), name, feature.sql) for name, feature in own.items())
        types = inputs | {name: feature.type for name, feature in looked_up.items() if feature}
        for name in given:
            clash = {column.lower() for column in inputs} & {name.lower()}
            tree = trees.get(name)
            if clash and not (isinstance(tree, exp.Column) and tree.name.lower() == name.lower()):
                hint = "call it something else, so that its name means one thing"
                self._say(("features", name), f"'{name}' is already a column of the table", hint)
        trees = {name: tree for name, tree in trees.items() if not self._leaks(self._sql_path(name), tree, outcomes)}
        levels = self._levels(
            {
                name: tree
                for name, tree in trees.items()
                if not isinstance(tree, exp.Column) or tree.name.lower() != name.lower()
            },
            self._sql_path,
        )
        found: dict[str, Feature] = {name: feature for name, feature in looked_up.items() if feature}
        for name in sorted(trees, key=lambda item: levels.get(item, 0)):
            kind, text = self._typed(self._sql_path(name), trees[name], types, "inputs")
            if kind:
                types[name] = kind
                found[name] = Feature(name, kind, self._encoding(name, kind), levels.get(name, 0), sql=text)
        return tuple(found[name] for name in given if name in found)

    def _sql_path(self, name: str) -> Path_:
        """Return the path of a feature's expression: the feature itself where only the expression is written."""
        written = self.composed.values.get("features", {}).get(name)
        return ("features", name, "sql") if isinstance(written, dict) else ("features", name)

    def _lookup(
        self,
        name: str,
        feature: Lookup,
        inputs: Mapping[str, str],
        outcomes: set[str],
        dimensions: Iterable[Dimension],
    ) -> Feature | None:
        path: Path_ = ("features", name, "lookup")
        known = {dimension.name: dimension for dimension in dimensions}
        source, _, column = feature.lookup.partition(".")
        dimension = known.get(source)
        if dimension is None:
            return self._say(path, f"no source '{source}' to look up", suggestion(source, known))
        types = dict(dimension.columns)
        if column not in types:
            return self._say(path, f"'{source}' has no column '{column}'", suggestion(column, types))
        by_path: Path_ = ("features", name, "by")
        if len(feature.by) != len(dimension.key):
            key = ", ".join(dimension.key) or "nothing yet: add `key:` to the source"
            return self._say(
                by_path,
                f"{len(feature.by)} expressions for a key of {len(dimension.key)}",
                f"the key is {key}",
            )
        bound = []
        for key, text in zip(dimension.key, feature.by, strict=True):
            for tree in self._parsed([(by_path, name, text)]).values():
                if self._leaks(by_path, tree, outcomes):
                    continue
                kind, sql = self._typed(by_path, tree, inputs, "inputs")
                if kind and kind != types[key] and {encoding_of(kind), encoding_of(types[key])} != {"number"}:
                    self._say(
                        by_path,
                        f"'{text}' is {kind}, and the key '{key}' is {types[key]}",
                        "cast one of them",
                    )
                bound.append(sql)
        kind = types[column]
        encoding = self._encoding(name, kind)
        return Feature(name, kind, encoding, 0, dimension=source, column=column, by=tuple(bound))

    def _encoding(self, name: str, kind: str) -> str:
        asked = self.config.features[name].encode
        natural = encoding_of(kind)
        if natural is None:
            hint = "turn it into a number or a text, as in `extract(hour FROM ...)` or `epoch(...)`"
            self._say(("features", name), f"a model cannot see a {kind}", hint)
        if asked == "number" and natural == "category":
            self._say(
                ("features", name, "encode"),
                f"{kind} is not a number",
                "cast it in `sql:`, or encode a category",
            )
        return asked or natural or "number"

    def _leaks(self, path: Path_, tree: exp.Expression, outcomes: set[str]) -> bool:
        late = [name for name in column_names(tree) if name.lower() in outcomes]
        if late:
            what = f"'{late[0]}' is an outcome: it is not known when the prediction is made"
            self._say(path, what, "use only columns with `role: input`, `key` or `time`")
        return bool(late)

    # -- shared

    def _distinct(self, path: Path_, names: Iterable[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            other = seen.setdefault(name.lower(), name)
            if other != name:
                hint = "SQL ignores case: rename one of the two"
                self._say((*path, name), f"'{other}' and '{name}' differ only by case", hint)
            if name.startswith(RESERVED):
                self._say((*path, name), f"names that begin with '{RESERVED}' are kept", "choose another name")

    def _parsed(self, texts: Iterable[tuple[Path_, str, str]]) -> dict[str, exp.Expression]:
        trees = {}
        for path, name, text in texts:
            try:
                trees[name] = parse(text)
            except SqlProblem as problem:
                self._say(path, problem.what, problem.hint)
        return trees

    def _typed(self, path: Path_, tree: exp.Expression, types: Mapping[str, str], table: str) -> tuple[str, str]:
        """Return the type and the bound text of ``tree`` over columns of ``types``; empty where it is refused."""
        try:
            self.judge.table(table, types or {"__row": "BIGINT"})
            text = bind(tree, types).sql(dialect="duckdb", comments=False)
            return self.judge.type_of(text, table), text
        except SqlProblem as problem:
            self._say(path, problem.what, problem.hint)
            return "", ""

    def _boolean(self, path: Path_, text: str, types: Mapping[str, str]) -> str:
        for tree in self._parsed([(path, "check", text)]).values():
            kind, bound = self._typed(path, tree, types, "checked")
            if kind and kind != "BOOLEAN":
                self._say(path, f"a rule has to be true or false, and this is {kind}", "compare it with something")
            return bound
        return ""

    def _levels(self, trees: Mapping[str, exp.Expression], path: Callable[[str], Path_]) -> dict[str, int]:
        """Return how many steps of derivation each name needs, 1 for the first; refuses circles."""
        actual = {name.lower(): name for name in trees}
        needs = {
            name: {actual[n.lower()] for n in column_names(tree) if n.lower() in actual} for name, tree in trees.items()
        }
        levels: dict[str, int] = {}
        while len(levels) < len(needs):
            ready = [n for n in needs if n not in levels and needs[n] <= levels.keys()]
            if not ready:
                circle = sorted(needs.keys() - levels.keys())
                for name in circle:
                    self._say(
                        path(name),
                        f"goes round in a circle: {' -> '.join([*circle, circle[0]])}",
                        "break the circle",
                    )
                break
            levels |= {name: 1 + max((levels[n] for n in needs[name]), default=0) for name in ready}
        return levels


def _reaching(start: set[str], trees: Mapping[str, exp.Expression]) -> set[str]:
    """Return the lower-case names that are in ``start`` or derived from it, however indirectly."""
    reached = set(start)
    while True:
        more = {name.lower() for name, tree in trees.items() if {n.lower() for n in column_names(tree)} & reached}
        if more <= reached:
            return reached
        reached |= more
