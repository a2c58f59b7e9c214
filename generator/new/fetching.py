"""Bring data to hand: a file, many by a pattern, a URL, a table of a database."""

import glob
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from generator.new.loading import UnreadableError
from generator.new.tables import fetched
from generator.schema.source import Source

WITH_LIBRARY = "{what} takes a library that is not installed: pip install {library}"


@contextmanager
def at_hand(data: str | Sequence[str], source: Source | None = None) -> Iterator[tuple[Path, ...]]:
    """Yield the files that ``data`` names, one or several: itself, those of a pattern, or a copy of what is elsewhere.

    The table of a database, ``source``, becomes a Parquet file.
    Raises :class:`UnreadableError` for what is not there.
    """
    with tempfile.TemporaryDirectory() as name:
        places = [data] if isinstance(data, str) else data
        if source:
            yield (fetched(source, Path(name)),)
        else:
            yield tuple(_unlike([file for place in places for file in _files(place, Path(name))]))


def _unlike(files: list[Path]) -> list[Path]:
    """Return ``files``; raises :class:`UnreadableError` where two have one name."""
    names = [file.name for file in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UnreadableError(f"a project keeps its files in one folder, and several are called {', '.join(twice[:3])}")
    return files


def _files(data: str, folder: Path) -> list[Path]:
    """Return the files that ``data`` names; a * stands for any part of a name, every other sign for itself."""
    if "://" in data:
        return [_downloaded(data, folder)]
    folder, name = Path(data).parent, Path(data).name
    if Path(data).exists() or "*" not in (name if folder.is_dir() else data):
        return [Path(data)]
    pattern = glob.escape(data).replace("[*]", "*")
    if folder.is_dir():
        pattern = f"{glob.escape(str(folder))}/{glob.escape(name).replace('[*]', '*')}"
    found = sorted(Path(file) for file in glob.glob(pattern))  # noqa: PTH207  a pattern may be absolute
    if not found:
        raise UnreadableError(f"no file fits {data}")
    return found


def _downloaded(url: str, folder: Path) -> Path:
    """Return a copy of what is at ``url``, under the name it has there."""
    try:
        import fsspec
    except ImportError as error:
        raise UnreadableError(WITH_LIBRARY.format(what="A URL", library="'fsspec[http]'")) from error
    file = folder / (Path(urlsplit(url).path).name or "data.csv")
    try:
        filesystem, path = fsspec.url_to_fs(url)
        filesystem.get_file(path, str(file))
    except Exception as error:  # whatever the protocol's library raises: it has no common class
        reason = _public(str(error), url) or type(error).__name__
        raise UnreadableError(f"{_public(url, url)} cannot be fetched: {reason}") from None
    return file


def _public(text: str, url: str) -> str:
    """Return ``text`` without what may be secret in ``url``: a user's name and password, what follows a ``?``."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    for secret in (f"{user}{at}", parts.password, f"?{parts.query}" if parts.query else "", parts.query):
        text = text.replace(secret, "") if secret else text
    return text
