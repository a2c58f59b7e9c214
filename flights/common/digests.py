"""List the digests of the files of a folder in its SHA256SUMS, as `sha256sum` does, and check them against it."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

SUMS = "SHA256SUMS"
NAMED = 5  # files in a message


def files(folder: Path) -> list[str]:
    """Return the files in ``folder``; not its SHA256SUMS, what Python compiled, nor what is hidden or being written."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        found += [Path(place, name).relative_to(folder).as_posix() for name in names if not name.startswith(".")]
    return sorted(name for name in found if name != SUMS)


def write_sums(folder: Path, names: Iterable[str]) -> str:
    """List the digests of the files ``names`` in the SHA256SUMS of ``folder``, and return the digest of that list."""
    lines = [f"{digest_of(folder / name)}  {name}\n" for name in sorted(names)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return digest_of(folder / SUMS)


def check_sums(folder: Path, names: Iterable[str]) -> str:
    """Return the digest of the SHA256SUMS of ``folder``.

    Raise ValueError unless it lists all of ``names``, and every file that it lists is there and is the same.
    """
    listed = read_sums(folder / SUMS)
    lacking = sorted(name for name in listed if not (folder / name).is_file())
    unlisted = sorted({*names} - {*listed})
    if lacking or unlisted:
        raise ValueError(f"missing: {some(lacking)}" if lacking else f"not listed in {SUMS}: {some(unlisted)}")
    if changed := sorted(name for name, digest in listed.items() if digest_of(folder / name) != digest):
        raise ValueError(f"not as packaged: {some(changed)}")
    return digest_of(folder / SUMS)


def some(names: list[str]) -> str:
    """Return ``names`` for a message, or the first of them where there are many."""
    return ", ".join(names) if len(names) <= NAMED else f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"


def read_sums(sums: Path) -> dict[str, str]:
    """Return the digest of each file that ``sums`` lists."""
    listed = {}
    for number, line in enumerate(sums.read_text(encoding="utf-8").splitlines(), start=1):
        digest, separator, name = line.partition("  ")
        if not separator or not name:
            raise ValueError(f"{sums.name}: line {number} is no digest and file")
        listed[name] = digest
    return listed


def digest_of(file: Path) -> str:
    """Return the SHA-256 of ``file``."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
