"""Names of columns are looked up as SQL means them, and DuckDB is asked about what it alone knows."""

from typing import cast

import pytest
from sqlglot import exp

from generator.config.composed import Composed
from generator.schema.config import Config
from generator.sql.binding import own
from generator.sql.typing import ExpressionTyping
from generator.validation.semantics.session import Session, Types


class Silent:
    """Stands where DuckDB would be asked, and must not be."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"DuckDB is asked for {name}")


def session() -> Session:
    return Session(cast("Config", None), Composed({}, {}), cast("ExpressionTyping", Silent()))


def test_a_column_as_it_stands_is_not_put_to_duckdb() -> None:
    types = Types({"Total": "DOUBLE"})
    assert session().served(("features", "total"), exp.column("TOTAL"), types) == ("DOUBLE", own("Total"))


@pytest.mark.parametrize("tree", [exp.column("gone"), exp.column("missing")])
def test_an_unknown_column_is_told(tree: exp.Column) -> None:
    asked = session()
    assert asked.served(("features", "total"), tree, Types({"Total": "DOUBLE"})) is None
    assert [problem.what for problem in asked.problems] == [f"no column '{tree.name}'"]


def test_a_name_that_is_there_is_not_added_again() -> None:
    types = Types({"Total": "DOUBLE", "total": "BIGINT"})
    types.add("Total", "VARCHAR")
    types.add("late", "BOOLEAN")
    assert dict(types) == {"Total": "DOUBLE", "total": "BIGINT", "late": "BOOLEAN"}
    assert types.spelt == {"total": "total", "late": "late"}
