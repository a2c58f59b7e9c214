"""Compare a rendered tree with the disk and bring the disk up to it; the only module that writes.

What a user edited is merged, never overwritten: ``.ninefold/base/`` keeps each file as it was last rendered, and
``git merge-file`` joins that, the user's file and the new render.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generator.errors import MergeConflictError

BASE = ".ninefold/base"
SUFFIX = ".rendered"
"""Added to every name in BASE, so that no tool takes a copy for the thing: DVC reads each dvc.yaml it finds."""

WHOLE = ("params.yaml", ".ninefold/")
"""Files and folders in which nothing is a user's, so that they are written whole; DVC writes the first too."""

Status = Literal["create", "update", "identical", "edited", "merged", "conflict", "stale"]


@dataclass(frozen=True)
class Change:
    """What becomes of one file: its ``status``, and the text it will have (None: it goes)."""

    path: str
    status: Status
    text: str | None


def compare(tree: Mapping[str, str], root: Path) -> tuple[Change, ...]:
    """Return what bringing ``root`` up to ``tree`` does to each file, in the order of their paths."""
    bases = (root / BASE).rglob(f"*{SUFFIX}")
    known = {file.relative_to(root / BASE).as_posix().removesuffix(SUFFIX) for file in bases}
    stale = [change for path in sorted(known - tree.keys()) if (change := _stale(path, root))]
    return tuple(
        sorted([*(_change(path, text, root) for path, text in tree.items()), *stale], key=lambda item: item.path)
    )


def apply(changes: Iterable[Change], tree: Mapping[str, str], root: Path) -> None:
    """Make ``changes`` on disk, each file whole or not at all; raises when one is a conflict, before any is made."""
    changes = tuple(changes)
    conflicts = [change.path for change in changes if change.status == "conflict"]
    if conflicts:
        raise MergeConflictError(conflicts)
    for change in changes:
        if change.status in ("create", "update", "merged") and change.text is not None:
            _write(root / change.path, change.text)
        if change.status == "stale" and change.text is None:
            _remove(root / change.path, root)
    for path, text in tree.items():
        if not path.startswith(WHOLE) and _read(_base(path, root)) != text:
            _write(_base(path, root), text)
    for change in changes:
        if change.status == "stale":
            _remove(_base(change.path, root), root)


def _change(path: str, new: str, root: Path) -> Change:
    ours, base = _read(root / path), _read(_base(path, root))
    if ours is None:
        return Change(path, "create", new)
    if ours == new:
        return Change(path, "identical", new)
    if path.startswith(WHOLE) or ours == base:
        return Change(path, "update", new)
    if base == new:
        return Change(path, "edited", ours)
    if base is None:
        return Change(path, "conflict", None)
    merged = _merge(ours, base, new)
    return Change(path, "conflict", None) if merged is None else Change(path, "merged", merged)


def _stale(path: str, root: Path) -> Change | None:
    """Return what becomes of a file that is no longer rendered: it goes, unless a user edited it."""
    ours = _read(root / path)
    return Change(path, "stale", None if ours == _read(_base(path, root)) else ours)


def _merge(ours: str, base: str, new: str) -> str | None:
    """Return the three texts joined, or None where they clash."""
    with tempfile.TemporaryDirectory() as name:
        files = []
        for label, text in (("ours", ours), ("base", base), ("new", new)):
            file = Path(name) / label
            file.write_text(text, encoding="utf-8")
            files.append(str(file))
        done = subprocess.run(["git", "merge-file", "-p", *files], capture_output=True, check=False)
    return done.stdout.decode("utf-8") if done.returncode == 0 else None


def _base(path: str, root: Path) -> Path:
    return root / BASE / f"{path}{SUFFIX}"


def _read(file: Path) -> str | None:
    return file.read_bytes().decode("utf-8") if file.is_file() else None


def _write(file: Path, text: str) -> None:
    """Write ``text`` under a temporary name and move it into place, so that no half-written file is ever seen."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.partial")
    temporary.write_bytes(text.encode("utf-8"))
    temporary.replace(file)


def _remove(file: Path, root: Path) -> None:
    """Remove ``file`` and the folders that this leaves empty."""
    file.unlink(missing_ok=True)
    folder = file.parent
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
