"""The tutorial, followed to the letter in a fresh folder: its edits, its commands, and what it says they print."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sandbox import ROOT, edit, free_port, run, wait_for

BLOCK = re.compile(r"^```(\w+)(?: title=[^\n]*)?\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
TEXT = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCKS = BLOCK.findall(TEXT)
SERVE = "ninefold serve\n"


def edited(project: Path, block: str) -> None:
    """Make the edit of a block, which has the form of a diff."""
    path, *lines = block.splitlines()
    before, after = ("".join(f"{line[1:]}\n" for line in lines if line[0] in signs) for signs in (" -", " +"))
    edit(project / path.removeprefix("--- "), before, after)


def test_every_block_is_one_that_is_run() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "text", "diff", "python"}
    assert TEXT.count("```") == 2 * len(BLOCKS)


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "ninefold/docs").mkdir(parents=True)
    shutil.copytree(ROOT / "docs/tutorial", tmp_path / "ninefold/docs/tutorial")
    project, said, port = tmp_path / "delays", "", free_port()
    env = {f"GIT_{who}_{what}": "someone@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    folder, service = tmp_path, None
    try:
        for kind, block in BLOCKS:
            block = block.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
            if kind == "diff":
                edited(project, block)
            elif kind == "python":
                (project / "replay.py").write_text(block, encoding="utf-8")
            elif kind == "text":
                assert [line for line in block.splitlines() if line not in said.splitlines()] == []
            elif block == SERVE:
                log = tmp_path / "serve.log"
                with log.open("wb") as output:
                    service = subprocess.Popen(
                        ["ninefold", "serve", "--port", str(port)], cwd=project, stdout=output, stderr=output
                    )
                wait_for(port, lambda service=service: service.poll() is None, log)  # type: ignore[misc]
            else:
                typed = block.replace("service.client", f"service.client http://127.0.0.1:{port}")
                typed = typed.replace("ninefold plan\n", "ninefold plan || true\n")  # its exit code says what it found
                said = run(folder, "bash", "-euc", typed, env=env)
            folder = project
    finally:
        if service is not None:
            service.terminate()
            service.wait()
    assert '"matched": 300' in said
    assert '"status": "alarm"' in said and "dest_late_7d is missing" in said
    assert "flight is" not in said
