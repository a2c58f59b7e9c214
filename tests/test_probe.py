"""Sources that DVC cannot see into: what fingerprints notice, how files elsewhere are read, and what is rendered."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from generator.sources.database import table_fingerprint
from generator.sources.remote import fetched, files_fingerprint
from tests.sandbox import PROJECTS, copy, edit, free_port, loaded, tree


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Yield a database with a table whose names are odd."""
    monkeypatch.setenv("SHOP", f"sqlite:///{tmp_path / 'shop.db'}")
    database = sqlite3.connect(tmp_path / "shop.db")
    database.execute(
        'CREATE TABLE "or""ders" ("a key" INTEGER PRIMARY KEY, "number of rows" TEXT, "updated at" TIMESTAMP)'
    )
    database.execute("""INSERT INTO "or""ders" VALUES (1, 'x', '2024-03-01 12:00:00'), (2, 'y', NULL)""")
    database.commit()
    yield database
    database.close()


def test_a_table_has_a_count_and_last_values(table: sqlite3.Connection) -> None:
    first = table_fingerprint("SHOP", 'or"ders')
    assert first == {"rows": 2, "last": {"a key": "2", "updated at": "2024-03-01 12:00:00"}}
    for change in (
        'INSERT INTO "or""ders" VALUES (3, NULL, NULL)',
        'DELETE FROM "or""ders" WHERE "a key" = 1',
        """UPDATE "or""ders" SET "updated at" = '2024-03-02' WHERE "a key" = 3""",
    ):
        table.execute(change)
        table.commit()
        last, first = first, table_fingerprint("SHOP", 'or"ders')
        assert first != last, change


def test_an_empty_table_has_a_fingerprint(table: sqlite3.Connection) -> None:
    table.execute('DELETE FROM "or""ders"')
    table.commit()
    assert table_fingerprint("SHOP", 'or"ders') == {"rows": 0, "last": {"a key": None, "updated at": None}}


def test_files_elsewhere_differ_where_something_changes(tmp_path: Path) -> None:
    there = tmp_path / "or[d]ers?"
    there.mkdir()
    (there / "a.csv").write_text("x\n1\n")
    (there / "b.txt").write_text("x\n")
    url = f"file://{there}/*.csv"
    seen = [files_fingerprint(url)]
    assert (seen[0]["files"], seen[0]["bytes"]) == (1, 4)
    assert files_fingerprint(url) == seen[0]
    (there / "b.csv").write_text("x\n2\n")
    seen.append(files_fingerprint(url))
    (there / "b.csv").write_text("x\n3\n")
    os.utime(there / "b.csv", (0, 0))
    seen.append(files_fingerprint(url))
    assert len({found["sha256"] for found in seen}) == 3
    copies = fetched(url, tmp_path / "copies")
    assert [(file.name, file.read_text()) for file in copies] == [("a.csv", "x\n1\n"), ("b.csv", "x\n3\n")]


class Silent(SimpleHTTPRequestHandler):
    """A server that says nothing of when a file has changed, as some do."""

    def send_header(self, keyword: str, value: str) -> None:
        """Send all but one header."""
        if keyword != "Last-Modified":
            super().send_header(keyword, value)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def test_a_server_without_times_is_read_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("x\n1\n")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/r.csv?token=s3cret"
        first = files_fingerprint(url)
        (tmp_path / "r.csv").write_text("x\n2\n")
        assert files_fingerprint(url)["sha256"] != first["sha256"]
        assert [file.read_text() for file in fetched(url, tmp_path / "copies")] == ["x\n2\n"]
        server.shutdown()


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("file:///nowhere/x.csv", FileNotFoundError, "there is no file file:///nowhere/x.csv"),
        ("file:///nowhere/*.csv?s3cret", FileNotFoundError, "there is no file file:///nowhere/*.csv"),
        ("odd://place/x.csv", ConnectionError, "Protocol not known: odd"),
    ],
)
def test_what_is_not_there_is_named(url: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as caught:
        files_fingerprint(url)
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.fixture
def rendered(tmp_path: Path) -> dict[str, str]:
    """Return a project with a table of a database and a file elsewhere."""
    folder = copy("weights", tmp_path / "weights")
    data = folder / "conf/data/penguins.yaml"
    edit(data, "package: palmerpenguins, path: data/penguins.csv, nulls: [NA]", "database: BIRDS, table: birds")
    edit(data, "path: places/islands.csv", 'path: "https://example.com/a b/is\\"lands.csv.xz?v=1"')
    return dict(tree(folder))


def test_only_such_sources_are_asked(rendered: dict[str, str]) -> None:
    stages = yaml.safe_load(rendered["dvc.yaml"])["stages"]
    assert list(stages)[:3] == ["generate", "probe", "collect"]
    assert stages["probe"]["always_changed"] is True
    assert stages["probe"]["outs"] == [{"data/sources.json": {"persist": True}}]
    assert "data/sources.json" in stages["collect"]["deps"]
    assert 'table_fingerprint, "BIRDS", "birds"' in rendered["weights/data/probe.py"]
    assert "steps=(unpacked,), url='https" in " ".join(rendered["weights/data/collect.py"].split())
    plain = tree(PROJECTS / "weights")
    assert "weights/data/probe.py" not in plain
    assert "probe" not in yaml.safe_load(plain["dvc.yaml"])["stages"]


def test_without_its_sources_a_run_goes_on_with_what_it_has(
    rendered: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BIRDS", raising=False)
    module = loaded(rendered, "weights/data/probe.py")
    module.SOURCES["islands"] = partial(module.files_fingerprint, f"http://127.0.0.1:{free_port()}/x.csv")
    with pytest.raises(ConnectionError, match="the source penguins cannot be reached: BIRDS is not set"):
        module.main()
    known = {"penguins": {"rows": 3, "last": {}}, "islands": {"files": 1, "bytes": 2, "sha256": "x"}}
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data/sources.json").write_text(json.dumps(known))
    module.main()
    said = capsys.readouterr()
    assert "the source islands cannot be reached, so its last snapshot is used: there is no file http" in said.err
    assert "nothing new" not in said.out
    assert json.loads((tmp_path / "data/sources.json").read_text()) == known
    module.KNOWN = True
    module.main()
    assert capsys.readouterr() == ("", "")
    module.KNOWN, module.REQUIRED = False, True
    with pytest.raises(ConnectionError):
        module.main()
    assert json.loads((tmp_path / "data/sources.json").read_text()) == known
