"""Options of the test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``pytest --update`` rewrite what tests expect to what the code now gives."""
    parser.addoption("--update", action="store_true", help="rewrite expected files through the same function")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Return whether expected files are to be rewritten."""
    return bool(request.config.getoption("--update"))
