"""Write outputs whole or not at all: under a temporary name first, then moved into place."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STARTED = time.monotonic()


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and move it there when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    yield temporary
    temporary.replace(path)
    note_duration()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path`` and put it there when the block ends well."""
    temporary = path.with_name(f".{path.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    yield temporary
    shutil.rmtree(path, ignore_errors=True)
    temporary.rename(path)
    note_duration()


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as JSON that people can read and version control can compare."""
    with new_file(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read what :func:`write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def note_duration() -> None:
    """Leave in .dvc/tmp/seconds/ how long the stage of DVC that runs has taken so far: DVC itself keeps no times."""
    if "DVC_STAGE" in os.environ:
        folder = Path(os.environ["DVC_ROOT"], ".dvc/tmp/seconds")
        folder.mkdir(parents=True, exist_ok=True)
        stage = os.environ["DVC_STAGE"].rpartition(":")[2]  # one of another dvc.yaml has that file in front
        (folder / stage).write_text(f"{time.monotonic() - STARTED:.2f}\n", encoding="utf-8")
