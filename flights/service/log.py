"""Keep every prediction as a line of JSON in the folder of the log, where `monitor` reads them; outcomes beside them."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path


class Log:
    """Lines that are on their way to disk before :meth:`append` returns: a process that is killed loses none.

    Each process has files of its own, named after what they hold and when they were begun. A new one is begun when the
    old one has ``max_bytes`` or is ``max_seconds`` old.
    """

    def __init__(self, folder: Path, name: str, max_bytes: int, max_seconds: float) -> None:
        self.file = -1
        self.folder, self.name = folder, name
        self.max_bytes, self.max_seconds = max_bytes, max_seconds
        self.path: Path | None = None
        self.size = 0
        self.until = 0.0
        self.failure = ""

    def append(self, lines: bytes) -> None:
        """Write ``lines``; raise OSError when that does not succeed."""
        try:
            if self.failure or self.file < 0 or self.size >= self.max_bytes or time.monotonic() >= self.until:
                self.open()
            if os.write(self.file, lines) < len(lines):
                raise OSError(f"{self.path} takes no more")
        except OSError as error:
            self.failure = str(error)
            self.close()
            raise
        self.size += len(lines)

    def open(self) -> None:
        """Go on with the file in which writing failed, on a new line, or begin a new one."""
        self.close()
        broken = self.failure and self.path is not None
        if not broken:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.path = self.folder / f"{self.name}-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}.jsonl"
        assert self.path is not None
        self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        if broken and not os.write(self.file, b"\n"):
            raise OSError(f"{self.path} takes no more")
        self.size, self.until = os.fstat(self.file).st_size, time.monotonic() + self.max_seconds
        self.failure = ""

    def close(self) -> None:
        """Close the file, if one is open."""
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    def __del__(self) -> None:
        """Close the file once a newer bundle has taken over."""
        self.close()

    def check(self) -> str:
        """Return why nothing can be written now; nothing when it can."""
        try:
            if self.failure or self.file < 0:
                self.open()
        except OSError as error:
            self.failure = str(error)
        return self.failure
