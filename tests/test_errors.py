"""Every folder in tests/errors is a mistake laid over tests/errors/base, and what the user is told about it.

A case holds the files of ``conf/`` that differ from the base, and may hold ``overrides.txt`` (one to a line) or a
``params.yaml`` that is read instead. ``pytest --update`` rewrites ``expected.txt``.
"""

import shutil
from pathlib import Path

import pytest

from generator.config.compose import compose, read_params
from generator.errors import ConfigError, Problem, suggestion
from generator.validation.check import check

CASES = Path(__file__).parent / "errors"
BASE = CASES / "base"
NAMES = sorted(case.name for case in CASES.iterdir() if case.is_dir() and case != BASE)


def told(case: Path, workspace: Path) -> str:
    """Return all that a user is told about ``case``."""
    try:
        params = case / "params.yaml"
        composed = read_params(params) if params.exists() else compose(laid_over_base(case, workspace), overrides(case))
        check(composed)
    except ConfigError as error:
        return f"{error}\n"
    return "no problems\n"


def laid_over_base(case: Path, workspace: Path) -> Path:
    shutil.copytree(BASE, workspace, dirs_exist_ok=True)
    shutil.copytree(case, workspace, dirs_exist_ok=True)
    return workspace / "conf"


def overrides(case: Path) -> list[str]:
    file = case / "overrides.txt"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@pytest.mark.parametrize("name", NAMES)
def test_mistake_is_told(name: str, tmp_path: Path, update: bool) -> None:
    case = CASES / name
    found = told(case, tmp_path)
    if update:
        (case / "expected.txt").write_text(found, encoding="utf-8")
    assert found == (case / "expected.txt").read_text(encoding="utf-8")
    assert str(tmp_path) not in found
    if found != "no problems\n":
        assert_every_problem_has_a_place_and_a_hint(found)


def assert_every_problem_has_a_place_and_a_hint(text: str) -> None:
    heads = [line for line in text.splitlines() if not line.startswith("    ")]
    hints = [line for line in text.splitlines() if line.startswith("    ")]
    assert len(heads) == len(hints)
    assert all(head.startswith(("conf/", "params.yaml", "override ")) for head in heads)


def test_base_has_no_problems(tmp_path: Path) -> None:
    assert told(BASE, tmp_path) == "no problems\n"


def test_folder_without_a_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this file does not exist") as caught:
        compose(tmp_path)
    assert caught.value.problems[0].file == f"{tmp_path.name}/config.yaml"


def test_problems_come_in_the_order_of_files_and_lines_and_each_once() -> None:
    later, earlier = Problem("conf/b.yaml", 2, "b", "wrong"), Problem("conf/a.yaml", 9, "a", "wrong")
    assert ConfigError([later, earlier, later]).problems == (earlier, later)


def test_suggestion_ignores_case_and_lists_what_is_known_when_nothing_is_near() -> None:
    assert suggestion("TAILNUM", ["tailnum", "origin"]) == "did you mean 'tailnum'?"
    assert suggestion("zzz", ["tailnum", "origin"]) == "known here: tailnum, origin"
    assert suggestion("zzz", []) == ""
