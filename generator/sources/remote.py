"""Read files over HTTP or from an object store by fsspec, whose libraries take keys from the environment."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec

STAMPS = ("etag", "content-md5", "md5hash", "last-modified", "lastmodified", "last_modified", "updated", "mtime")
"""What stores call the digest of a file or the time of its last change, the most exact of them first."""


def listed(url: str) -> tuple[fsspec.AbstractFileSystem, dict[str, dict[str, Any]]]:
    """Return the file system of ``url`` and what it knows of each file there: all whose names fit where that has a *.

    Raises FileNotFoundError for a file that is not there, ConnectionError where the store cannot be asked.
    """
    folder, _, name = url.rpartition("/")
    start, star, end = name.partition("*")
    why = ""
    try:
        system, path = fsspec.url_to_fs(folder if star else url)
        found = system.ls(path, detail=True) if star else [system.info(path)]
    except FileNotFoundError as error:
        found, why = [], f": {error.__cause__}" if error.__cause__ else ""
    except Exception as error:  # whatever the library of the protocol raises: it has no common class
        raise ConnectionError(f"{public(url)} cannot be read: {str(error) or type(error).__name__}") from error
    files = {str(entry["name"]): entry for entry in found if entry["type"] == "file"}
    fitting = {path: entry for path, entry in sorted(files.items()) if not star or fits(path, start, end)}
    if not fitting:
        raise FileNotFoundError(f"there is no file {public(url)}{why}")
    return system, fitting


def fits(path: str, start: str, end: str) -> bool:
    """Return whether the name of the file ``path`` begins and ends so."""
    name = path.rpartition("/")[2]
    return len(name) >= len(start) + len(end) and name.startswith(start) and name.endswith(end)


def public(url: str) -> str:
    """Return ``url`` without what follows a ?, which may be secret."""
    return url.partition("?")[0]


def file_name(path: str) -> str:
    """Return the name of the file at ``path``, which may be a URL."""
    return Path(urlsplit(path).path if "://" in path else path).name


def fetched(url: str, folder: Path) -> list[Path]:
    """Return copies, in ``folder``, of the file at ``url`` or of all that fit it, in the order of their names."""
    system, files = listed(url)
    folder.mkdir(parents=True)
    copies = [folder / file_name(path) for path in files]
    try:
        system.get(list(files), [str(copy) for copy in copies])
    except Exception as error:
        raise ConnectionError(f"{public(url)} cannot be read: {str(error) or type(error).__name__}") from error
    return copies


def files_fingerprint(url: str) -> dict[str, Any]:
    """Return the number and size of the files at ``url``, and a digest that changes when one of them does."""
    system, files = listed(url)
    lines = [f"{file_name(path)} {entry['size']} {stamp(system, path, entry)}\n" for path, entry in files.items()]
    size = sum(entry["size"] or 0 for entry in files.values())
    return {"files": len(files), "bytes": size, "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}


def stamp(system: fsspec.AbstractFileSystem, path: str, entry: dict[str, Any]) -> str:
    """Return what changes when the file at ``path`` does; its own digest where the store says nothing of it."""
    known = {key.lower(): value for key, value in entry.items() if value}
    if found := next((str(known[key]) for key in STAMPS if key in known), ""):
        return found
    digest = hashlib.sha256()
    with system.open(path) as content:
        while part := content.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
