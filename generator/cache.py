"""What was worked out before, kept between runs in this user's own temporary folder by all that it comes from.

It is never needed: an answer that is not there, or cannot be read, is worked out again.
"""

import atexit
import getpass
import json
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Memory:
    """The last ``limit`` answers, in the file ``name``; a question holds all that its answer hangs on.

    Of JSON's own types alone they outlive the run, and come back as they were given.
    """

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._learned = False
        self._lock = Lock()

    def recall(self, question: str, work_out: Callable[[], T]) -> T:
        """Return what ``work_out`` gives, or gave to the same question before."""
        key = sha256(question.encode("utf-8", "surrogatepass")).hexdigest()
        with self._lock:
            if key in self._answers:
                self._answers[key] = self._answers.pop(key)  # it was asked last, so it goes last
                return cast(T, self._answers[key])
        answer = work_out()
        with self._lock:
            self._answers[key] = answer
            if len(self._answers) > self._limit:
                del self._answers[next(iter(self._answers))]
            if not self._learned:
                atexit.register(self._write)
            self._learned = True
        return answer

    @cached_property
    def _file(self) -> Path | None:
        folder = private_folder()
        return folder / f"ninefold-{self._name}.json" if folder else None

    @cached_property
    def _answers(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._file.read_bytes())) if self._file else {}
        except (OSError, ValueError, TypeError):
            return {}

    def _write(self) -> None:
        if self._file is None:
            return
        lasting = {key: answer for key, answer in self._answers.items() if _lasts(answer)}
        with suppress(OSError):
            handle, name = tempfile.mkstemp(dir=self._file.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(lasting, file)
            Path(name).replace(self._file)


def private_folder() -> Path | None:
    """Return a folder for temporary files that is this user's alone.

    None where somebody has taken its name, with a link even, or nothing can be written.
    """
    user = os.getuid() if hasattr(os, "getuid") else getpass.getuser()
    folder = Path(tempfile.gettempdir()) / f"ninefold-{user}"
    with suppress(OSError):
        with suppress(FileExistsError):
            folder.mkdir(mode=stat.S_IRWXU)
        found = folder.lstat()
        ours = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & OTHERS)
        return folder if stat.S_ISDIR(found.st_mode) and ours else None
    return None


@cache
def ours() -> str:
    """Return a digest of the generator's own modules, of which an answer may be the work."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _lasts(answer: Any) -> bool:
    """Return whether JSON gives ``answer`` back as it is: a tuple would become a list."""
    if type(answer) is dict:
        return all(type(key) is str and _lasts(item) for key, item in answer.items())
    if type(answer) is list:
        return all(map(_lasts, answer))
    return answer is None or type(answer) in (bool, int, float, str)
