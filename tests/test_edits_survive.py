"""Users edit what is rendered, and conf/ goes on: on real trees, their lines stay or both versions are at hand."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import MergeConflictError
from generator.render.render import Tree
from generator.workspace.diff import WHOLE, compare
from generator.workspace.write import CONFLICTS, apply
from tests.sandbox import PROJECTS, ROOT, copy, edit, run, tree

VARIANTS = (
    (),
    ("split.seed=3",),
    ("model=[baseline,lightgbm]",),
    ("features.bill_area=bill_length_mm + bill_depth_mm",),
    ("metrics.primary=mae", "service.log=false"),
    ("problem.use=descriptive",),
    ("project.package=heavy",),
)


@pytest.fixture(scope="module")
def trees() -> Sequence[Tree]:
    """Return what the project renders to under each of VARIANTS."""
    return [tree(PROJECTS / "weights", *overrides) for overrides in VARIANTS]


@pytest.fixture(scope="module")
def rendered(trees: Sequence[Tree], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the first of the trees, to be copied."""
    root = tmp_path_factory.mktemp("rendered")
    apply(compare(trees[0], root), trees[0], root)
    return root


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_edit_is_ever_lost(
    data: st.DataObject, trees: Sequence[Tree], rendered: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("edits") / "project"
    shutil.copytree(rendered, root)
    mine: dict[str, str] = {}
    paths = sorted(path for path in trees[0] if not path.startswith(WHOLE))
    for number, path in enumerate(data.draw(st.lists(st.sampled_from(paths), max_size=4, unique=True))):
        lines = (root / path).read_text().splitlines(keepends=True)
        place = data.draw(st.integers(0, len(lines)))
        mark = f"# mine {number}\n"
        replaced = data.draw(st.integers(0, 3))
        (root / path).write_text("".join([*lines[:place], mark, *lines[place + replaced :]]))
        mine[mark] = path
    gone = data.draw(st.sampled_from(paths))
    if gone not in mine.values() and gone.endswith(".py"):
        (root / gone).unlink()
    for index in data.draw(st.lists(st.integers(0, len(trees) - 1), min_size=1, max_size=3)):
        before = {mark: where(mark, root) for mark in mine}
        try:
            apply(compare(trees[index], root), trees[index], root)
        except MergeConflictError as error:
            assert {mark: where(mark, root) - {CONFLICTS} for mark in mine} == before
            assert all("<<<<<<< yours" in (root / CONFLICTS / path).read_text() for path in error.paths)
            break
        assert all(where(mark, root) for mark in mine)
        again = compare(trees[index], root)
        assert {change.status for change in again} <= {"identical", "edited", "deleted"}


def where(mark: str, root: Path) -> set[str]:
    """Return the first folders of the files that hold ``mark``; those with conflicts are one."""
    files = [file for file in root.rglob("*") if file.is_file()]
    found = {file.relative_to(root).as_posix() for file in files if mark in file.read_text()}
    return {CONFLICTS if path.startswith(CONFLICTS) else path.split("/")[0] for path in found}


def test_the_example_is_as_rendered() -> None:
    """What this repository shows has no edits in it."""
    run(ROOT, "ninefold", "generate", "--check")
    bases = ROOT / ".ninefold/base"
    edited = [
        str(base.relative_to(bases))
        for base in bases.rglob("*.rendered")
        if base.read_bytes() != (ROOT / base.relative_to(bases)).with_suffix("").read_bytes()
    ]
    assert edited == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = copy("weights", tmp_path / "weights")
    run(folder, "ninefold", "generate")
    return folder


@pytest.mark.slow
def test_a_conflict_is_told_and_resolved_by_hand(project: Path) -> None:
    file = project / "weights/problem/labels.sql"
    text = file.read_text()
    line = next(line for line in text.splitlines() if "'0'" in line)
    file.write_text(text.replace(line, f"{line} -- mine"))
    said = run(project, "ninefold", "generate", "split.seed=3", fails=True)
    assert "conflict  weights/problem/labels.sql" in said
    assert "--keep FILE" in said
    run(project, "ninefold", "generate", "--keep", "weights/problem/labels.sql", "split.seed=3")
    assert "-- mine" in file.read_text()
    said = run(project, "ninefold", "generate", "--keep", "weights/lables.sql", fails=True)
    assert "'weights/problem/labels.sql'?" in said


def test_a_check_passes_over_edits_and_not_over_outdated_files(project: Path) -> None:
    with (project / "weights/monitoring/drift.py").open("a", encoding="utf-8") as file:
        file.write("# mine\n")  # what it imports stays the same, and with it dvc.yaml
    (project / "weights/tests/test_training.py").unlink()  # no stage depends on it
    assert "edited  weights/monitoring/drift.py" in run(project, "ninefold", "generate", "--check")
    run(project, "ninefold", "generate", "--check", "split.seed=3", fails=True)


def test_a_stage_of_ones_own_stays_in_the_pipeline(project: Path) -> None:
    with (project / "dvc.yaml").open("a") as file:
        file.write("  # mine\n")
    edit(project / "dvc.yaml", "stages:\n", "stages:\n  publish:\n    cmd: echo published\n    deps: [bundle]\n")
    run(project, "ninefold", "generate", "model=[baseline,lightgbm]")
    stages = yaml.safe_load((project / "dvc.yaml").read_text())["stages"]
    assert stages["publish"] == {"cmd": "echo published", "deps": ["bundle"]}


def test_a_template_of_ones_own_takes_the_place_of_ours(project: Path) -> None:
    own = project / "templates/package/common/engine.py.jinja"
    own.parent.mkdir(parents=True)
    own.write_text((ROOT / "templates/package/common/engine.py.jinja").read_text() + "\n\nMINE = 1\n")
    run(project, "ninefold", "generate")
    assert "MINE = 1" in (project / "weights/common/engine.py").read_text()


BROKEN = {"{% if %}": "TemplateSyntaxError", "{{ nothing }}": "UndefinedError", "{{ 1 / 0 }}": "ZeroDivisionError"}


@pytest.mark.parametrize(("line", "error"), BROKEN.items())
def test_a_template_of_ones_own_that_breaks_is_told(line: str, error: str, project: Path) -> None:
    own = project / "templates/package/common/engine.py.jinja"
    own.parent.mkdir(parents=True)
    own.write_text(f"first\n{line}\n")
    said = run(project, "ninefold", "generate", fails=True)
    assert f"templates/package/common/engine.py.jinja:2: {error}" in said
    assert "takes the place of" in said


def test_a_package_with_a_new_name_keeps_edits_and_runs_its_tests(project: Path) -> None:
    file = project / "weights/monitoring/drift.py"
    file.write_text(file.read_text() + "\n\nMINE = 1\n")
    (project / "weights/own.py").write_text("MINE = 2\n")
    edit(project / "conf/config.yaml", "package: weights", "package: heavy")
    said = run(project, "ninefold", "generate")
    assert "left  weights/, with files of your own" in said
    assert (project / "heavy/monitoring/drift.py").read_text().endswith("MINE = 1\n")
    assert [item.name for item in (project / "weights").iterdir()] == ["own.py"]
