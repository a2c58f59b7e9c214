"""The command line as a whole: every verb teaches, and says what is missing."""

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import VERBS, app
from tests.sandbox import SCRIPTS, copy, run, write


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_has_examples(verb: str) -> None:
    shown = CliRunner().invoke(app(), [verb, "--help"]).stdout
    assert f"ninefold {verb}" in shown
    assert "Example" in shown


def test_serving_before_there_is_a_bundle(tmp_path: Path) -> None:
    assert "dvc repro package" in run(tmp_path, "ninefold", "serve", fails=True)


@pytest.mark.parametrize("asked", [["--shadow"], ["3", "--canary", "0.1"], ["--alone"]])
def test_a_trial_that_is_not_described_names_the_setting_and_its_file(asked: list[str], tmp_path: Path) -> None:
    copy("weights", tmp_path / "weights")
    write({"weights/service/__main__.py": ""}, tmp_path / "weights")
    said = run(tmp_path / "weights", "ninefold", "promote", *asked, fails=True)
    assert said.startswith("conf/release/gate.yaml:2: release.live: it is not set, so no version is tried")
    assert "live: {mode: shadow}" in said
    assert "live: {mode: canary, share: 0.1}" in said
    assert "unrecognized arguments" not in said
    gate = tmp_path / "weights/conf/release/gate.yaml"
    gate.write_text(f"{gate.read_text()}live: {{mode: canary, share: 0.1}}\n")
    assert "the code does not know it yet: run `dvc repro`" in run(
        tmp_path / "weights", "ninefold", "promote", *asked, fails=True
    )


def test_ending_serve_ends_the_service(tmp_path: Path) -> None:
    service = tmp_path / "bundle/mine/service/__main__.py"
    service.parent.mkdir(parents=True)
    service.write_text("import os, sys, time\nprint(os.getpid(), *sys.argv[1:], flush=True)\ntime.sleep(60)\n")
    command = [f"{SCRIPTS}/ninefold", "serve", "--candidate", "--project", str(tmp_path), "--port", "9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split() == [str(process.pid), "--port", "9"]
        process.terminate()
