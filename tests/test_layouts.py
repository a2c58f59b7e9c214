"""Files as other tools write them: read as they were meant, alike by `ninefold new` and by projects, or refused."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
import yaml

from generator.new.answers import Answers
from generator.new.fetching import at_hand
from generator.new.infer import infer
from generator.new.loading import UnreadableError
from generator.new.reading import opened
from generator.new.sniffing import Asked
from tests.sandbox import run

NUMBERS = [(index, f"{index * 7 % 10}.5", "ab"[index % 2]) for index in range(60)]
MEANT = [(str(number), share, letter) for number, share, letter in NUMBERS]
NAMES = ["age", "net amount", "y"]


def text(
    separator: str = ",", line: str = "{0}{s}{1}{s}{2}", end: str = "\n", names: str = "age{s}net amount{s}y"
) -> str:
    """Return the same rows as a file whose lines are like ``line``."""
    rows = [names.format(s=separator), *(line.format(*row, s=separator) for row in NUMBERS)]
    return "".join(f"{row}{end}" for row in rows)


LAYOUTS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": (text(), {}),
    "semicolons": (text(";"), {"delimiter": ";"}),
    "tabs": (text("\t"), {"delimiter": "\t"}),
    "bars": (text("|"), {"delimiter": "|"}),
    "decimal commas": (text(";", "{0}{s}1,5{s}{2}"), {"delimiter": ";"}),
    "old Mac": (text(end="\r"), {}),
    "Windows": (text(end="\r\n"), {}),
    "both": (text(end="\r\n").replace("\r\n", "\n", 20), {"rewrite": True}),
    "line break in a name": (text(end="\r\n", names='age,"net\r\namount",y'), {"rewrite": True}),
    "title": (f"Quarterly export\nprinted, today\n\n{text()}", {"skip": 3}),
    "title in a sheet": (f"Quarterly export,,\n,,\n{text()}", {"skip": 2}),
    "blank above": (f"\n\n{text()}", {"skip": 2}),
    "sep line": (f"sep=;\r\n{text(';', end=chr(13) + chr(10))}", {"delimiter": ";", "skip": 1}),
    "row names of R": (text(line='"r{0}"{s}{0}{s}{1}{s}{2}'), {"row_names": True}),
    "table of R": (
        text(" ", '"r{0}"{s}{0}{s}{1}{s}"{2}"', names='"age" "net amount" "y"'),
        {"delimiter": " ", "row_names": True},
    ),
    "aligned": (text(" ", "{0:<12}{1:>8}   {2}  ", names=" age   net_amount  y"), {"delimiter": " "}),
    "comments above": (f"# made by hand\n# today\n{text()}", {"skip": 2}),
    "comments between": (text().replace("\n9,", "\n# from here on, others\n9,"), {"comment": "#"}),
    "ends in separators": (text(line="{0}{s}{1}{s}{2}{s}"), {}),
    "short rows": (text().replace(",a\n", "\n", 2), {"rewrite": True}),
    "mark of order": (f"\ufeff{text()}", {}),
    "mark of order and quotes": ("\ufeff" + text(names='"age"{s}net amount{s}y'), {"rewrite": True}),
    "two bars": (text("||"), {"delimiter": "||"}),
    "carets": (text("^"), {"delimiter": "^"}),
    "tildes": (text("~"), {"delimiter": "~"}),
    "colons": (text(":"), {"delimiter": ":"}),
    "units of ASCII": (text("\x1f"), {"delimiter": "\x1f"}),
    "names again": (text().replace("\n9,", "\nage,net amount,y\n9,"), {"rewrite": True}),
    "total": (f"{text()}Total,99.5,\n", {"footer": ("Total",)}),
    "note": (f"{text()}\nSource: our office\n", {"footer": ("Source: our office",), "rewrite": True}),
    "total and note": (
        f"{text(';')}Summe:;99,5;\n(60 rows affected)\n",
        {"delimiter": ";", "footer": ("Summe:", "(60 rows affected)"), "rewrite": True},
    ),
    "zeros behind": (text() + "\0" * 512, {"rewrite": True}),
    "end of file": (f"{text()}\x1a", {"rewrite": True}),
}


def raw_rows(files: tuple[Path, ...], asked: Asked | None = None) -> tuple[list[str], list[tuple[Any, ...]], Any]:
    with opened(files, asked) as raw:
        return list(raw.columns), raw.database.execute("FROM raw").fetchall(), raw.source


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_file_is_read_as_it_was_meant(name: str, tmp_path: Path) -> None:
    content, fields = LAYOUTS[name]
    file = tmp_path / "rows.csv"
    file.write_bytes(content.encode())
    columns, rows, source = raw_rows((file,))
    assert source.model_dump(exclude_defaults=True, exclude={"path"}) == fields
    assert [column.replace("\n", " ").replace("_", " ") for column in columns if column != "row_name"] == NAMES
    rows = [row[1:] for row in rows] if "row_name" in columns else rows
    missing = {2, 0} if name == "short rows" else set()
    share = (lambda value: "1,5") if name == "decimal commas" else str
    assert rows == [
        (number, share(amount), None if index in missing else letter)
        for index, (number, amount, letter) in enumerate(MEANT)
    ]


def test_a_total_among_the_rows_is_one_of_them(tmp_path: Path) -> None:
    """Where several rows say so, what says it is a value as others are."""
    (tmp_path / "rows.csv").write_text("".join(f"{'total' if row % 5 else 'women'},{row},a\n" for row in range(60)))
    _, rows, source = raw_rows((tmp_path / "rows.csv",), Asked(header=False))
    assert (source.footer, len(rows)) == (None, 60)


def test_columns_that_are_called_alike_are_told(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        "a,A,,b,y\n" + "".join(f"{row},{row * 7 % 11},{row * 5 % 7},{row * 3 % 8},{row % 2}\n" for row in range(60))
    )
    with opened((file,)) as raw:
        doubts = {doubt.path[-1]: doubt.text for doubt in infer(raw, Answers("y")).doubts}
    assert doubts["A_1"] == "A_1: another column is called 'A' too"
    assert doubts["column2"] == "column2: has no name in the file"
    assert "b" not in doubts


def test_which_sheet_is_read_is_told(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["age", "net amount", "y"], *NUMBERS, ["Total", None, None]):
        book.active.append(list(row))
    book.active.sheet_state = "hidden"
    book.create_sheet("Other")
    book.save(tmp_path / "rows.xlsx")
    with opened((tmp_path / "rows.xlsx",)) as raw:
        assert raw.notes[0].startswith("the sheet 'Sheet', which is hidden, is read; there is also Other")
        assert (raw.rows, raw.source.footer) == (60, ("Total",))


def test_a_workbook_has_a_sheet_and_titles(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Q1 = new")
    for row in (["Report"], [], ["age", "net\namount", "y"], *NUMBERS):
        sheet.append(list(row))
    book.save(tmp_path / "rows.xlsx")
    columns, rows, source = raw_rows((tmp_path / "rows.xlsx",), Asked(sheet="Q1 = new"))
    assert (columns, rows, source.skip) == (["age", "net\namount", "y"], MEANT, 2)
    with pytest.raises(UnreadableError, match="no sheet 'Q2'; it has: Sheet, Q1 = new"):
        raw_rows((tmp_path / "rows.xlsx",), Asked(sheet="Q2"))


REFUSED: dict[str, tuple[str, str]] = {
    "no names": (text(names="4{s}1.5{s}b"), r"holds no names, it seems, but values: 4, 1.5, b[\s\S]*--no-header"),
    "names like values": ("b,red\na,blue\n" + "b,blue\na,red\n" * 30, "--no-header"),
    "long row": (text().replace("9,3.5,b\n", "9,3.5,b,c\n"), r"rows.csv:11: 4 values where there should be 3"),
    "endless line": (
        text().replace("9,3.5,b", f"9,3.5,{'b' * 2_500_000}"),
        r"CSV Error on Line: \d+ Maximum line size",
    ),
    "open quote": (text().replace("8,6.5,a\n9,3.5,b\n", '8,"6,5",a\n9,"3.5,b\n'), r"line 11: unexpected end of data"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_with_a_file_is_said(name: str, tmp_path: Path) -> None:
    content, said = REFUSED[name]
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises(UnreadableError, match=said):
        raw_rows((tmp_path / "rows.csv",))


def test_what_a_user_says_of_a_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(text("~", names="4{s}1.5{s}b"))
    columns, rows, _ = raw_rows((file,), Asked(header=False, separator="~"))
    assert (columns, rows) == (["column0", "column1", "column2"], [("4", "1.5", "b"), *MEANT])
    columns, rows, _ = raw_rows((file,), Asked(header=True, separator="~"))
    assert (columns, rows) == (["4", "1.5", "b"], MEANT)
    columns, rows, _ = raw_rows((file,), Asked(skip=2, header=False, separator="~"))
    assert rows == MEANT[1:]
    with pytest.raises(UnreadableError, match="--sheet is about a workbook"):
        raw_rows((file,), Asked(sheet="a"))


def zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("__MACOSX/._rows", b"x")
        archive.writestr("folder/rows", data)
    return packed.getvalue()


def zstandard(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zip": zipped, "zst": zstandard,
}  # fmt: skip


@pytest.mark.parametrize("pack", PACKS)
def test_packed_files_are_read(pack: str, tmp_path: Path) -> None:
    json = "".join(f'{{"age": {row[0]}, "y": "{row[2]}"}}\n' for row in NUMBERS)
    for name, content in (("rows.csv", text()), ("rows.jsonl", json), ("title.csv", f"Größe\n\n{text(';')}")):
        (tmp_path / f"{name}.{pack}").write_bytes(PACKS[pack](content.encode("windows-1252")))
    assert raw_rows((tmp_path / f"rows.csv.{pack}",))[1] == MEANT
    assert raw_rows((tmp_path / f"rows.jsonl.{pack}",))[1] == [(str(row[0]), row[2]) for row in NUMBERS]
    columns, rows, source = raw_rows((tmp_path / f"title.csv.{pack}",))
    assert (columns, rows, source.encoding) == (NAMES, MEANT, "windows-1252")
    (tmp_path / f"broken.csv.{pack}").write_bytes(b"no pack")
    with pytest.raises(UnreadableError):
        raw_rows((tmp_path / f"broken.csv.{pack}",))


NASTY = (
    "data[1].csv", "data1.csv", "q?.csv", "q1.csv", "{a,b}.csv", "a.csv", "year=2024.csv", "~.csv", "$HOME.csv",
    "${PATH}.csv", "it's \"it\".csv", "a:b@c#d.csv", "%41.csv", "-dash.csv", "größe 日本.csv", " .csv", "s3:x.csv",
    "[!a].csv", "a&b;c|d.csv", "!x.csv", "#x.csv",
)  # fmt: skip
"""Names with signs that DuckDB, DVC, Hydra, git or a shell take for more than themselves."""


def test_no_sign_of_a_name_is_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "year=2024" / "[a]*?"
    folder.mkdir(parents=True)
    for name in (*NASTY, "a*b.csv", "aXb.csv"):
        (folder / name).write_text(f"age,y\n{len(name)},{name.encode().hex()}\n")
    for name in (*NASTY, "a*b.csv"):
        with at_hand(str(folder / name)) as files:
            columns, rows, _ = raw_rows(files)
        assert (columns, rows) == (["age", "y"], [(str(len(name)), name.encode().hex())])
    (folder / "data[1].csv").unlink()
    with at_hand(str(folder / "data[1].csv")) as files, pytest.raises(UnreadableError, match="there is no file"):
        raw_rows(files)
    with at_hand(str(tmp_path / "year=2024" / "*" / "data*.csv")) as files:
        assert [file.name for file in files] == ["data1.csv"]


@pytest.mark.slow
def test_a_project_reads_its_files_as_new_does(tmp_path: Path) -> None:
    """Every layout and every nasty name is a source of one project, and `new` is asked to make it of the worst."""
    first = tmp_path / "-it's [1] {a,b} ${HOME} #é=~@:.csv"
    first.write_text(f"Title\n{text(';')}")
    first.with_name(first.name.replace("[1]", "1")).write_text(text(names="other{s}net amount{s}y"))
    run(tmp_path, "ninefold", "new", "sub=1/pro [x] $y", "--data", str(first), "--target", "y")
    folder = tmp_path / "sub=1/pro [x] $y"
    assert run(folder, "git", "status", "--porcelain") == ""
    assert len(run(folder, "git", "ls-files", "inputs").splitlines()) == 2  # the pointer of DVC and .gitignore
    (option,) = (folder / "conf/data").glob("*.yaml")
    config = yaml.safe_load(option.read_text(encoding="utf-8"))
    meant = {}
    for number, (content, fields) in enumerate(LAYOUTS.values()):
        (folder / f"inputs/{number}.csv").write_bytes(content.encode())
        columns, rows, _ = raw_rows((folder / f"inputs/{number}.csv",))
        config["sources"][f"layout_{number}"] = {"path": f"inputs/{number}.csv", **fields}
        meant[f"layout_{number}"] = columns, rows
    (folder / "inputs/nasty").mkdir()
    for number, name in enumerate(NASTY):
        (folder / "inputs/nasty" / name).write_text(f"age,y\n{number},{name.encode().hex()}\n")
        config["sources"][f"nasty_{number}"] = {"path": f"inputs/nasty/{name}".replace("${", "\\${")}
        meant[f"nasty_{number}"] = ["age", "y"], [(str(number), name.encode().hex())]
    for number, pack in enumerate(PACKS):
        (folder / f"inputs/packed.csv.{pack}").write_bytes(PACKS[pack](text().encode("utf-16")))
        config["sources"][f"pack_{number}"] = {"path": f"inputs/packed.csv.{pack}", "encoding": "utf-16"}
        meant[f"pack_{number}"] = NAMES, MEANT
    for name, (columns, _) in meant.items():
        config["sources"][name]["columns"] = dict.fromkeys(columns, "text")
    option.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    run(folder, "ninefold", "generate")
    run(folder, "dvc", "repro", "process")
    for name, (columns, rows) in meant.items():
        snapshot = pq.read_table(folder / f"data/raw/{name}.parquet")
        assert snapshot.column_names == columns, name
        assert [tuple(row.values()) for row in snapshot.to_pylist()] == rows, name


TYPED = pa.table(
    {
        "age": pa.array([row[0] for row in NUMBERS]),
        "kind": pa.array([row[2] for row in NUMBERS]).dictionary_encode(),
        "month": pa.array([date(2015 + index // 12, 1 + index % 12, 1) for index, *_ in NUMBERS]),
        "took": pa.array([timedelta(minutes=row[0]) for row in NUMBERS], pa.duration("ms")),
    }
)


def stata(table: pa.Table, file: Path) -> None:
    rows = table.drop_columns(["took"]).to_pandas()
    rows["month"] = rows["month"].astype("datetime64[ns]")
    rows["kind"] = rows["kind"].astype("category")
    rows.to_stata(file, write_index=False, convert_dates={"month": "tm"})


def streamed(table: pa.Table, file: Path) -> None:
    with pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table, max_chunksize=7)


FORMS: dict[str, Callable[[pa.Table, Path], object]] = {
    "rows.feather": pyarrow.feather.write_feather,
    "rows.arrow": lambda table, file: pyarrow.feather.write_feather(
        table, file, compression="uncompressed", chunksize=7
    ),
    "rows.arrows": streamed,
    "rows.orc": lambda table, file: pyarrow.orc.write_table(
        table.drop_columns(["took"]).set_column(1, "kind", table["kind"].cast(pa.string())), file
    ),
    "rows.dta": stata,
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", FORMS)
def test_files_with_typed_columns_are_read(name: str, packed: bool, tmp_path: Path) -> None:
    file = tmp_path / name
    FORMS[name](TYPED, file)
    if packed:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file = tmp_path / f"{name}.gz"
    columns, rows, source = raw_rows((file,))
    assert source.is_converted
    assert columns == ["age", "kind", "month", *(["took"] if len(columns) == 4 else [])]
    assert [(row[0], row[1], str(row[2])[:10]) for row in rows] == [
        (row["age"], row["kind"], str(row["month"])) for row in TYPED.to_pylist()
    ]
    assert [row[3] for row in rows if len(row) == 4] in ([], [60.0 * number for number, *_ in NUMBERS])


@pytest.mark.parametrize("name", ["rows.arrow", "rows.orc", "rows.dta"])
def test_what_is_no_such_file_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(
        b"ARROW1\0\0\0" if name == "rows.arrow" else b"ORC\0" if name == "rows.orc" else b"\0\1"
    )
    with pytest.raises(UnreadableError, match=f"{name} cannot be read"):
        raw_rows((tmp_path / name,))
