"""The command line as a whole: every verb teaches, and says what is missing."""

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import VERBS, app
from tests.sandbox import SCRIPTS, run


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_has_examples(verb: str) -> None:
    shown = CliRunner().invoke(app(), [verb, "--help"]).stdout
    assert f"ninefold {verb}" in shown
    assert "Example" in shown


def test_serving_before_there_is_a_bundle(tmp_path: Path) -> None:
    assert "dvc repro package" in run(tmp_path, "ninefold", "serve", fails=True)


def test_ending_serve_ends_the_service(tmp_path: Path) -> None:
    service = tmp_path / "bundle/mine/service/__main__.py"
    service.parent.mkdir(parents=True)
    service.write_text("import os, sys, time\nprint(os.getpid(), *sys.argv[1:], flush=True)\ntime.sleep(60)\n")
    command = [f"{SCRIPTS}/ninefold", "serve", "--candidate", "--project", str(tmp_path), "--port", "9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split() == [str(process.pid), "--port", "9"]
        process.terminate()
