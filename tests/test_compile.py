"""Compiled expressions read as a colleague would write them, and refuse what they cannot do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator.compile.expressions import check_expression, compile_expression, normalise, sources, taken
from generator.compile.source import definitions
from generator.sql.binding import bind
from generator.sql.parsing import SqlError, parse, render
from generator.sql.typing import ExpressionTyping

TYPES = {
    "flag": "BOOLEAN",
    "count": "BIGINT",
    "small": "INTEGER",
    "real": "DOUBLE",
    "price": "DOUBLE",
    "word": "VARCHAR",
    "other": "VARCHAR",
    "day": "DATE",
    "departure": "TIMESTAMP",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "single": "FLOAT",
}
TYPING = ExpressionTyping()


def compiled(text: str) -> str:
    tree = normalise(bind(parse(text), TYPES), TYPES, TYPING)
    return compile_expression(tree, TYPES, TYPING, str).code


@pytest.mark.parametrize(
    ("sql", "python"),
    [
        ("real", "real"),
        ("count", "count"),
        (
            "extract(hour FROM departure) + extract(minute FROM departure) / 60",
            "None if departure is None else departure.hour + departure.minute / 60",
        ),
        ("2013 - count", "None if count is None else bigint(2013 - count)"),
        ("2013 - year(day)", "None if day is None else 2013 - day.year"),
        ("count / 60", "None if count is None else float(count) / 60"),
        ("small / 60", "None if small is None else small / 60"),
        ("small // 100", "None if small is None else quotient(small, 100)"),
        ("real * 0.5", "None if real is None else real * 0.5"),
        ("word || '-' || other", "None if word is None or other is None else word + '-' + other"),
        ("real > 5", "None if real is None else not real <= 5"),
        ("word = 'x'", "None if word is None else word == 'x'"),
        ("word IS NOT NULL", "word is not None"),
        ("CASE WHEN word = 'x' THEN 1 ELSE 0 END", "1 if word == 'x' else 0"),
        ("CASE WHEN flag THEN 'a' WHEN NOT flag THEN 'b' END", "'a' if flag else 'b' if flag is False else None"),
        (
            "CASE WHEN count > 5 AND NOT (flag OR real < 2) THEN 1 ELSE 0 END",
            "1 if count is not None and count > 5 and flag is False and real is not None and not real < 2 else 0",
        ),
        ("CASE count WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "'a' if count == 1 else 'b' if count == 2 else None"),
        ("coalesce(real, 0)", "real if real is not None else 0.0"),
        ("coalesce(real, 0) + 1", "(real if real is not None else 0.0) + 1"),
        ("nullif(count, 0)", "None if count == 0 else count"),
        ("count IN (1, 2, 3)", "None if count is None else count in (1, 2, 3)"),
        ("word LIKE 'a%'", "None if word is None else word.startswith('a')"),
        ("lower(word)", "None if word is None else lower(word)"),
        ("date_trunc('hour', departure) - INTERVAL 4 HOUR",
         "None if departure is None else departure.replace(minute=0, second=0, microsecond=0) - timedelta(hours=4)"),
        ("day >= '2024-02-29'", "None if day is None else day >= date(2024, 2, 29)"),
        ("hour(moment AT TIME ZONE 'europe/berlin')",
         "None if moment is None else to_zone(moment, 'Europe/Berlin').hour"),
        ("regexp_matches(word, '^a')", "None if word is None else matches(word, '^a')"),
        ("TRY_CAST(word AS BIGINT) + 1",
         "None if (part1 := None if word is None else attempt(text_to_bigint, word)) is None else bigint(part1 + 1)"),
        ("round(real, 2)", "None if real is None else round_to(real, 2)"),
        ("NULL + count", "None"),
        ("TRY_CAST('x' AS BIGINT) + count", "None"),
        ("1 + CASE WHEN flag THEN CAST(NULL AS INTEGER) END",
         "None if (part1 := None if flag else None) is None else integer(1 + part1)"),
        ("count // 0 + CASE WHEN NULL THEN 1 END", "None"),
        ("NOT (flag OR real > 3)", "all_true(None if flag is None else not flag, None if real is None else real <= 3)"),
        ("hour((departure AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Berlin')",
         "None if departure is None else to_zone(departure.replace(tzinfo=UTC), 'Europe/Berlin').hour"),
    ],
)  # fmt: skip
def test_compiled_code_reads_well(sql: str, python: str) -> None:
    assert compiled(sql) == python


@pytest.mark.parametrize(
    ("sql", "what", "hint"),
    [
        ("levenshtein(word, other)", "'levenshtein' cannot be compiled", "docs/expressions.md"),
        ("hour(moment)", "time zone of the session", "AT TIME ZONE"),
        ("CAST(moment AS DATE)", "time zone of the session", "AT TIME ZONE"),
        ("CAST(departure AS TIMESTAMPTZ)", "time zone of the session", "AT TIME ZONE"),
        ("departure < moment", "compares TIMESTAMP with TIMESTAMP WITH TIME ZONE", "cast one side"),
        ("CAST(real AS DECIMAL(10, 2))", "DECIMAL(10,2)", "DOUBLE"),
        ("CAST(real AS FLOAT)", "FLOAT", "DOUBLE"),
        ("single + 1", "'single' is FLOAT", "DOUBLE"),
        ("regexp_matches(word, other)", "the regular expression varies", "LIKE"),
        ("day < 'infinity'", "no counterpart in Python", "years 1 to 9999"),
        ("day < DATE '10000-01-01'", "no counterpart in Python", "years 1 to 9999"),
        ("real < 'inf'", "no counterpart in Python", "finite"),
        ("word = count", "compares VARCHAR with BIGINT", "TRY_CAST"),
        ("departure AT TIME ZONE word", "the time zone varies", "Europe/Berlin"),
        ("departure AT TIME ZONE 'Europe/Nowhere'", "no time zone", "Europe/Berlin"),
        ("count * 12345678901234567890", "HUGEINT", "smaller number"),
        ("CASE WHEN count THEN 1 END", "where true or false is meant", "compare it"),
        ("[word]", "cannot be compiled", "python"),
        ("extract(timezone FROM departure)", "'timezone' cannot be compiled", "year"),
        ("real > log(10, -1.5e0)", "is NaN in every row", "NULL"),
    ],
)
def test_what_cannot_be_compiled_is_refused_with_a_way_out(sql: str, what: str, hint: str) -> None:
    with pytest.raises(SqlError) as caught:
        compiled(sql)
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert "{python: module.function, of: [...]}" in caught.value.hint
    assert check_expression(bind(parse(sql), TYPES), TYPES, TYPING)


@pytest.mark.parametrize(
    ("sql", "normal"),
    [
        ("count * 0.5", "count * 0.5e0"),
        ("count * .5 + 1.25", "count * 0.5e0 + 1.25e0"),
        ("price > 0.5", "price > 0.5"),
        ("count > 0.5", "count > 0.5"),
        ("0.5", "0.5e0"),
        ("coalesce(count, 5.)", "coalesce(count, 5e0)"),
        ("price > 0.1234567890123456789", "price > 0.1234567890123456789e0"),
    ],
)
def test_fractions_become_doubles_where_they_would_make_decimals(sql: str, normal: str) -> None:
    tree = normalise(bind(parse(sql), TYPES), TYPES, TYPING)
    assert render(tree) == normal
    assert compile_expression(tree, TYPES, TYPING, str).type in ("DOUBLE", "BOOLEAN")


def test_temporaries_and_names_stay_out_of_each_others_way() -> None:
    types = {"part1": "BIGINT", "word": "VARCHAR"}
    tree = bind(parse("coalesce(part1, length(word)) + 1"), types)
    found = compile_expression(tree, types, TYPING, str)
    assert found.temporaries == ("part2",) or "part1 :=" not in found.code
    assert {"bigint", "datetime", "float"} <= taken()
    with pytest.raises(AssertionError, match="bigint"):
        compile_expression(bind(parse("bigint"), {"bigint": "BIGINT"}), {"bigint": "BIGINT"}, TYPING, str)


def test_texts_from_a_config_stay_texts() -> None:
    assert compiled("word = 'it''s \"\"\" \\ {x}'") == "None if word is None else word == 'it\\'s \"\"\" \\\\ {x}'"
    assert "__import__" not in compiled("word LIKE '%'") + compiled("replace(word, 'a', 'b')")


def test_functions_come_with_what_they_need() -> None:
    tree = bind(parse("regexp_matches(lower(word), 'a') AND hour(moment AT TIME ZONE 'Asia/Kolkata') > 2"), TYPES)
    found = compile_expression(tree, TYPES, TYPING, str)
    assert found.functions >= {"lower", "matches", "pattern", "to_zone", "RowError", "OutsideError", "all_true"}
    assert found.libraries == {"google-re2", "tzdata"}
    text = sources(found.functions)
    assert "import re2" in text
    assert "def quotient" not in text
    assert "ninefold" not in text.lower()
    assert "generator" not in text


def test_sources_are_clean_python(tmp_path: Path) -> None:
    file = tmp_path / "sql.py"
    file.write_text('"""SQL\'s functions."""\n\n' + sources(definitions()), encoding="utf-8")
    config = Path(__file__).parent.parent / "pyproject.toml"
    for command in (
        ["ruff", "check", "--config", str(config), str(file)],
        ["ruff", "format", "--check", "--config", str(config), str(file)],
        ["mypy", "--strict", "--config-file=", str(file)],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, text=True, cwd=tmp_path, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for name in definitions():
        assert re.search(rf"^(def |class )?{name}\b", file.read_text(encoding="utf-8"), re.MULTILINE)
