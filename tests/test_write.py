"""What becomes of files on disk: every status, merges that keep what users wrote, conflicts that write nothing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import MergeConflictError
from generator.write import Change, apply, compare

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
