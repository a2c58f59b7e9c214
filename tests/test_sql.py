"""Names and values from a config reach DuckDB as they are, and nothing but one row's expression gets through."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from generator.sql.binding import bind
from generator.sql.duckdb_catalog import functions
from generator.sql.parsing import SqlError, column_names, identifier, literal, parse, render
from generator.sql.typing import ExpressionTyping

DATABASE = duckdb.connect()
KEYWORDS = "SELECT DISTINCT keyword_name FROM duckdb_keywords() ORDER BY 1"
WORDS = [row[0] for row in DATABASE.execute(KEYWORDS).fetchall()]
NO_NUL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
NAMES = NO_NUL.filter(str.strip)
HOSTILE = [
    "two words", 'with "quotes"', "it's", "a.b", "'; DROP TABLE t; --", '"; DROP TABLE t; --', "/*", "*/", "--", "$1",
    "?", "line\nbreak", "tab\tstop", "back\\slash", "\\'", "naïve ✓", "名前", "🙂", "%s", "{x}", "${x}", "{{ x }}",
    "1st", "*",
    "current_date", "current_timestamp", "localtime", "user", "rowid", "group", "select", "true", "null", "date",
    "Interval", "CamelCase", " leading", "trailing ", ";", "\u200b", "\x01", "\x1f",
]  # fmt: skip


def evaluated(expression: str) -> object:
    row = DATABASE.execute(f"SELECT {expression}").fetchone()
    assert row is not None
    return row[0]


def assert_is_a_column(name: str) -> None:
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t ({identifier(name)} BIGINT, unlike_any_other BIGINT)")
        database.execute("INSERT INTO t VALUES (42, 0)")
        assert database.execute(f"SELECT {identifier(name)} FROM t").fetchone() == (42,)
        assert database.execute(f"SELECT {identifier(name, 't')} FROM t").fetchone() == (42,)
        assert database.execute("DESCRIBE t").fetchone()[0] == name  # type: ignore[index]


@settings(max_examples=150, deadline=None)
@given(NO_NUL)
def test_any_text_is_a_literal_of_itself(text: str) -> None:
    assert evaluated(literal(text)) == text


@given(st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=100, deadline=None)
def test_any_number_is_a_literal_of_itself(value: bool | int | float) -> None:
    found = evaluated(literal(value))
    assert float(found) == float(value)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(NAMES)
def test_any_text_is_an_identifier_of_itself(name: str) -> None:
    assert_is_a_column(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_an_identifier_and_a_literal(name: str) -> None:
    assert_is_a_column(name)
    assert evaluated(literal(name)) == name


def test_every_keyword_is_an_identifier() -> None:
    columns = ", ".join(f"{identifier(word)} BIGINT" for word in WORDS)
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t ({columns})")
        database.execute(f"INSERT INTO t VALUES ({', '.join(str(index) for index in range(len(WORDS)))})")
        found = database.execute(f"SELECT {', '.join(identifier(word) for word in WORDS)} FROM t").fetchone()
    assert found == tuple(range(len(WORDS)))


@pytest.mark.parametrize("name", [*HOSTILE, *WORDS])
def test_identifier_is_read_back_as_the_same_column(name: str) -> None:
    tree = parse(f"{identifier(name)} + 1")
    assert column_names(tree) == (name,)
    assert column_names(parse(render(tree))) == (name,)


@pytest.mark.parametrize("name", HOSTILE)
def test_bound_expression_over_a_hostile_name_is_typed(name: str) -> None:
    with ExpressionTyping() as typing:
        typing.table("t", {name: "BIGINT"})
        bound = render(bind(parse(f"{identifier(name)} + 1"), [name], table="t"))
        assert typing.type_of(bound, "t") == "BIGINT"


def test_bind_respells_as_declared_and_says_what_is_unknown() -> None:
    assert render(bind(parse("PRICE / Rooms"), ["price", "Rooms"])) == 'price / "Rooms"'
    with pytest.raises(SqlError) as caught:
        bind(parse("prise + 1"), ["price"])
    assert (caught.value.what, caught.value.hint) == ("no column 'prise'", "did you mean 'price'?")


@pytest.mark.parametrize(
    "text",
    [
        "a", "a + b * 2", "-a", "a / b", "a // b", "a % b", "a IS NULL", "a BETWEEN 1 AND 2", "a IN (1, 2)",
        "CASE WHEN a > 1 THEN 'x' ELSE 'y' END", "coalesce(a, b)", "extract(hour FROM t)", "date_trunc('hour', t)",
        "t - INTERVAL 4 HOUR", "upper(s) || '-' || s", "CAST(s AS DOUBLE)", "TRY_CAST(s AS BIGINT)", "s LIKE 'x%'",
        "regexp_matches(s, '^x')", "a -- a comment", "a /* a comment */ + b", "a;", "list_aggregate([a, b], 'sum')",
        "list_sum([a, b])", "greatest(a, b)", "isodow(t)", "epoch(t)", "date_diff('day', t, t)", "age(t, t)",
    ],
)  # fmt: skip
def test_expression_over_one_row_keeps_its_value(text: str) -> None:
    row = "(SELECT 7 AS a, 2 AS b, '12' AS s, TIMESTAMP '2020-01-02 03:04:05' AS t)"
    plain = text.rstrip(";")
    assert (
        DATABASE.execute(f"SELECT {render(parse(text))} FROM {row}").fetchall()
        == DATABASE.execute(f"SELECT {plain}\n FROM {row}").fetchall()
    )


@pytest.mark.parametrize(
    "text",
    [
        # not one expression
        "", " ", "-- nothing", "a, b", "a b", "a AS b", "a; b", "a; DROP TABLE t", ";a", "SELECT a", "a FROM t",
        "a WHERE b", "a ORDER BY b", "a LIMIT 1", "DISTINCT a", "a UNION SELECT b", "DROP TABLE t", "a -", "a AND",
        "'open", '"open',
        "(a", "a)", "/* a", "a /* open", "a */ b", "CASE WHEN a THEN b", "a +* b", "a) FROM t; DROP TABLE t; --",
        "a INTO t", "PRAGMA version", "COPY t TO 'x'", "ATTACH 'x'",
        # not of one row
        "*", "t.a", "count(*)", "sum(a)", "avg(a)", "mean(a)", "product(a)", "median(a)", "histogram(a)", "wavg(a, b)",
        "list(a)", "string_agg(a, ',')", "json_group_array(a)", "any_value(a)", "max(a) FILTER (WHERE b)",
        "sum(a) OVER ()", "row_number() OVER ()", "lag(a) OVER (ORDER BY b)", "(SELECT 1)", "EXISTS (SELECT 1)",
        "a IN (SELECT 1)", "a = ANY (SELECT 1)", "unnest([1])", "COLUMNS('a')", "#1", "$1", "?", "$name",
        # not the same tomorrow, or not of the table
        "now()", "NOW()", "current_date", "current_timestamp", "CURRENT_TIME", "today()", "localtimestamp", "age(t)",
        "random()", "uuid()", "gen_random_uuid()", "setseed(0.5)", "nextval('s')", "hash(a)", "version()",
        "getenv('HOME')", "current_setting('threads')", "getvariable('x')", "current_user", "current_database()",
        "pg_typeof(a)",
        "read_csv('/etc/passwd')", "read_text('/etc/passwd')", "read_parquet('x')", "glob('*')", "query('SELECT 1')",
        "query_table('t')", "sleep_ms(1000)", "write_log('x')", "main.random()", "coalesce(a, random())",
        "CASE WHEN now() > t THEN 1 END", "list_transform([a], x -> random())", "a::VARCHAR || uuid()",
    ],
)  # fmt: skip
def test_what_is_not_an_expression_over_one_row_is_refused(text: str) -> None:
    # The names that sqlglot takes for columns are refused by the binder: the table has none of them.
    with pytest.raises(SqlError) as caught:
        bind(parse(text), ["a", "b", "t"])
    assert caught.value.what
    assert caught.value.hint


def test_a_column_may_be_named_like_a_refused_function() -> None:
    assert column_names(parse("abs(random) + hash + upper(now) + version")) == ("random", "hash", "now", "version")
    assert column_names(parse("count > 1 AND sum < 2 OR now = 3")) == ("count", "sum", "now")
    assert column_names(parse("concat(\"current_date\", 'random', 'now')")) == ("current_date",)


def test_every_aggregate_and_every_volatile_function_of_duckdb_is_refused() -> None:
    rows = DATABASE.execute(
        """SELECT DISTINCT function_name FROM duckdb_functions()
        WHERE (function_type = 'aggregate' OR stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY'))
          AND function_name SIMILAR TO '[a-z_0-9]+'"""
    ).fetchall()
    passed = []
    for (name,) in rows:
        try:
            parse(f"{name}(a)")
        except SqlError:
            continue
        passed.append(name)
    assert passed == []
    assert functions()["upper"] == "row"


def test_nesting_has_an_end() -> None:
    with pytest.raises(SqlError, match="nested too deeply"):
        parse("(" * 4000 + "a" + ")" * 4000)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab1 '\"()*-+/;,.\n\\$?#[]{}:=<>|&%~^!@"), max_size=30))
def test_parse_answers_any_text_with_a_tree_or_a_refusal(text: str) -> None:
    try:
        tree = parse(text)
    except SqlError:
        return
    assert isinstance(tree, exp.Expression)
    assert not tree.find(exp.Select)


def test_judge_reads_no_files_and_says_what_does_not_fit() -> None:
    with ExpressionTyping() as typing:
        typing.table("t", {"price": "DOUBLE", "area": "VARCHAR"})
        for expression, what in {
            "area - price": "'-' cannot take (VARCHAR, DOUBLE)",
            "uper(area)": "no function 'uper'",
            "upper(price)": "'upper' cannot take (DOUBLE)",
        }.items():
            with pytest.raises(SqlError) as caught:
                typing.type_of(expression, "t")
            assert caught.value.what == what
            assert caught.value.hint
        with pytest.raises(SqlError):
            typing.type_of("(SELECT content FROM read_text('/etc/hostname'))", "t")
