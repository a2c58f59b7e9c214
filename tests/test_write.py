"""What becomes of files on disk: every status, merges that keep what users wrote, conflicts that write nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import MergeConflictError
from generator.workspace.diff import Change, compare
from generator.workspace.write import CONFLICTS, apply

LINES = [f"line {number}\n" for number in range(12)]
TEXT = "".join(LINES)


def statuses(changes: tuple[Change, ...]) -> dict[str, str]:
    return {change.path: change.status for change in changes}


def bring(tree: dict[str, str], root: Path) -> dict[str, str]:
    """Bring ``root`` up to ``tree`` and return what became of each file."""
    changes = compare(tree, root)
    apply(changes, tree, root)
    return statuses(changes)


def test_a_first_render_creates_and_a_second_changes_nothing(tmp_path: Path) -> None:
    assert bring({"p/a.py": TEXT}, tmp_path) == {"p/a.py": "create"}
    assert bring({"p/a.py": TEXT}, tmp_path) == {"p/a.py": "identical"}
    assert (tmp_path / "p/a.py").read_text() == TEXT


def test_an_untouched_file_is_updated(tmp_path: Path) -> None:
    bring({"a.py": TEXT}, tmp_path)
    assert bring({"a.py": TEXT + "more\n"}, tmp_path) == {"a.py": "update"}
    assert (tmp_path / "a.py").read_text() == TEXT + "more\n"


def test_an_edit_is_kept_while_the_render_stays(tmp_path: Path) -> None:
    bring({"a.py": TEXT}, tmp_path)
    (tmp_path / "a.py").write_text("mine\n" + TEXT)
    assert bring({"a.py": TEXT}, tmp_path) == {"a.py": "edited"}
    assert (tmp_path / "a.py").read_text() == "mine\n" + TEXT


def test_an_edit_and_a_new_render_are_merged(tmp_path: Path) -> None:
    bring({"a.py": TEXT}, tmp_path)
    (tmp_path / "a.py").write_text("mine\n" + TEXT)
    assert bring({"a.py": TEXT + "new\n"}, tmp_path) == {"a.py": "merged"}
    assert (tmp_path / "a.py").read_text() == "mine\n" + TEXT + "new\n"
    assert bring({"a.py": TEXT + "new\n"}, tmp_path) == {"a.py": "edited"}


def test_a_conflict_writes_nothing_at_all(tmp_path: Path) -> None:
    bring({"a.py": TEXT, "b.py": TEXT}, tmp_path)
    (tmp_path / "a.py").write_text(TEXT.replace("line 5", "mine"))
    tree = {"a.py": TEXT.replace("line 5", "theirs"), "b.py": "new\n", "c.py": "new\n"}
    changes = compare(tree, tmp_path)
    assert statuses(changes) == {"a.py": "conflict", "b.py": "update", "c.py": "create"}
    with pytest.raises(MergeConflictError) as raised:
        apply(changes, tree, tmp_path)
    assert raised.value.paths == ("a.py",)
    assert (tmp_path / "a.py").read_text() == TEXT.replace("line 5", "mine")
    assert (tmp_path / "b.py").read_text() == TEXT
    assert not (tmp_path / "c.py").exists()
    marked = (tmp_path / CONFLICTS / "a.py").read_text()
    assert all(text in marked for text in ("<<<<<<< yours\nmine", "theirs\n>>>>>>> new render"))


def conflict(root: Path) -> dict[str, str]:
    """Make a conflict in ``root`` and return the tree that it is with."""
    bring({"p/a.py": TEXT, "p/b.py": TEXT}, root)
    (root / "p/a.py").write_text(TEXT.replace("line 5", "mine"))
    return {"p/a.py": TEXT.replace("line 5", "theirs"), "p/b.py": TEXT + "new\n"}


@pytest.mark.parametrize(("choice", "stays"), [("keep", "mine"), ("take", "theirs")])
def test_a_conflict_is_resolved(choice: str, stays: str, tmp_path: Path) -> None:
    tree = conflict(tmp_path)
    with pytest.raises(MergeConflictError):
        bring(tree, tmp_path)
    apply(compare(tree, tmp_path, **{choice: ["p/a.py"]}), tree, tmp_path)
    assert (tmp_path / "p/a.py").read_text() == TEXT.replace("line 5", stays)
    assert (tmp_path / "p/b.py").read_text() == tree["p/b.py"]
    assert not (tmp_path / CONFLICTS).exists()
    assert set(statuses(compare(tree, tmp_path)).values()) <= {"identical", "edited"}


@pytest.mark.parametrize("path", ["p/a.py", "Makefile", ".github/workflows/check.yml"])
def test_a_deleted_file_stays_away_until_it_is_asked_for(path: str, tmp_path: Path) -> None:
    tree = {"p/__init__.py": TEXT, path: TEXT}
    bring(tree, tmp_path)
    (tmp_path / path).unlink()
    tree[path] += "new\n"
    for _ in range(2):
        assert bring(tree, tmp_path)[path] == "deleted"
        assert not (tmp_path / path).exists()
    apply(compare(tree, tmp_path, take=[path]), tree, tmp_path)
    assert (tmp_path / path).read_text() == tree[path]


@pytest.mark.parametrize("gone", ["p/__init__.py p/a.py", "dvc.yaml", "Makefile dvc.yaml p/__init__.py p/a.py"])
def test_a_package_that_is_gone_and_the_pipeline_are_rendered_again(gone: str, tmp_path: Path) -> None:
    tree = dict.fromkeys(("Makefile", "dvc.yaml", "p/__init__.py", "p/a.py"), TEXT)
    bring(tree, tmp_path)
    for path in gone.split():
        (tmp_path / path).unlink()
    assert [path for path, word in bring(tree, tmp_path).items() if word == "create"] == gone.split()


def test_edits_follow_a_package_to_its_new_name(tmp_path: Path) -> None:
    old = {f"old/{name}": f"import old\n{TEXT}" for name in ("__init__.py", "a.py", "b.py", "c.py")}
    new = {path.replace("old/", "new/"): text.replace("old", "new") for path, text in old.items()}
    bring(old, tmp_path)
    (tmp_path / "old/a.py").write_text(old["old/a.py"] + "mine\n")
    (tmp_path / "old/c.py").unlink()
    (tmp_path / "old/own.py").write_text("my own\n")
    bring(new, tmp_path)
    assert (tmp_path / "new/a.py").read_text() == new["new/a.py"] + "mine\n"
    assert (tmp_path / "new/b.py").read_text() == new["new/b.py"]
    assert not (tmp_path / "new/c.py").exists()
    assert [file.name for file in (tmp_path / "old").iterdir()] == ["own.py"]
    assert set(bring(new, tmp_path).values()) == {"identical", "edited", "deleted"}


def test_an_edit_that_clashes_with_a_new_name_stays_where_it_is(tmp_path: Path) -> None:
    old = {"old/__init__.py": TEXT, "old/a.py": f"import old\n{TEXT}"}
    bring(old, tmp_path)
    (tmp_path / "old/a.py").write_text(f"import old as mine\n{TEXT}")
    with pytest.raises(MergeConflictError):
        bring({"new/__init__.py": TEXT, "new/a.py": f"import new\n{TEXT}"}, tmp_path)
    assert (tmp_path / "old/a.py").read_text() == f"import old as mine\n{TEXT}"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.rstrip(b"\n"),
        lambda text: b"# caf\xe9\n" + text,
        lambda text: b"\xef\xbb\xbf" + text,
    ],
    ids=["CRLF", "no newline at the end", "Latin-1", "BOM"],
)
def test_bytes_that_a_user_wrote_come_back_as_they_were(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    bring({"a.py": TEXT}, tmp_path)
    mine = change(TEXT.encode())
    (tmp_path / "a.py").write_bytes(mine)
    assert bring({"a.py": TEXT}, tmp_path) == {"a.py": "edited"}
    assert (tmp_path / "a.py").read_bytes() == mine
    assert bring({"a.py": TEXT.replace("line 5", "new")}, tmp_path) == {"a.py": "merged"}
    assert (tmp_path / "a.py").read_bytes() == mine.replace(b"line 5", b"new")


def test_a_file_stays_executable_and_a_link_stays_a_link(tmp_path: Path) -> None:
    bring({"a.py": TEXT, "b.py": TEXT}, tmp_path)
    (tmp_path / "a.py").chmod(0o755)
    (tmp_path / "b.py").rename(tmp_path / "real.py")
    (tmp_path / "b.py").symlink_to("real.py")
    bring({"a.py": "new\n", "b.py": "new\n"}, tmp_path)
    assert (tmp_path / "a.py").stat().st_mode & 0o111
    assert (tmp_path / "b.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "new\n"


def test_a_file_that_was_there_before_us_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("somebody's\n")
    assert statuses(compare({"a.py": TEXT}, tmp_path)) == {"a.py": "conflict"}


def test_values_are_always_updated(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("a: 1\n")
    assert bring({"params.yaml": "a: 2\n"}, tmp_path) == {"params.yaml": "update"}


def test_a_stale_file_goes_with_its_folder_unless_it_was_edited(tmp_path: Path) -> None:
    bring({"p/old.py": TEXT, "p/q/kept.py": TEXT, "r/gone.py": TEXT}, tmp_path)
    (tmp_path / "p/q/kept.py").write_text("mine\n" + TEXT)
    assert bring({"p/new.py": TEXT}, tmp_path) == {
        "p/new.py": "create",
        "p/old.py": "stale",
        "p/q/kept.py": "stale",
        "r/gone.py": "stale",
    }
    assert not (tmp_path / "p/old.py").exists()
    assert not (tmp_path / "r").exists()
    assert (tmp_path / "p/q/kept.py").read_text() == "mine\n" + TEXT
    assert statuses(compare({"p/new.py": TEXT}, tmp_path)) == {"p/new.py": "identical"}


def test_a_run_killed_between_a_file_and_its_base_goes_on(tmp_path: Path) -> None:
    bring({"a.py": TEXT}, tmp_path)
    (tmp_path / "a.py").write_text(TEXT + "new\n")
    assert bring({"a.py": TEXT + "new\n"}, tmp_path) == {"a.py": "identical"}
    assert bring({"a.py": TEXT}, tmp_path) == {"a.py": "update"}


class KilledError(Exception):
    """The process ended here."""


def killed_at(step: int, tree: dict[str, str], root: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Bring ``root`` up to ``tree``, ending at the n-th file that is moved or removed; say whether it came so far."""
    left = iter(range(step))

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if next(left, None) is None:
                raise KilledError
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dying(Path.replace))
        patch.setattr(Path, "unlink", dying(Path.unlink))
        try:
            bring(tree, root)
        except KilledError:
            return True
    return False


def test_a_kill_at_any_moment_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever write is the last one, the next run ends where an undisturbed one does, with the user's edits."""
    first = {"p/__init__.py": "", "p/a.py": TEXT, "p/b.py": TEXT, "p/old.py": TEXT, "dvc.yaml": TEXT}
    second = {"p/__init__.py": "", "p/a.py": TEXT + "new\n", "p/b.py": "new\n", "p/c.py": TEXT, "dvc.yaml": "new\n"}
    ends: list[dict[str, str]] = []
    for step in range(100):
        root = tmp_path / str(step)
        bring(first, root)
        (root / "p/a.py").write_text("mine\n" + TEXT)
        disturbed = killed_at(step, second, root, monkeypatch)
        assert "mine\n" in (root / "p/a.py").read_text()
        bring(second, root)
        files = [file for file in root.rglob("*") if file.is_file()]
        ends.append({file.relative_to(root).as_posix(): file.read_text() for file in files})
        if not disturbed:
            break
    assert len(ends) > 8
    assert all(end == ends[-1] for end in ends)
    assert not any(path.endswith(".partial") for path in ends[-1])


edits = st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["drop", "change", "insert"])), max_size=4)


def edited(changes: list[tuple[int, str]], mark: str) -> str:
    lines: list[str] = list(LINES)
    for place, kind in changes:
        new = f"{mark} {place}\n"
        lines[place] = {"drop": "", "change": new, "insert": new + lines[place]}[kind]
    return "".join(lines)


@settings(max_examples=30, deadline=None)
@given(mine=edits, theirs=edits)
def test_what_a_user_wrote_is_still_there_or_a_conflict_is_reported(
    tmp_path_factory: pytest.TempPathFactory, mine: list[tuple[int, str]], theirs: list[tuple[int, str]]
) -> None:
    root = tmp_path_factory.mktemp("merge")
    bring({"a.py": TEXT}, root)
    text = edited(mine, "mine")
    (root / "a.py").write_text(text)
    tree = {"a.py": edited(theirs, "theirs")}
    changes = compare(tree, root)
    if changes[0].status == "conflict":
        with pytest.raises(MergeConflictError):
            apply(changes, tree, root)
        assert (root / "a.py").read_text() == text
    else:
        apply(changes, tree, root)
        now = (root / "a.py").read_text().splitlines()
        assert all(line in now for line in text.splitlines() if line.startswith("mine"))
