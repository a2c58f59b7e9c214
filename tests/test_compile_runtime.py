"""The runtime functions, one by one, where SQL and Python part ways; DuckDB is asked, not remembered."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import duckdb
import pytest

from generator.compile import (
    runtime_casts,
    runtime_dates,
    runtime_elementary,
    runtime_logic,
    runtime_numbers,
    runtime_text,
    runtime_zones,
)
from generator.compile.runtime_dates import Interval
from generator.compile.runtime_numbers import OutsideError, RowError
from tests.expressions import DAY_TEXTS, NUMERALS, agree

DATABASE = duckdb.connect()
NAN, INF = math.nan, math.inf
DOUBLES = (
    *(-128.33, -128.5, -128.6, 127.4, 127.5),
    NAN,
    INF,
    -INF,
    0.0,
    -0.0,
    5e-324,
    1e308,
    2.5,
    -2.5,
    0.5,
    -0.5,
    2.675,
    1.005,
    1e16,
    1e-7,
    123456.789,
    -1.0,
    3.0,
)
INTEGERS = (0, 1, -1, 7, -7, 60, 2**53 + 1, 2**63 - 1, -(2**63), 5 * 10**18, -1250, 1249)


def asked(expression: str, *values: Any) -> Any:
    """Return DuckDB's answer, or RowError where it stops; ``values`` are columns, so that nothing is folded."""
    columns = ", ".join(f"?::{kind(value)} AS v{index}" for index, value in enumerate(values))
    query = f"WITH t AS MATERIALIZED (SELECT {columns}) SELECT {expression} FROM t"
    try:
        found = DATABASE.execute(query, list(values)).fetchone()
    except duckdb.Error:
        return RowError
    assert found is not None
    return found[0]


def kind(value: Any) -> str:
    kinds = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR", date: "DATE", datetime: "TIMESTAMP"}
    return kinds[type(value)]


def called(function: Callable[..., Any], *values: Any) -> Any:
    try:
        return function(*values)
    except RowError as error:
        return OutsideError if isinstance(error, OutsideError) else RowError


def assert_same(function: Callable[..., Any], expression: str, *values: Any) -> None:
    theirs, ours = asked(expression, *values), called(function, *values)
    assert theirs is ours or agree(theirs, ours) or ours is OutsideError, (expression, values, theirs, ours)


@pytest.mark.parametrize(
    ("function", "expression"),
    [
        (runtime_numbers.sign, "sign(v0)::BIGINT"),
        (runtime_numbers.floor, "floor(v0)"),
        (runtime_numbers.ceiling, "ceil(v0)"),
        (runtime_numbers.round_double, "round(v0)"),
        (runtime_numbers.trunc_double, "trunc(v0)"),
        (runtime_elementary.square_root, "sqrt(v0)"),
        (runtime_elementary.cube_root, "cbrt(v0)"),
        (runtime_elementary.exponential, "exp(v0)"),
        (runtime_elementary.natural_log, "ln(v0)"),
        (runtime_elementary.log10, "log(v0)"),
        (runtime_elementary.sine, "sin(v0)"),
        (runtime_elementary.cosine, "cos(v0)"),
        (runtime_elementary.tangent, "tan(v0)"),
        (runtime_elementary.arcsine, "asin(v0)"),
        (runtime_elementary.arccosine, "acos(v0)"),
        (runtime_numbers.double_to_bigint, "v0::BIGINT"),
        (runtime_numbers.double_to_tinyint, "v0::TINYINT"),
        (runtime_casts.double_to_text, "v0::VARCHAR"),
    ],
)
def test_functions_of_a_double(function: Callable[[float], Any], expression: str) -> None:
    for value in DOUBLES:
        assert_same(function, expression, value)


@pytest.mark.parametrize(
    ("function", "expression"),
    [
        (runtime_numbers.divide, "v0 / v1"),
        (runtime_numbers.divide_strictly, "v0 // v1"),
        (runtime_numbers.float_remainder, "v0 % v1"),
        (runtime_elementary.power, "power(v0, v1)"),
        (runtime_elementary.log, "log(v0, v1)"),
        (runtime_numbers.less, "v0 < v1"),
        (runtime_numbers.equal, "v0 = v1"),
        (runtime_numbers.same, "v0 IS NOT DISTINCT FROM v1"),
        (runtime_logic.greatest_double, "greatest(v0, v1)"),
        (runtime_logic.least_double, "least(v0, v1)"),
    ],
)
def test_functions_of_two_doubles(function: Callable[[float, float], Any], expression: str) -> None:
    for left in DOUBLES:
        for right in DOUBLES:
            assert_same(function, expression, left, right)


def test_functions_of_integers() -> None:
    least = -(2**63)
    for left in INTEGERS:
        assert_same(lambda value: runtime_numbers.bigint(-value), "-v0", left)
        for right in INTEGERS:
            assert_same(lambda x, y: runtime_numbers.bigint(runtime_numbers.quotient(x, y)), "v0 // v1", left, right)
            assert_same(lambda x, y: runtime_numbers.remainder(x, y, least), "v0 % v1", left, right)
            assert_same(lambda x, y: runtime_numbers.bigint(x * y), "v0 * v1", left, right)
        for digits in (-25, -19, -18, -2, -1, 0, 3):
            for name in ("round", "trunc"):
                function = getattr(runtime_numbers, f"{name}_integer")
                assert_same(lambda x, f=function, n=digits: f(x, n, 2**63 - 1), f"{name}(v0, {digits})", left)


def test_rounding_to_digits() -> None:
    for value in DOUBLES:
        for digits in (-400, -308, -20, -2, -1, 0, 1, 2, 5, 17, 308, 400):
            assert_same(lambda x, n=digits: runtime_numbers.round_to(x, n), f"round(v0, {digits})", value)
            assert_same(lambda x, n=digits: runtime_numbers.trunc_to(x, n), f"trunc(v0, {digits})", value)


@pytest.mark.slow
def test_letters_change_case_as_in_duckdb_for_every_code_point() -> None:
    query = """SELECT chr(c::INTEGER), lower(chr(c::INTEGER)), upper(chr(c::INTEGER))
        FROM range(1, 1114112) AS r(c) WHERE c NOT BETWEEN 55296 AND 57343"""
    rows = DATABASE.execute(query).fetchall()
    assert len(rows) > 1_100_000
    assert [letter for letter, lower, _ in rows if runtime_text.lower(letter) != lower] == []
    assert [letter for letter, _, upper in rows if runtime_text.upper(letter) != upper] == []
    greek = "\u03a3\u0391\u03a3"
    assert (
        runtime_text.lower(greek) == asked("lower(v0)", greek) != greek.lower()
    )  # Python's last sigma is another letter


def test_trim_removes_the_spaces_that_duckdb_removes() -> None:
    query = """SELECT chr(c::INTEGER) FROM range(1, 65536) AS r(c)
        WHERE c NOT BETWEEN 55296 AND 57343 AND trim(chr(c::INTEGER)) = ''"""
    assert set(runtime_text.SPACES) == {row[0] for row in DATABASE.execute(query).fetchall()}


@pytest.mark.parametrize("text", ["", "a", "hello", "héllo", "🤦🏼\u200d♂️x", "e\u0301x"])
def test_parts_of_texts(text: str) -> None:
    for start in (-10, -7, -3, -1, 0, 1, 2, 5, 10, 2**32, -(2**33)):
        assert_same(runtime_text.substring, "substring(v0, v1)", text, start)
        assert_same(runtime_text.left, "left(v0, v1)", text, start)
        assert_same(runtime_text.right, "right(v0, v1)", text, start)
        for length in (-8, -1, 0, 1, 3, 20):
            assert_same(runtime_text.substring, "substring(v0, v1, v2)", text, start, length)
    for separator in ("", "l", "he", "x"):
        for position in (-3, -1, 0, 1, 2, 9):
            assert_same(runtime_text.split_part, "split_part(v0, v1, v2)", text, separator, position)
        assert_same(lambda x, y: runtime_text.replace(x, y, "z"), "replace(v0, v1, 'z')", text, separator)
        assert_same(lambda x, y: x.find(y) + 1, "strpos(v0, v1)", text, separator)


@pytest.mark.parametrize("pattern", ["", "%", "_", "a_c", "a%", "%%c", "a!%", "!!", "!", "%a%b%", "\\%", "[a]", "a.c"])
def test_like(pattern: str) -> None:
    for text in ("", "a", "abc", "a%", "!", "a\nc", "🙂", "\\x", "[a]", "aXbX"):
        assert_same(runtime_text.like, "v0 LIKE v1", text, pattern)
        assert_same(lambda x, y: runtime_text.like(x, y, "!"), "v0 LIKE v1 ESCAPE '!'", text, pattern)


@pytest.mark.parametrize(
    "text", [*NUMERALS, "0x10", "1__0", "_1", "1_", "1._5", "٣", "1e2.5", "--1", "+-1", "1 2", "1e99999", "TRUE"]
)
def test_texts_as_numbers(text: str) -> None:
    for name in ("bigint", "integer", "smallint", "tinyint"):
        assert_same(getattr(runtime_casts, f"text_to_{name}"), f"v0::{name}", text)
    assert_same(runtime_casts.text_to_double, "v0::DOUBLE", text)
    assert_same(runtime_casts.text_to_boolean, "v0::BOOLEAN", text)


@pytest.mark.parametrize(
    "text",
    [*DAY_TEXTS, "2013-01-01 ", "2013-01-01T", "2013-01-01 x", "0-1-1", "infinity", "epoch", "-1-1-1", "10000-01-01"],
)
def test_texts_as_dates_and_timestamps(text: str) -> None:
    assert_same(runtime_casts.text_to_date, "v0::DATE", text)
    assert_same(runtime_casts.text_to_timestamp, "v0::TIMESTAMP", text)


def test_attempt_turns_errors_of_the_row_into_none_but_no_other() -> None:
    assert runtime_logic.attempt(runtime_casts.text_to_bigint, "x") is None
    assert runtime_logic.attempt(runtime_casts.text_to_bigint, "7") == 7
    with pytest.raises(OutsideError):
        runtime_logic.attempt(runtime_casts.text_to_date, "infinity")


def test_three_valued_logic() -> None:
    for left in (True, False, None):
        for right in (True, False, None):
            sides = [str(side) if side is not None else "NULL" for side in (left, right)]
            row = DATABASE.execute(f"SELECT {' AND '.join(sides)}, {' OR '.join(sides)}").fetchone()
            assert row == (runtime_logic.all_true(left, right), runtime_logic.any_true(left, right))


CHANGES = tuple(
    datetime.fromisoformat(f"2024-{text}")
    for text in ("03-10 02:30", "11-03 01:30", "03-31 01:30", "10-27 01:30", "04-07 01:45", "10-06 02:15")
)


def test_hours_that_come_twice_or_never() -> None:
    for zone in ("America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Cairo"):
        for local in CHANGES:
            theirs = asked(f"timezone('UTC', timezone('{zone}', v0))", local)
            assert runtime_zones.from_zone(local, zone) == theirs.replace(tzinfo=UTC)
            shown = asked(f"timezone('{zone}', timezone('UTC', v0))", local)
            assert runtime_zones.to_zone(local.replace(tzinfo=UTC), zone) == shown


def test_intervals_move_months_before_days() -> None:
    start = datetime(2024, 1, 31, 10)
    assert runtime_dates.later(start, Interval(1, 1, 0)) == asked("v0 + INTERVAL '1 month 1 day'", start)
    assert runtime_dates.earlier(start, Interval(1, 1, 0)) == asked("v0 - INTERVAL '1 month 1 day'", start)
    with pytest.raises(OutsideError):
        runtime_dates.later(datetime(9999, 12, 31), Interval(1, 0, 0))
    with pytest.raises(OutsideError):
        runtime_dates.add_days(date(1, 1, 1), -1)


def test_seconds_beyond_the_minute() -> None:
    for hour, minute in ((2, 59), (23, 59), (24, 0), (24, 1), (0, 0), (-1, 0), (2, 60)):
        for second in (-0.6, -0.4, -1e-7, 0.0, 0.5, 59.6, 59.9999999, 60.0, 60.45923975, 60.5, 60.50001, 61.0, 1e300):
            expression = f"make_timestamp(2024, 2, 29, {hour}::BIGINT, {minute}::BIGINT, v0)"
            assert_same(partial(runtime_dates.make_timestamp, 2024, 2, 29, hour, minute), expression, second)
