"""Bring the disk up to what was compared; the only module that writes users' files.

Every file is written under a temporary name and moved into place, and its base right after it: whenever this is
killed, the next run finds each file whole, either as it was or as it was to be, and goes on.
"""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.errors import MergeConflictError
from generator.workspace.diff import BASE, ODD_BYTES, WHOLE, Change, base, conflicts, read

CONFLICTS = ".ninefold/conflicts"
"""Where both versions of a file stand while they clash."""


def apply(changes: Iterable[Change], tree: Mapping[str, str], root: Path) -> None:
    """Make ``changes`` on disk, each file whole or not at all.

    Raises :class:`MergeConflictError` when one is a conflict, before any is made: then only CONFLICTS is written.
    """
    changes = tuple(changes)
    _remove_folder(root / CONFLICTS)
    if clashing := conflicts(changes):
        for change in clashing:
            _write(root / CONFLICTS / change.path, change.marked or "")
        raise MergeConflictError([change.path for change in clashing])
    for change in changes:
        if change.status in ("create", "update", "merged") and change.text is not None:
            _write(root / change.path, change.text, like=root / (change.source or change.path))
        if (
            change.path in tree
            and not change.path.startswith(WHOLE)
            and read(base(change.path, root)) != tree[change.path]
        ):
            _write(base(change.path, root), tree[change.path])
    for change in changes:
        if change.status == "stale":
            if change.text is None:
                remove(root / change.path, root)
            remove(base(change.path, root), root / BASE)


def create(tree: Mapping[str, str], root: Path) -> None:
    """Write ``tree`` into the new folder ``root``."""
    for path, text in tree.items():
        _write(root / path, text)


def leave(texts: Mapping[str, str], folders: Iterable[str], root: Path) -> None:
    """Write ``texts`` and remove ``folders``, of which a link goes alone."""
    for path, text in texts.items():
        _write(root / path, text)
    for folder in folders:
        if (root / folder).is_symlink():
            (root / folder).unlink()
        _remove_folder(root / folder)


def replace_lines(file: Path, first: int, last: int, lines: Iterable[str]) -> None:
    """Put ``lines`` in the place of those of ``file`` from ``first`` to before ``last``, counted from 0."""
    given = file.read_text(encoding="utf-8-sig").splitlines()
    _write(file, "".join(f"{line}\n" for line in [*given[:first], *lines, *given[last:]]))


def take(file: Path, target: Path) -> None:
    """Copy ``file``, which may be large, to ``target``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def remove(file: Path, root: Path) -> None:
    """Remove ``file`` and the folders that this leaves empty, but for ``root`` and what Python keeps there."""
    file.unlink(missing_ok=True)
    folder = file.parent
    while folder != root and folder.is_dir() and all(item.name == "__pycache__" for item in folder.iterdir()):
        shutil.rmtree(folder)
        folder = folder.parent


def discard(folder: Path) -> None:
    """Remove ``folder``, which was begun and never finished."""
    shutil.rmtree(folder, ignore_errors=True)


def _write(file: Path, text: str, like: Path | None = None) -> None:
    """Write ``text`` under a temporary name and move it into place; it may be run where ``like`` may be.

    A link stays one: what it leads to is written.
    """
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.partial")
    temporary.write_bytes(text.encode("utf-8", ODD_BYTES))
    if like is not None and like.is_file():
        shutil.copymode(like, temporary)
    temporary.replace(file)


def _remove_folder(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
