"""``ninefold new``: what is inferred from a table, what is refused, and that nothing is left half-made."""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
import yaml

from generator.new.answers import Answers, Choice, Inferred, UnfitError
from generator.new.fetching import at_hand
from generator.new.infer import infer, package_of
from generator.new.kinds import kind_of
from generator.new.loading import WHOLE, UnreadableError
from generator.new.measure import measure
from generator.new.reading import opened
from tests.sandbox import SCRIPTS, run

ROWS = 120
DAYS = [f"2024-{1 + index // 28:02}-{1 + index % 28:02}" for index in range(ROWS)]


def table(folder: Path, columns: Mapping[str, Sequence[Any]], name: str = "rows.csv", separator: str = ",") -> Path:
    """Write ``columns`` as a text file; values that hold the separator or a quote are quoted."""

    def cell(value: Any) -> str:
        text = str(value)
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(sign in text for sign in f'{separator}"\n') else text

    lines = [list(columns), *zip(*columns.values(), strict=True)]
    file = folder / name
    file.write_text("".join(f"{separator.join(map(cell, line))}\n" for line in lines), encoding="utf-8")
    return file


def inferred(folder: Path, columns: Mapping[str, Sequence[Any]], **answers: Any) -> Inferred:
    """Return what is inferred of ``columns`` with a target of two values beside them."""
    target = [("no", "yes", "no")[index % 3] for index in range(ROWS)]
    noise = [index * 7 % 11 for index in range(ROWS)]
    file = table(folder, {**columns, "noise": noise, "churned": target})
    with opened((file,)) as raw:
        return infer(raw, Answers("churned", **answers))


def cycle(*values: Any) -> list[Any]:
    """Return as many rows as a table has, of ``values`` in turn."""
    return [values[index % len(values)] for index in range(ROWS)]


def only(found: Inferred, name: str) -> Choice:
    return next(choice for choice in found.columns if choice.name == name)


KINDS = {
    "integers": (cycle(1, -20, 300), "integer"),
    "decimals": (cycle("1.5", "2", "1e3", "-.5"), "float"),
    "infinite": (cycle("1.5", "inf", "-inf"), "float"),
    "dollars": (cycle("$1,234.50", "$5", "($300)"), "float"),
    "percent": (cycle("12 %", "3.5%", "100%"), "float"),
    "european": (cycle("1.234,56", "0,5", "12,25"), "float"),
    "yes and no": (cycle("yes", "no", "no"), "boolean"),
    "Ja und nein": (cycle("Ja", "Nein"), "boolean"),
    "J und N": (cycle("J", "N"), "boolean"),
    "true and false": (cycle("TRUE", "false"), "boolean"),
    "codes": (cycle("01067", "80331", "00501"), "text"),
    "words": (cycle("red", "green", "blue"), "text"),
    "iso days": (DAYS, "date"),
    "iso moments": ([f"{day}T10:30:00" for day in DAYS], "timestamp"),
    "German days": ([".".join(reversed(day.split("-"))) for day in DAYS], "date"),
    "American days": ([f"{day[5:7]}/{day[8:]}/{day[:4]}" for day in DAYS], "date"),
    "American evenings": ([f"{day[5:7]}/{day[8:]}/{day[:4]} 08:15 PM" for day in DAYS], "timestamp"),
    "written months": (cycle("3 Jan 2024", "14 Feb 2023", "30 Dec 2022"), "date"),
    "months": (cycle("Jan-2024", "Feb-2023"), "date"),
    "day of 8 digits": ([day.replace("-", "") for day in DAYS], "date"),
    "ts": ([1_700_000_000 + 3_600 * row for row in range(ROWS)], "timestamp"),
    "created": ([f"{1_700_000_000 + row}.25" for row in range(ROWS)], "timestamp"),
    "times of day": (cycle("9:05", "17:30", "23:59:59"), "float"),
    "moments of JSON": ([f"/Date({1_700_000_000_000 + 86_400_000 * row})/" for row in range(ROWS)], "timestamp"),
    "one stray word": (["x", *cycle(1, 2, 3)[1:]], "integer"),
    "codes for Excel": (cycle('="007"', '="12"'), "text"),
    "never": ([*DAYS[:100], *["9999-12-31"] * 20], "date"),
    "results": (cycle("3:2", "0:1", "11:10"), "text"),
    "time on page": (cycle(12, 700, 86_400), "integer"),
    "population": (cycle(1_700_000_000, 1_400_000_000), "integer"),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_a_column_holds(name: str, tmp_path: Path) -> None:
    values, kind = KINDS[name]
    assert only(inferred(tmp_path, {name: values}), name).kind.type == kind


@pytest.mark.parametrize(
    "meant",
    [
        {"$1,234.50": 1234.5, "($300)": -300.0},
        {"1.234,56": 1234.56, "7,5": 7.5},
        {"12 %": 12.0, "3%": 3.0},
        {"0,345584192064786": 0.345584192064786, "-0,69": -0.69, "3": 3.0},
        {"0,125": 0.125, "1,250": 1.25, "-0,500": -0.5},
        {"1.234.567": 1234567.0, "12,5 €": 12.5},
        {"1 234,5": 1234.5, "12 000": 12000.0},
        {"1'234.5": 1234.5, "12'000": 12000.0},
        {"123,45-": -123.45, "1.234,50": 1234.5},
        {"1,234.50 CR": -1234.5, "20.00 DR": 20.0},
        {"\N{MINUS SIGN}5.5": -5.5, "12 %": 12.0},
        {"EUR 1.234,50": 1234.5, "EUR -7,25": -7.25},
        {"Rs. 1,00,000.50": 100000.5, "Rs. 7": 7.0},
        {"1\N{NO-BREAK SPACE}234,50 kr": 1234.5, "2\N{NARROW NO-BREAK SPACE}000,5 kr": 2000.5},
        {"CHF 1\N{RIGHT SINGLE QUOTATION MARK}234.50": 1234.5, "CHF 20.25": 20.25},
        {"1,234": 1234.0, "56,000": 56000.0, "7": 7.0},
        {"12,34,567": 1234567.0, "1,00,000": 100000.0, "1.5": 1.5},
    ],
)
def test_reading_gives_the_numbers_that_were_meant(meant: dict[str, float], tmp_path: Path) -> None:
    kind = only(inferred(tmp_path, {"size": cycle(*meant)}), "size").kind
    assert (kind.type, kind.doubt.startswith("CR, a credit")) == ("float", "1,234.50 CR" in meant)
    with opened((tmp_path / "rows.csv",)) as raw:
        rows = raw.database.execute(f"SELECT DISTINCT size, TRY_CAST({kind.read} AS DOUBLE) FROM raw").fetchall()
    assert dict(rows) == meant


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
@pytest.mark.parametrize(
    "stamp", [1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000, 1_700_000_000_000_000_000, 1_700_000_000.0]
)
def test_a_number_since_1970_is_the_moment_that_was_meant(stamp: float, name: str, tmp_path: Path) -> None:
    rows = pa.table({"ts": [stamp, None, *[stamp] * ROWS], "label": ["a", *cycle("a", "b"), "b"]})
    write = pc.write_csv if name.endswith("csv") else pq.write_table
    write(rows, tmp_path / name)
    with opened((tmp_path / name,)) as raw:
        kind = kind_of(raw, measure(raw)[0])
        assert kind is not None and kind.type == "timestamp"
        assert kind.reason.endswith("seconds since 1970")
        moments = (
            f"SELECT DISTINCT {kind.read} FROM (SELECT CAST(ts AS VARCHAR) AS ts FROM raw UNION ALL SELECT '9e300')"
        )
        assert set(raw.database.execute(moments).fetchall()) == {(datetime(2023, 11, 14, 22, 13, 20),), (None,)}


def test_times_of_day_that_are_typed_are_hours(tmp_path: Path) -> None:
    moments = [time(index % 24, 30) for index in range(ROWS)]
    pq.write_table(pa.table({"start": moments, "sold": cycle(True, False, False)}), tmp_path / "rows.parquet")
    with opened((tmp_path / "rows.parquet",)) as raw:
        kind = only(infer(raw, Answers("sold")), "start").kind
    assert (kind.type, kind.reason) == ("float", "times of day, in hours")


def test_a_typed_column_of_times_may_be_empty(tmp_path: Path) -> None:
    none = pa.array([None] * ROWS, pa.time64("us"))
    rows = pa.table({"start": none, "size": cycle(1, 2, 4), "sold": cycle(True, False, False, True)})
    pq.write_table(rows, tmp_path / "rows.parquet")
    with opened((tmp_path / "rows.parquet",)) as raw:
        assert only(infer(raw, Answers("sold")), "start").reason == "empty in every row"


def test_values_that_are_no_times_of_day_are_told(tmp_path: Path) -> None:
    times = ["soon", *cycle("9:05", "17:30")[1:]]
    assert only(inferred(tmp_path, {"start": times}), "start").kind.doubt == (
        "one value is no number, so that its row is set aside: 'soon'"
    )


def test_numbers_with_points_among_such_with_commas_are_told(tmp_path: Path) -> None:
    found = inferred(tmp_path, {"size": cycle("0,5", "1.234,5", "12.50")})
    assert only(found, "size").kind.doubt == "40 values look as if with a decimal point, unlike the others"


@pytest.mark.parametrize("mark", ["N/A", "?", "NULL", "na", "-", "  "])
def test_marks_of_a_missing_value_among_numbers(mark: str, tmp_path: Path) -> None:
    found = inferred(tmp_path, {"size": cycle(1, 2, mark, 4)})
    assert only(found, "size").kind.type == "integer"
    assert only(found, "size").measure.marks == (mark.strip(),)


def test_a_mark_among_answers_is_an_answer(tmp_path: Path) -> None:
    found = inferred(tmp_path, {"fence": cycle("wood", "none", "iron"), "country": cycle("DE", "NA", "FR", "US")})
    assert not any(choice.measure.marks for choice in found.columns)


ROLES = {
    "customer_id": ([f"C{index:05}" for index in range(ROWS)], "key"),
    "rownum": (list(range(1, ROWS + 1)), "drop"),
    "comment no": ([f"{index * index:x}-{index}" for index in range(ROWS)], "key"),
    "name": ([f"Person{index * 37 % ROWS}" for index in range(ROWS)], "drop"),
    "country": (["Utopia"] * ROWS, "drop"),
    "empty": ([""] * ROWS, "drop"),
    "created_at": (DAYS, "time"),
    "date of birth": (DAYS, "input"),
    "churn reason": (cycle("", "price", ""), "outcome"),
    "churned flag": (cycle(0, 1, 0), "outcome"),
    "colour": (cycle("red", "green", "blue", "red", "blue"), "input"),
}


@pytest.mark.parametrize("name", ROLES)
def test_the_role_of_a_column(name: str, tmp_path: Path) -> None:
    values, role = ROLES[name]
    found = only(inferred(tmp_path, {name: values}), name)
    assert found.role == role
    assert found.reason or role == "input"


def test_a_likely_leak_is_told(tmp_path: Path) -> None:
    found = inferred(tmp_path, {"churn reason": cycle("", "price", "")})
    (doubt,) = [doubt for doubt in found.doubts if "churn reason" in doubt.path]
    assert doubt.path == ("data", "columns", "churn reason", "role")
    assert "100%" in doubt.text


def test_what_may_be_a_leak_is_told_and_stays_an_input(tmp_path: Path) -> None:
    """A sum is the target; one input is the target in another unit; another comes near it as a measurement may."""
    paid, due = cycle(3, 1, 4, 1, 5, 9, 2, 6), cycle(2.5, 7.5, 1.5, 8.5, 2.5)
    sums = [one + other for one, other in zip(paid, due, strict=True)]
    noisy = [value + (index * 37 % 11) / 10 for index, value in enumerate(sums)]
    columns = {"paid": paid, "due": due, "cents": [value * 100 for value in sums], "estimate": noisy, "total": sums}
    with opened((table(tmp_path, columns),)) as raw:
        found = infer(raw, Answers("total"))
    assert {choice.name: choice.role for choice in found.columns} == {
        "paid": "input", "due": "input", "cents": "outcome", "estimate": "input", "total": "outcome"
    }  # fmt: skip
    told = {doubt.path: doubt.text for doubt in found.doubts}
    assert "not used" in told["data", "columns", "cents", "role"]
    assert told["data", "columns", "estimate", "role"].endswith("give it `role: outcome` if it is known only later")
    assert told["data", "columns", "paid", "role"].startswith("paid + due explains 100.0% of the target's variance")


def test_an_easy_target_keeps_its_inputs(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        {"petal": [1.3 + index / 1000 + (index % 3) * 2 for index in range(ROWS)], "iris": cycle("a", "b", "c")},
    )
    with opened((file,)) as raw:
        found = infer(raw, Answers("iris"))
    assert only(found, "petal").role == "input"
    assert [doubt.path for doubt in found.doubts] == [("data", "columns", "petal", "role")]


def test_days_that_could_be_months_are_told(tmp_path: Path) -> None:
    found = inferred(tmp_path, {"day": cycle("03/04/2024", "05/06/2023", "07/08/2022", "09/10/2021")})
    assert [doubt.path for doubt in found.doubts if "day" in doubt.path] == [("data", "columns", "day")]


def test_sentences_become_words(tmp_path: Path) -> None:
    texts = [f"the service number {index} was slow and dear" for index in range(ROWS)]
    (feature,) = [item for item in inferred(tmp_path, {"review": texts}).features if item.name == "review"]
    assert feature.encode == "text"


TARGETS = {
    "binary": (cycle("yes", "no"), "roc_auc"),
    "multiclass": (cycle("a", "b", "c"), "log_loss"),
    "regression": ([index * 1.7 for index in range(ROWS)], "rmse"),
}


@pytest.mark.parametrize("task", TARGETS)
def test_the_task_follows_from_the_target(task: str, tmp_path: Path) -> None:
    values, metric = TARGETS[task]
    file = table(tmp_path, {"noise": cycle(3, 1, 4, 1, 5, 9, 2), "goal": values})
    with opened((file,)) as raw:
        found = infer(raw, Answers("goal"))
    assert (found.goal.task, found.goal.primary) == (task, metric)


ASKED = {
    ("binary", "f1"): ("f1", False),
    ("binary", "macro_f1"): ("f1", True),
    ("binary", "mcc"): ("mcc", False),
    ("binary", "recall_at_k"): ("recall_at_k", False),
    ("binary", "mae"): ("roc_auc", True),
    ("multiclass", "f1"): ("macro_f1", True),
    ("multiclass", "balanced_accuracy"): ("balanced_accuracy", False),
    ("multiclass", "precision"): ("log_loss", True),
    ("regression", "quantile_loss"): ("quantile_loss", False),
}


@pytest.mark.parametrize(("task", "metric"), ASKED)
def test_every_metric_of_the_task_can_decide(task: str, metric: str, tmp_path: Path) -> None:
    file = table(tmp_path, {"noise": cycle(3, 1, 4, 1, 5, 9, 2), "goal": TARGETS[task][0]})
    with opened((file,)) as raw:
        found = infer(raw, Answers("goal", metric=metric, guardrails={metric: {"min": 0.5}}))
    primary, doubted = ASKED[task, metric]
    fits = primary != TARGETS[task][1] or not doubted
    assert (found.goal.primary, list(found.goal.guardrails)) == (primary, [primary] if fits else [])
    assert TARGETS[task][1] in (found.goal.primary, *found.goal.report)
    assert any(doubt.text.startswith(f"{metric} is no metric of a {task}") for doubt in found.doubts) == doubted


def test_a_misspelt_metric_is_told(tmp_path: Path) -> None:
    file = table(tmp_path, {"noise": cycle(3, 1, 4, 1, 5, 9, 2), "goal": cycle("yes", "no")})
    with opened((file,)) as raw, pytest.raises(UnfitError, match="no metric 'acuracy': did you mean 'accuracy'"):
        infer(raw, Answers("goal", metric="acuracy"))


def test_a_word_for_yes_counts_as_yes_however_frequent_it_is(tmp_path: Path) -> None:
    file = table(tmp_path, {"size": cycle(3, 1, 4, 1, 5, 9, 2), "goal": cycle("Ja", "Ja", "Nein")})
    with opened((file,)) as raw:
        found = infer(raw, Answers("goal"))
    assert found.goal.sql == "goal"
    assert not any(doubt.path[0] == "problem" for doubt in found.doubts)


def test_a_rare_answer_is_ranked(tmp_path: Path) -> None:
    file = table(tmp_path, {"noise": cycle(3, 1, 4, 1, 5, 9, 2), "goal": ["yes"] * 4 + ["no"] * (ROWS - 4)})
    with opened((file,)) as raw:
        assert infer(raw, Answers("goal")).goal.primary == "average_precision"


UNFIT = {
    "goall": "did you mean 'goal'?",
    "constant": "one value in every row",
    "ticked": "one value, in 60 of 120 rows, and none in the others: where none means no",
    "day": "holds dates",
    "names": "different texts",
}


@pytest.mark.parametrize("target", UNFIT)
def test_a_target_that_cannot_be_one_is_told(target: str, tmp_path: Path) -> None:
    names = [f"name {index}" for index in range(ROWS)]
    columns = {"goal": cycle(0, 1), "constant": cycle(7), "day": DAYS, "names": names, "x": cycle(1, 2, 3)}
    columns["ticked"] = cycle("x", "")
    with opened((table(tmp_path, columns),)) as raw, pytest.raises(UnfitError) as caught:
        infer(raw, Answers(target))
    assert UNFIT[target] in str(caught.value)


def test_a_date_in_several_columns_is_told(tmp_path: Path) -> None:
    parts = {"sold_year": [day[:4] for day in DAYS], "sold_month": [day[5:7] for day in DAYS], "noted": cycle("a", "b")}
    line = '`date: {sql: "make_date(sold_year, CAST(sold_month AS INTEGER), 1)", role: time}`'
    assert any(line in doubt.text for doubt in inferred(tmp_path, parts).doubts)
    born = {name.replace("sold", "birth"): values for name, values in parts.items()}
    assert not any("make_date" in doubt.text for doubt in inferred(tmp_path, born).doubts)


def test_typed_columns_that_are_no_numbers_are_read(tmp_path: Path) -> None:
    half = ROWS // 2
    pq.write_table(
        pa.table(
            {
                "letters": pa.array([b"gr\xc3\xbcn", b"red"] * half, pa.binary()),
                "bytes": pa.array([b"\0\xff", b"\1"] * half, pa.binary()),
                "at": pa.array([time(12, 30), time(7)] * half, pa.time64("ns")),
                "nothing": pa.nulls(ROWS),
                "y": [0, 1, 1] * (ROWS // 3),
            }
        ),
        tmp_path / "rows.parquet",
    )
    with opened((tmp_path / "rows.parquet",)) as raw:
        found = infer(raw, Answers("y"))
        read = only(found, "letters").kind.read
        letters = raw.database.execute(
            f"SELECT DISTINCT {read.replace('letters', 'CAST(letters AS VARCHAR)')} FROM raw ORDER BY 1"
        )
        assert [row[0] for row in letters.fetchall()] == ["grün", "red"]
    assert [(only(found, name).kind.type, only(found, name).role) for name in ("letters", "at")] == [
        ("text", "input"),
        ("float", "input"),
    ]
    assert only(found, "bytes").reason == "holds blob, which no model takes"
    assert only(found, "nothing").reason == "empty in every row"


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "numbers.csv").write_text("1,2,3\n4,5,6\n7,8,9\n")
    (tmp_path / "names.csv").write_text("a,b\n")
    (tmp_path / "rows.doc").write_text("a,b\n")
    (tmp_path / "broken.parquet").write_text("no parquet")
    for name in ("absent.csv", "empty.csv", "numbers.csv", "names.csv", "rows.doc", "broken.parquet"):
        with pytest.raises(UnreadableError), opened((tmp_path / name,)):
            pass


@pytest.mark.parametrize(
    ("name", "package"),
    [("churn", "churn"), ("Kündigung 2024", "k_ndigung_2024"), ("9lives", "p_9lives"), ("data", "data_project"),
     ("random", "random_project"), ("class", "class_project"), ("pandas", "pandas_project"),
     ("jinja2", "jinja2_project"), ("events", "events_project"), ("日本", "project")],
)  # fmt: skip
def test_the_name_of_the_package(name: str, package: str) -> None:
    assert package_of(name) == package


def test_what_is_secret_in_a_url_is_not_told() -> None:
    url = "file://someone:hunter2@host/none.csv?signature=hunter3"
    with pytest.raises(UnreadableError, match=r"file://host/none\.csv cannot be fetched") as error, at_hand(url):
        pass
    assert "hunter" not in str(error.value)


def test_a_workbook_is_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [["size", "goal"], *([index, ("a", "b")[index % 2]] for index in range(ROWS))]:
        book.active.append(row)
    book.save(tmp_path / "rows.xlsx")
    with at_hand(str(tmp_path / "rows.xlsx")) as files, opened(files) as raw:
        assert raw.columns == {"size": "VARCHAR", "goal": "VARCHAR"}
        assert raw.database.execute("SELECT max(CAST(size AS BIGINT)) FROM raw").fetchall() == [(ROWS - 1,)]


def test_files_of_a_pattern_are_one_table(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        table(tmp_path, {"size": cycle(1, 2)}, name)
    with at_hand(str(tmp_path / "*.csv")) as files, opened(files) as raw:
        assert (len(files), raw.rows) == (2, 2 * ROWS)


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz"])
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
def test_letters_are_read_as_they_are_written(name: str, encoding: str, told: str, tmp_path: Path) -> None:
    content = "größe,preis\r\n" + '"ä\r\nö",10 €\r\n' * ROWS
    with (gzip.open if name.endswith(".gz") else open)(tmp_path / name, "wb") as file:
        file.write(content.encode(encoding))
    with opened((tmp_path / name,)) as raw:
        assert raw.source.encoding == told
        assert raw.database.execute("SELECT DISTINCT größe, preis FROM raw").fetchall() == [("ä\r\nö", "10 €")]


def test_what_no_encoding_has_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"a\xe4,b\n" + b"\x81,1\n" * ROWS)
    with opened((tmp_path / "rows.csv",)) as raw:
        assert (raw.source.encoding, list(raw.columns)) == ("latin-1", ["aä", "b"])


@pytest.mark.slow
def test_a_project_reads_the_letters_of_its_files(tmp_path: Path) -> None:
    lines = "".join(
        f"{index},{('grün', 'weiß €')[index % 2]},{('ja', 'nein')[index % 3 % 2]}\n" for index in range(ROWS)
    )
    for month in ("Mai", "Jun"):
        (tmp_path / f"{month}.csv").write_bytes(f"id,farbe,käufer\n{lines}".encode("windows-1252"))
    said = run(tmp_path, "ninefold", "new", "shop", "--data", str(tmp_path / "*.csv"), "--target", "käufer")
    assert re.search(r"conf/data/shop.yaml:\d+: not in UTF-8: read as windows-1252", said)
    run(tmp_path / "shop", "python", "-m", "shop.data.collect")
    snapshot = pq.read_table(tmp_path / "shop/data/raw/shop.parquet")
    assert [file.name for file in (tmp_path / "shop/data/raw").iterdir()] == ["shop.parquet"]
    assert set(snapshot["farbe"].to_pylist()) == {"grün", "weiß €"} and len(snapshot) == 2 * ROWS
    (tmp_path / "shop/inputs/shop/Mai.csv").write_bytes(b"id,farbe,k\x81ufer\n1,a,ja\n")
    assert "Mai.csv is not written in windows-1252" in run(
        tmp_path / "shop", "python", "-m", "shop.data.collect", fails=True
    )


@pytest.mark.slow
def test_a_project_lays_structures_flat(tmp_path: Path) -> None:
    made = [
        {
            "at": 1_700_000_000 + 60 * row,
            "who": {"id": row % 7, "home town": {"o'": "AB"[row % 2]}},
            "paid": row % 3 > 1,
        }
        for row in range(ROWS)
    ]
    made[5]["who"] = None
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in made), encoding="utf-8")
    run(tmp_path, "ninefold", "new", "shop", "--data", str(file), "--target", "paid")
    run(tmp_path / "shop", "python", "-m", "shop.data.collect")
    snapshot = pq.read_table(tmp_path / "shop/data/raw/shop.parquet")
    assert snapshot.column_names == ["at", "who.id", "who.home town.o'", "paid"]
    assert snapshot["who.home town.o'"].to_pylist()[:6] == ["A", "B", "A", "B", "A", None]


@pytest.mark.slow
def test_a_table_of_texts_alone_has_no_rule_that_could_be_broken(tmp_path: Path) -> None:
    file = table(tmp_path, {"review": cycle("good", "bad", "as it was"), "score": cycle("great", "other")})
    run(tmp_path, "ninefold", "new", "shop", "--data", str(file), "--target", "score")
    run(tmp_path / "shop", "python", "-m", "shop.data.collect")
    assert "0 of 0 rules hold" in run(tmp_path / "shop", "python", "-m", "shop.data.process")
    assert len(pq.read_table(tmp_path / "shop/data/tables/shop.parquet")) == ROWS


def test_quotes_are_found_where_the_first_ones_come_late(tmp_path: Path) -> None:
    rows = [f"{index},plain\n" for index in range(30_000)]
    file = tmp_path / "rows.csv"
    file.write_text("".join(["id,name\n", *rows, '30000,"""Cats"", a musical"\n']), encoding="utf-8")
    with opened((file,)) as raw:
        assert raw.database.execute(f"SELECT name FROM {WHOLE} WHERE id = '30000'").fetchall() == [
            ('"Cats", a musical',)
        ]


def test_moments_are_told_apart_to_the_minute(tmp_path: Path) -> None:
    starts = [f"{day} 10:00:00" for day in DAYS]
    found = inferred(tmp_path, {"start": starts, "expires": [f"{day} 16:00:00" for day in DAYS], "born": DAYS[::-1]})
    told = {feature.name: feature.sql for feature in found.features}
    assert told["expires days"] == "date_diff('minute', expires, start) / 1440"
    assert told["born days"] == "date_diff('day', born, start)"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn/mine.txt").write_text("mine")
    said = run(tmp_path, "ninefold", "new", "churn", fails=True)
    assert "not empty" in said
    assert [file.name for file in tmp_path.rglob("*")] == ["churn", "mine.txt"]


@pytest.mark.slow
def test_nothing_is_left_of_a_project_that_could_not_be_made(tmp_path: Path) -> None:
    file = table(tmp_path, {"size": cycle(1, 2, 3), "goal": cycle("a", "b")})
    run(tmp_path, "ninefold", "new", "p", "--data", str(file), "--target", "gaol", fails=True)
    run(tmp_path, "ninefold", "new", "p", "--data", str(file), "--target", "goal", env={"PATH": SCRIPTS}, fails=True)
    assert [item.name for item in tmp_path.iterdir()] == ["rows.csv"]


@pytest.mark.slow
def test_a_new_config_is_what_editors_and_ninefold_take(tmp_path: Path) -> None:
    """Hostile names, each file with its schema, doubts that lead to lines, and nothing to do after the first commit."""
    names = [
        "select",
        'Länge "oben", mm',
        "it's",
        "a:b # c",
        "{{ x }}",
        "${oc.env:HOME}",
        "日本 年",
        "__own",
        "- dash",
        "null",
    ]
    columns = {name: cycle(1, 2, 3, 4, 5, index, 7) for index, name in enumerate(names)}
    columns["null"] = [*range(len(columns["null"]))]
    file = table(tmp_path, {**columns, "class": cycle("a", "b", "c", "b")}, "Früh & spät.csv")
    said = run(tmp_path, "ninefold", "new", "my project", "--data", str(file), "--target", "class", "--key", "null")
    folder = tmp_path / "my project"
    for option in (folder / "conf").rglob("*.yaml"):
        assert re.match(r"# .+\n# yaml-language-server: \$schema=\S+\n", option.read_text(encoding="utf-8")), option
        schema = option.parent / option.read_text(encoding="utf-8").split("$schema=")[1].split()[0]
        assert schema.is_file()
    run(folder, "ninefold", "generate", "--check")
    assert run(folder, "git", "status", "--porcelain") == ""
    for place, line in re.findall(r"^(conf/\S+):(\d+): ", said, flags=re.MULTILINE):
        assert 0 < int(line) <= len((folder / place).read_text(encoding="utf-8").splitlines())
    shown = yaml.safe_load(run(folder, "ninefold", "show", "data"))["data"]["columns"]
    assert set(shown) == {*names, "class"} - {"__own"} | {"own"}


def test_git_ignores_all_that_dvc_keeps(tmp_path: Path) -> None:
    table(
        tmp_path, {"size": list(range(ROWS)), "noise": cycle(3, 1, 4, 1, 5, 9, 2), "churned": cycle("no", "yes", "no")}
    )
    run(tmp_path, "ninefold", "new", "churn", "--data", "rows.csv", "--target", "churned")
    stages = yaml.safe_load((tmp_path / "churn/dvc.yaml").read_text())["stages"].values()
    outs = [out for stage in stages for out in stage.get("do", stage).get("outs", [])]
    kept = [next(iter(out)) if isinstance(out, dict) else out for out in outs if not _is_of_git(out)]
    assert {"blend", "final_model", "bundle"} <= set(kept)
    ignored = run(tmp_path / "churn", "git", "check-ignore", "--no-index", *(f"{path}/file" for path in kept))
    assert ignored.splitlines() == [f"{path}/file" for path in kept]


def _is_of_git(out: Any) -> bool:
    """Return whether git, and not DVC, keeps an output."""
    return isinstance(out, dict) and next(iter(out.values())).get("cache") is False
