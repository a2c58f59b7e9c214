"""Compare a rendered tree with the disk: what becomes of each file, so that no edit of a user's is lost.

``.ninefold/base/`` keeps each file as it was last rendered; ``git merge-file`` joins that, the user's file and the new
render.
"""

import subprocess
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from generator.workspace.moves import former, relocated

BASE = ".ninefold/base"
SUFFIX = ".rendered"
"""Added to every name in BASE, so that no tool takes a copy for the thing: DVC reads each dvc.yaml it finds."""

WHOLE = ("params.yaml", ".ninefold/")
"""Files and folders in which nothing is a user's, so that they are written whole; DVC writes the first too."""

PIPELINE = "dvc.yaml"
"""The file without which there is no stage to run, so that it comes back."""

ODD_BYTES = "surrogateescape"
"""How text is read and written, so that bytes that are not UTF-8 come back as they were."""

Status = Literal["create", "update", "identical", "edited", "merged", "deleted", "conflict", "stale"]


@dataclass(frozen=True)
class Change:
    """What becomes of one file: its ``status``, and the text it will have (None: there will be none).

    ``marked`` is what a conflict looks like: both texts, with git's marks around the lines that clash. ``source`` is
    the path that an edit is taken over from, where the package has another name now.
    """

    path: str
    status: Status
    text: str | None
    marked: str | None = None
    source: str | None = None


def compare(
    tree: Mapping[str, str], root: Path, keep: Collection[str] = (), take: Collection[str] = ()
) -> tuple[Change, ...]:
    """Return what bringing ``root`` up to ``tree`` does to each file, in the order of their paths.

    The files of ``keep`` stay as they are, those of ``take`` become what is rendered, whatever was edited.
    """
    known = {
        file.relative_to(root / BASE).as_posix().removesuffix(SUFFIX) for file in (root / BASE).rglob(f"*{SUFFIX}")
    }
    moved = _moved(tree, known, root)
    there = {top(path) for path in known if (root / path).is_file()}
    changes = []
    for path, text in tree.items():
        if path in take:
            changes.append(Change(path, "identical" if read(root / path) == text else "update", text))
        elif path in keep:
            changes.append(Change(path, "edited", read(root / path)))
        elif path in moved:
            changes.append(_taken_over(path, moved[path], text, root))
        else:
            begun = top(path) in there if f"{top(path)}/__init__.py" in tree else bool(there)
            changes.append(_change(path, text, root, begun))
    taken = {change.source for change in changes}
    changes += [_stale(path, root, path in taken) for path in sorted(known - tree.keys())]
    return tuple(sorted(changes, key=lambda item: item.path))


def top(path: str) -> str:
    """Return the first part of ``path``: its folder, or the file itself."""
    return PurePosixPath(path).parts[0]


def base(path: str, root: Path) -> Path:
    """Return the file that keeps ``path`` as it was last rendered."""
    return root / BASE / f"{path}{SUFFIX}"


def read(file: Path) -> str | None:
    """Return the text of ``file``, None where there is none."""
    return file.read_bytes().decode("utf-8", ODD_BYTES) if file.is_file() else None


def _change(path: str, new: str, root: Path, begun: bool) -> Change:
    """Return what becomes of a file that is rendered.

    ``begun`` says whether others of its package, or of the project, are on disk: a package that is gone as a whole is
    rendered anew.
    """
    ours, before = read(root / path), read(base(path, root))
    if ours is None:
        gone = before is not None and begun and not path.startswith((PIPELINE, *WHOLE))
        return Change(path, "deleted" if gone else "create", None if gone else new)
    if ours == new:
        return Change(path, "identical", new)
    if path.startswith(WHOLE) or ours == before:
        return Change(path, "update", new)
    if before == new:
        return Change(path, "edited", ours)
    return _merged(path, ours, before, new)


def _merged(path: str, ours: str, before: str | None, new: str) -> Change:
    """Return the user's text with what has changed in the render; in the user's own line endings."""
    windows = "\r\n" in ours and "\r\n" not in new
    plain = ours.replace("\r\n", "\n") if windows else ours
    text, clean = merge(plain, before or "", new)
    if before is None or not clean:
        return Change(path, "conflict", ours, text)
    text = text.replace("\n", "\r\n") if windows else text
    return Change(path, "edited" if text == ours else "merged", text)


def _moved(tree: Mapping[str, str], known: set[str], root: Path) -> dict[str, str]:
    """Return the former paths of files that lay in one folder once, or whose package has a new name.

    Of the latter all of a folder went, and all of one came.
    """
    inside = (path for path in tree if f"{top(path)}/__init__.py" in known and not (root / path).is_file())
    pairs = {path: f"{top(path)}/{former(path.partition('/')[2])}" for path in inside}
    within = {path: old for path, old in pairs.items() if old != path and old in known}
    if within:
        return within
    gone = {top(path) for path in known} - {top(path) for path in tree}
    came = {top(path) for path in tree} - {top(path) for path in known}
    gone = {folder for folder in gone if (root / folder).is_dir()}
    came = {folder for folder in came if f"{folder}/__init__.py" in tree}
    if len(gone) != 1 or len(came) != 1:
        return {}
    (old,), (now,) = gone, came
    pairs = {path: old + path.removeprefix(now) for path in tree if top(path) == now and not (root / path).is_file()}
    return {path: former for path, former in pairs.items() if former in known}


def _taken_over(path: str, source: str, new: str, root: Path) -> Change:
    """Return a file under its new name, with what the user had changed in it under the former."""
    ours, before = read(root / source), read(base(source, root))
    if ours is None:
        return Change(path, "deleted", None, source=source)
    if ours == before:
        return Change(path, "create", new, source=source)
    if top(source) == top(path):
        ours, before = relocated(ours, top(path)), before and relocated(before, top(path))
    merged = _merged(path, ours, before, new)
    return replace(merged, status="conflict" if merged.status == "conflict" else "merged", source=source)


def _stale(path: str, root: Path, taken: bool) -> Change:
    """Return what becomes of a file that is no longer rendered: it goes, unless a user edited it."""
    ours = read(root / path)
    return Change(path, "stale", None if taken or ours == read(base(path, root)) else ours)


def merge(ours: str, before: str, new: str) -> tuple[str, bool]:
    """Return the three texts joined, with marks where they clash, and whether they do not."""
    with tempfile.TemporaryDirectory() as name:
        files = _written(Path(name), {"yours": ours, "last render": before, "new render": new})
        labels = [part for label in files for part in ("-L", label)]
        command = ["git", "merge-file", "-p", *labels, *map(str, files.values())]
        done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout.decode("utf-8", ODD_BYTES), done.returncode == 0


def _written(folder: Path, texts: Mapping[str, str]) -> dict[str, Path]:
    files = {label: folder / str(index) for index, label in enumerate(texts)}
    for label, file in files.items():
        with file.open("wb") as content:
            content.write(texts[label].encode("utf-8", ODD_BYTES))
    return files


def conflicts(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return those of ``changes`` that clash."""
    return tuple(change for change in changes if change.status == "conflict")
