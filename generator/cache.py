"""Results of earlier runs, kept in the project's own ``.ninefold/cache/`` by all that they depend on.

A cache is never needed: a result that is not there, or not this user's own, is computed again. A file of it is signed
with a key in the user's home, so that a folder from elsewhere cannot bring results along.
"""

import hmac
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")

FOLDER = ".ninefold/cache"
"""Where a project keeps them; a .gitignore in there leaves them out."""

KEY_LENGTH = 32
LARGEST = 64 * 2**20
"""Bytes that a file of results may have."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
PLAIN = getattr(os, "O_BINARY", 0)


class Cache:
    """The last ``limit`` results of one kind of work; a key holds all that a result depends on.

    Results of JSON's own types alone outlive the run, and come back as they were given.
    """

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._results: dict[str, Any] = {}
        self._read: set[Path] = set()
        self._lock = Lock()
        self._new = False
        _caches.append(self)

    def get(self, key: str, compute: Callable[[], T]) -> T:
        """Return what ``compute`` gives, or gave for the same key before."""
        found = self.find(key, _caches)
        return self.put(key, compute()) if found is _caches else cast(T, found)

    def find(self, key: str, otherwise: Any = None) -> Any:
        """Return the result for ``key``, or ``otherwise`` where there is none."""
        with self._lock:
            self._load()
            digest = _digest(key)
            if digest in self._results:
                self._results[digest] = self._results.pop(digest)  # it was asked for last, so it goes last
            return self._results.get(digest, otherwise)

    def put(self, key: str, result: T) -> T:
        """Keep ``result`` for ``key``, and return it."""
        with self._lock:
            self._results[_digest(key)] = result
            if len(self._results) > self._limit:
                del self._results[next(iter(self._results))]
            self._new = True
        return result

    def save(self, folder: Path) -> None:
        """Write the results into ``folder``, where some are new; runs that do so at once do no harm to each other."""
        with self._lock:
            lasting = {digest: result for digest, result in self._results.items() if _lasts(result)}
            fresh, self._new = self._new, False
        if fresh and (key := _user_key()) and (target := _made(folder)):
            body = json.dumps(lasting).encode()
            if len(body) < LARGEST:
                _replace(target / self._file, _signature(key, self._name, body) + b"\n" + body)

    @property
    def _file(self) -> str:
        return f"{self._name}.json"

    def _load(self) -> None:
        """Take in what the folder in use has, once."""
        if _in_use and _in_use[-1] not in self._read:
            self._read.add(_in_use[-1])
            for digest, result in _stored(_in_use[-1], self._name, self._file).items():
                self._results.setdefault(digest, result)


_caches: list[Cache] = []
_in_use: list[Path] = []


@contextmanager
def kept_in(project: Path) -> Iterator[None]:
    """Let results be read from the folder ``project``, and those that are new be kept there."""
    folder = project.absolute() / FOLDER
    _in_use.append(folder)
    try:
        yield
    finally:
        _in_use.pop()
        for item in _caches:
            item.save(folder)


@cache
def generator_digest() -> str:
    """Return a digest of the generator's own modules, on which a result may depend."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _digest(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _signature(key: bytes, name: str, body: bytes) -> bytes:
    return hmac.new(key, name.encode() + b"\0" + body, sha256).hexdigest().encode()


def _stored(folder: Path, name: str, file: str) -> dict[str, Any]:
    """Return the results that this user left in ``folder``."""
    with suppress(OSError, ValueError, TypeError):
        if (key := _user_key()) and _is_own(folder) and (folder / file).stat().st_size <= LARGEST:
            signature, _, body = (folder / file).read_bytes().partition(b"\n")
            if hmac.compare_digest(signature, _signature(key, name, body)):
                return dict(json.loads(body))
    return {}


def _made(folder: Path) -> Path | None:
    """Return ``folder``, made where it is not there and ignored by git; None where nothing can be written."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if _is_own(folder):
            if not (folder / ".gitignore").exists():
                _replace(folder / ".gitignore", b"*\n")
            return folder
    return None


def _is_own(folder: Path) -> bool:
    """Return whether ``folder`` is one of the project, and no link that leads out of it."""
    return all(stat.S_ISDIR(path.lstat().st_mode) for path in (folder, folder.parent))


def _replace(file: Path, content: bytes) -> None:
    """Write ``content`` as ``file``: whole, for this user alone, and through no link."""
    partial = file.with_name(f"{file.name}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NO_LINK | PLAIN
    with suppress(OSError):
        with os.fdopen(os.open(partial, flags, stat.S_IRUSR | stat.S_IWUSR), "wb") as handle:
            handle.write(content)
        partial.replace(file)


@cache
def _user_key() -> bytes | None:
    """Return the key that this user's results are signed with; None where there is no home to keep one in."""
    with suppress(OSError, RuntimeError):
        given = Path(os.environ.get("XDG_STATE_HOME", ""))
        state = given if given.is_absolute() else Path.home() / ".local" / "state"
        file = state / "ninefold" / "cache.key"
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True, mode=stat.S_IRWXU)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN
            with suppress(FileExistsError), os.fdopen(os.open(file, flags, stat.S_IRUSR | stat.S_IWUSR), "wb") as new:
                new.write(secrets.token_bytes(KEY_LENGTH))
        found, key = file.stat(), file.read_bytes()
        ours = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & OTHERS)
        return key if ours and len(key) == KEY_LENGTH else None
    return None


def _lasts(result: Any) -> bool:
    """Return whether JSON gives ``result`` back as it is: a tuple would become a list."""
    if type(result) is dict:
        return all(type(key) is str and _lasts(item) for key, item in result.items())
    if type(result) is list:
        return all(map(_lasts, result))
    return result is None or type(result) in (bool, int, float, str)
