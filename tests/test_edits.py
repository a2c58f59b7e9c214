"""A small edit makes a small diff: which files each kind of edit may touch, and that nothing else changes."""

from pathlib import Path

import pytest

from generator.render.render import Tree
from tests.sandbox import PROJECTS, copy, tree

CASE = PROJECTS / "weights"
EDITS = {
    ("model.lightgbm.params.num_leaves=9",): {"params.yaml"},
    ("monitor.false_alarms_per_quarter=0.5",): {"params.yaml"},
    ("release.min_gain=0.1",): {"params.yaml"},
    ("problem.question=How much?",): {"params.yaml"},
    ("metrics.bootstrap.rounds=60",): {"params.yaml"},
    ("engine.threads=1",): {"params.yaml"},
    ("split.seed=3",): {"params.yaml", "weights/problem/labels.sql", "weights/packaging/fitted_rows.py"},
    ("features.bill_area=bill_length_mm + bill_depth_mm",): {
        "params.yaml",
        "weights/features/definitions.py",
        "weights/features/features.sql",
        "weights/service/features.py",
    },
}


@pytest.fixture(scope="module")
def before() -> Tree:
    """Return the project as it is."""
    return tree(CASE)


def changed(before: Tree, after: Tree) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


@pytest.mark.parametrize(("edit", "touched"), EDITS.items(), ids=[" ".join(edit) for edit in EDITS])
def test_an_edit_touches_only_its_files(edit: tuple[str, ...], touched: set[str], before: Tree) -> None:
    assert changed(before, tree(CASE, *edit)) == touched


def test_a_candidate_fewer_leaves_the_stages_as_they_are(before: Tree) -> None:
    after = tree(CASE, "model=[baseline,lightgbm]")
    gone = {"weights/models/train_linear.py", "weights/models/scoring/linear.py", "weights/service/models/linear.py"}
    assert before.keys() - after.keys() == gone
    assert changed(before, after) - gone <= {
        "params.yaml",
        "weights/models/candidates.py",
        "weights/tests/examples.py",
        "weights/tests/test_training.py",
    }


def test_the_same_config_renders_to_the_same_bytes_anywhere(before: Tree, tmp_path: Path) -> None:
    assert tree(copy("weights", tmp_path / "a folder with spaces")) == before
