"""The command line as a whole: every verb teaches, and says what is missing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import VERBS, app
from tests.sandbox import run


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_has_examples(verb: str) -> None:
    shown = CliRunner().invoke(app(), [verb, "--help"]).stdout
    assert f"ninefold {verb}" in shown
    assert "Example" in shown


def test_serving_before_there_is_a_bundle(tmp_path: Path) -> None:
    assert "dvc repro package" in run(tmp_path, "ninefold", "serve", fails=True)
