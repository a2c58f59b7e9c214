"""Keep every prediction as a line of JSON in the folder of the log, where `monitor` reads them; outcomes beside them."""

import os
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

LOOK_SECONDS = 0.01  # between two looks at whether the file is still there; each takes as long as a few lines


class Log:
    """Lines that are on their way to disk before :meth:`append` returns: a process that is killed loses none.

    Each process has files of its own, named after what they hold and when they were begun. A new one is begun when the
    old one has ``max_bytes``, is ``max_seconds`` old, or was moved or removed; what was written since the last look and
    removed with it is written again.
    """

    def __init__(self, folder: Path, name: str, max_bytes: int, max_seconds: float) -> None:
        self.file = -1
        self.folder, self.name = folder, name
        self.max_bytes, self.max_seconds = max_bytes, max_seconds
        self.path = folder
        self.size = self.lost = 0
        self.until = self.look = 0.0
        self.recent: list[bytes] = []  # since the last look
        self.failure = ""

    def append(self, lines: bytes) -> None:
        """Write ``lines``, all of them or none; raise OSError when that does not succeed."""
        try:
            if self.size >= self.max_bytes or time.monotonic() >= self.look:
                self.renew()
            self.write(lines)
        except OSError as error:
            self.failure, self.lost, self.look = str(error), len(lines), 0.0
            raise
        self.recent.append(lines)
        self.failure = ""

    def write(self, lines: bytes) -> None:
        """Write ``lines``; take back the part that was written where there is no room for all."""
        if (written := os.write(self.file, lines)) < len(lines):
            os.ftruncate(self.file, self.size)
            raise OSError(f"{self.path} takes {written:,} of {len(lines):,} bytes")
        self.size += written

    def renew(self) -> None:
        """Begin a new file where there is none, or the old one is too large, too old, or no longer in its place."""
        now = time.monotonic()
        if self.file < 0:
            self.open()
        elif not os.fstat(self.file).st_nlink:
            self.open()
            self.write(b"".join(self.recent))
        elif self.size >= self.max_bytes or (self.size and now >= self.until) or not self.path.exists():
            self.open()
        elif now >= self.until:
            self.until = now + self.max_seconds  # a file without a line is not too old
        self.recent.clear()
        self.look = min(now + LOOK_SECONDS, self.until)

    def open(self) -> None:
        """Begin a new file."""
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / f"{self.name}-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.jsonl"
        self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.size, self.until = 0, time.monotonic() + self.max_seconds

    def close(self) -> None:
        """Close the file, if one is open; the next line begins another."""
        if self.file >= 0:
            os.close(self.file)
            self.file, self.look = -1, 0.0

    def __del__(self) -> None:
        """Close the file once a newer bundle has taken over."""
        self.close()

    def check(self) -> str:
        """Return why nothing can be written now; nothing when it can."""
        try:
            self.renew()
            if self.failure:  # whether there is room again for as much as could not be written
                self.write(b"\n" * self.lost)
                self.size -= self.lost
                os.ftruncate(self.file, self.size)
            self.failure = ""
        except OSError as error:
            self.failure = str(error)
        return self.failure


def log_folder(bundle: Path) -> Path:
    """Return where predictions are logged by default: in a folder of the project that ``bundle`` is in, else beside it."""
    project = next((folder for folder in bundle.parents if (folder / "dvc.yaml").is_file()), bundle.parent)
    return project / "logs"
