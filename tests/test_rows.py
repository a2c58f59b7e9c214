"""In which form the rows of a file are scored in bulk: no number is read as if it were a text of the project's own."""

from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from generator.sources.quotes import quotes
from tests.sandbox import PROJECTS, loaded, tree

READ = "replace(replace(bill_length_mm, '.', ''), ',', '.')"
COLUMNS = (
    "'Adelie' AS species, 'Dream' AS island, {} AS bill_length_mm, 18.5 AS bill_depth_mm, 190 AS flipper_length_mm"
)
ROWS = f"SELECT {COLUMNS}, 'male' AS sex, 2007 AS year"


@pytest.fixture(scope="module")
def rows() -> ModuleType:
    """Return what reads files of a project that reads a number from texts such as 1.234,5."""
    override = f"+data.columns.bill_length_mm.read={READ!r}".replace("'", "\\'").replace('"', "'")
    return loaded(tree(PROJECTS / "weights", override), "weights/service/rows.py")


@pytest.mark.parametrize(
    ("value", "kind", "form"),
    [
        ("'39,5'", "csv", "raw"),
        ("'39,5'", "json", "raw"),
        ("39.5", "json", "clean"),
        ("39.5", "parquet", "clean"),
        ("NULL", "json", "raw"),
    ],
)
def test_numbers_are_in_the_form_of_the_table(value: str, kind: str, form: str, rows: ModuleType) -> None:
    with duckdb.connect() as database:
        assert rows.form_of(database.sql(ROWS.format(value)), kind, Path("rows")) == form


def test_numbers_that_would_be_read_as_texts_are_refused(rows: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    with duckdb.connect() as database:
        database.sql(ROWS.format("39.5")).write_parquet(str(file))
        with pytest.raises(ValueError, match="holds no texts in bill_length_mm"):
            rows.open_rows(database, file, tmp_path / "prepared", "raw")


@pytest.mark.parametrize(
    ("last", "read"),
    [('"he ""said"" no, really"', 'he "said" no, really'), ('"no, really"', "no, really"), ("plain", "plain")],
)
@pytest.mark.parametrize("before", [100, 3_000, 30_000])
@pytest.mark.parametrize("first", ["Dream", '"Dream, or so"'])
def test_quotes_that_come_late_in_a_file_are_read(
    first: str, before: int, last: str, read: str, tmp_path: Path
) -> None:
    rows, file = loaded(tree(PROJECTS / "weights"), "weights/service/rows.py"), tmp_path / "rows.csv"
    names = "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year"
    lines = [f"Adelie,{island},39.5,18.5,190,1,male,2007" for island in (*[first] * before, last)]
    file.write_text("\n".join([names, *lines]) + "\n", encoding="utf-8")
    with duckdb.connect() as database:
        found = rows.read(database, file, rows.OWN, tmp_path / "prepared").fetchall()
    assert [row[1] for row in found] == [*[first.strip('"')] * before, read]


@pytest.mark.parametrize("row", ["1,'one, or two'", '1,"one \\"or\\" two"', '1,"one ""or"" two"', '1,"one'])
def test_quotes_of_other_kinds_are_read_as_duckdb_finds_them(row: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(["a,b", *[row] * 500]) + "\n", encoding="utf-8")
    with duckdb.connect() as database:
        alone = database.read_csv(str(file), all_varchar=True, header=True, sep=",").fetchall()
        listed = database.read_csv(
            [str(file)], all_varchar=True, header=True, sep=",", **quotes(database, [str(file)], ",")
        )
        assert listed.fetchall() == alone
        assert len(alone) == 500
