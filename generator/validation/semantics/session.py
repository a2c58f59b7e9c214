"""What every check shares: the config, the typing of its SQL, and the problems found so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from generator.compile.compiler import COLUMN_TYPES
from generator.compile.expressions import check_expression, normalise
from generator.config.composed import Composed
from generator.config.source_map import Path_
from generator.errors import Problem, nearest, suggestion
from generator.project import RESERVED
from generator.schema.config import Config
from generator.schema.features import Expression, Lookup
from generator.sql.binding import BoundExpression, bind, bound, own
from generator.sql.parsing import SqlError, column_names, identifier, literal, parse
from generator.sql.typing import ExpressionTyping

Refusal = tuple[str, str] | None
"""Why a name cannot be used, and what to do; None where another problem has said so already."""


class Types(dict[str, str]):
    """The types of columns by name, for many expressions: which of its names one means is looked up, not searched.

    ``spelt`` has each name by its small letters, as SQL ignores case; of those that differ by it alone the last.
    """

    def __init__(self, types: Mapping[str, str]) -> None:
        super().__init__(types)
        self.spelt = {name.lower(): name for name in types}

    def add(self, name: str, type_: str) -> None:
        """Add a column, unless there is one of exactly this name."""
        if name not in self:
            self[name] = type_
            self.spelt[name.lower()] = name


@dataclass
class Session:
    """One pass over a config; ``problems`` gathers what is wrong as it goes."""

    config: Config
    composed: Composed
    typing: ExpressionTyping
    problems: list[Problem] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    """The texts of the project's own modules that were read, by their paths from its root."""

    def say(self, path: Path_, what: str, hint: str) -> None:
        """Note a problem at ``path``."""
        self.problems.append(self.composed.problem(path, what, hint))

    def part(self, path: Path_, index: int) -> Path_:
        """Return the path of one of the values at ``path``: that itself, where one alone is written without a list."""
        return (*path, index) if isinstance(self.composed.at(path), list) else path

    def distinct(self, path: Path_, names: Iterable[str]) -> None:
        """Refuse names that are the same to SQL, and those that a project keeps for itself."""
        seen: dict[str, str] = {}
        for name in names:
            other = seen.setdefault(name.lower(), name)
            if other != name:
                hint = "SQL ignores case: rename one of the two"
                self.say((*path, name), f"'{other}' and '{name}' differ only by case", hint)
            if name.startswith(RESERVED):
                hint = "choose another name; `from:` may still read it from the source"
                self.say((*path, name), f"names that begin with '{RESERVED}' are the project's own", hint)

    def tree(self, path: Path_, text: str) -> exp.Expression | None:
        """Return the parsed expression that stands at ``path``, or None where it is refused."""
        try:
            return parse(text)
        except SqlError as error:
            self.say(path, error.what, self._unquoted(text) or error.hint)
            return None

    def _unquoted(self, text: str) -> str:
        """Return a hint where ``text`` holds the name of a column that SQL takes for two words."""
        names = (name for name in self.config.data.columns if not name.isidentifier() and name in text)
        return next((f"quote the name: {identifier(name)}" for name in names if identifier(name) not in text), "")

    def computed(self) -> tuple[str, ...]:
        """Return the names of the features that are more than a column passed on."""
        return tuple(
            name
            for name, feature in self.config.features.items()
            if not (isinstance(feature, Expression) and feature.sql.strip('" ').lower() == name.lower())
        )

    def instead_of(self, feature: str) -> str:
        """Return what to do where ``feature`` cannot be used, as only columns can."""
        if isinstance(self.config.features[feature], Expression):
            return "write its expression here instead"
        if isinstance(self.config.features[feature], Lookup):
            return "a lookup is not looked up by: let one source hold both, as a `python:` source that joins them may"
        return "use a column of the table, or an expression over columns"

    def typed(
        self, path: Path_, tree: exp.Expression, types: Mapping[str, str], barred: Mapping[str, Refusal] | None = None
    ) -> tuple[str, BoundExpression] | None:
        """Return the type of ``tree`` over columns of ``types`` and the bound expression, or None where it is refused.

        ``barred`` says of names in small letters that are no columns of ``types`` why they are not.
        """
        known = types.spelt if isinstance(types, Types) else Types(types).spelt
        unknown = [name for name in column_names(tree) if name.lower() not in known]
        quoted = {column.name for column in tree.find_all(exp.Column) if column.this.args.get("quoted")}
        for name in unknown:
            if name.lower() not in (barred or {}):
                hint = f"a text stands in single quotes: {literal(name)}" if name in quoted else ""
                near = "" if hint and not nearest(name, types) else _meant(name, types)
                self.say(path, f"no column '{name}'", "; ".join(filter(None, (near, hint))))
            elif refusal := (barred or {})[name.lower()]:
                self.say(path, *refusal)
        if unknown:
            return None
        try:
            read = _read(tree, types)
            self.typing.table("inputs", read)
            found = bound(bind(tree, read))
            return self.typing.type_of(found.text, "inputs"), found
        except SqlError as error:
            self.say(path, error.what, error.hint)
            return None

    def served(
        self, path: Path_, tree: exp.Expression, types: Mapping[str, str], barred: Mapping[str, Refusal] | None = None
    ) -> tuple[str, BoundExpression] | None:
        """Return what :meth:`typed` does for what is computed in serving too, normalised for both compilers.

        What cannot be compiled for serving is refused. A column as it stands has its own type, and nothing is asked.
        """
        if isinstance(tree, exp.Column) and isinstance(types, Types) and not tree.table:
            name = types.spelt.get(tree.name.lower(), "")
            if types.get(name) in COLUMN_TYPES:
                return types[name], own(name)
        typed = self.typed(path, tree, types, barred)
        if typed is None:
            return None
        known = _read(tree, types)
        found = bound(normalise(bind(tree, known), known, self.typing))
        if error := check_expression(found.tree, known, self.typing):
            self.say(path, error.what, error.hint)
            return typed
        return self.typing.type_of(found.text, "inputs"), found


def _read(tree: exp.Expression, types: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of ``types`` that ``tree`` reads, or one that nothing reads: no table is without.

    Of names that differ only by case, which is refused elsewhere, one is taken: DuckDB would stop at two.
    """
    known = types.spelt if isinstance(types, Types) else Types(types).spelt
    names = (known.get(name.lower()) for name in column_names(tree))
    return {name: types[name] for name in names if name is not None} or {RESERVED: "BIGINT"}


def _meant(name: str, types: Mapping[str, str]) -> str:
    """Return a hint for the column ``name``, which is none of ``types``."""
    near = suggestion(name, types)
    return near if nearest(name, types) else "; ".join(["declare it in `data.columns`", *([near] if near else [])])
