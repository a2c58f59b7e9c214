"""What a project is without Ninefold: the files that change, and the folders that nobody reads any more."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from generator.sql.code import yaml_file

FOLDERS = ("conf", ".ninefold")
"""What Ninefold alone reads."""

PARTS = {
    "dvc.lock": re.compile(r"^  generate:\n(?: {3,}.*\n|[ \t]*\n)*", re.MULTILINE),
    ".dvc/config": re.compile(r"^\[hydra\]\n(?:[ \t].*\n?|\n)*", re.MULTILINE),
    ".gitignore": re.compile(r"^/\.ninefold/.*\n", re.MULTILINE),
    "requirements.txt": re.compile(
        r"^(?:ninefold\b(?![-.\w]).*|\./vendor/ninefold-.*\.whl)\n", re.MULTILINE | re.IGNORECASE
    ),
}
"""What is Ninefold's in files that it does not render: its stage, its config for experiments, its pin."""


def uncommitted(root: Path) -> list[str] | None:
    """Return the files of ``root`` that git would not bring back, None where there is no git."""
    changed = _git(root, "status", "--porcelain", "--untracked-files=all", "--", ".")
    ignored = _git(root, "status", "--porcelain", "--untracked-files=all", "--ignored", "--", "conf")
    if changed is None or ignored is None:
        return None
    return sorted({line[3:] for line in (changed + ignored).splitlines()})


def without(root: Path) -> dict[str, str]:
    """Return the files of ``root`` in which Ninefold has a part, each without it; ``dvc.yaml`` has lost it before."""
    texts = {path: (root / path).read_text(encoding="utf-8") for path in PARTS if (root / path).is_file()}
    left = {path: PARTS[path].sub("", text) for path, text in texts.items()}
    left["params.yaml"] = _values(root)
    return {path: text for path, text in left.items() if text != texts.get(path)}


def mentions(root: Path) -> list[str]:
    """Return the files in git's care that still speak of Ninefold or of ``conf/``."""
    said = _git(root, "grep", "--files-with-matches", "-I", "--extended-regexp", r"[Nn]inefold|\bconf/", "--", ".")
    return [path for path in (said or "").splitlines() if (root / path).is_file()]


def _values(root: Path) -> str:
    """Return ``params.yaml`` with what stages read of it, and nothing that only a render turned into code."""
    whole = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    pipeline = (root / "dvc.yaml").read_text(encoding="utf-8")
    read = {*_tracked(yaml.safe_load(pipeline)["stages"]), *re.findall(r"\$\{\s*(\w+)", pipeline)}
    kept = {key: value for key, value in whole.items() if key in read}
    return yaml_file(kept)


def _tracked(stages: dict[str, Any]) -> Iterator[str]:
    """Yield the first part of every key of ``params.yaml`` that ``stages`` name."""
    for stage in stages.values():
        for item in stage.get("do", stage).get("params", ()):
            keys = (item.get("params.yaml") or ()) if isinstance(item, dict) else (item,)
            yield from (key.partition(".")[0] for key in keys)


def _git(root: Path, *arguments: str) -> str | None:
    """Return what git says, None where it refuses."""
    command = ["git", "-c", "core.quotePath=false", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
