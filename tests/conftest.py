"""Options of the test run, and the project that several modules change and run again."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox import commit, run, start


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``pytest --update`` rewrite what tests expect to what the code now gives."""
    parser.addoption("--update", action="store_true", help="rewrite expected files through the same function")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that have most slow tests: processes that share the modules then end together."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Return whether expected files are to be rewritten."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let nothing be kept in the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project that has been run to the end, for tests to copy."""
    folder = start("weights", tmp_path_factory.mktemp("made") / "weights")
    run(folder, "dvc", "repro")
    commit(folder, "Run")
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Iterator[Path]:
    """Yield a copy of the project that has been run, all of the test's own."""
    folder = tmp_path / "weights"
    shutil.copytree(made, folder, symlinks=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
