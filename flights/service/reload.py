"""Take a new bundle while the old one answers: no request waits for it, and none is lost."""

import asyncio
import gc
import importlib
import logging
import os
import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from multiprocessing import parent_process
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from flights.common.digests import SUMS, check_sums, files
from flights.common.outputs import read_json
from flights.service import app
from flights.service.integrity import LISTS, BundleError, digest, used
from flights.service.telemetry import Telemetry

LOGGER = logging.getLogger(__name__)
PACKAGE = __name__.partition(".")[0]
WATCH_SECONDS = 1.0
LOOKS = 5  # at what is in production, meanwhile
AGAIN_SECONDS = 30.0  # until a bundle that is refused, and has not changed since, is tried again
TRIAL_SECONDS = 120.0
Make = Callable[[Path, Any], ASGIApp]


def followed(given: Namespace, current: Path) -> Path:
    """Return the folder of the bundle to serve: the one in production where that is followed, ``current`` while there is none."""
    if given.follow is None:
        return Path(given.bundle)
    try:
        version = read_json(given.follow)["version"]
    except (OSError, ValueError):
        return current
    return current if version is None else Path(given.follow.parent / "versions" / str(version))


def state(bundle: Path, data: Path | None) -> tuple[Any, ...]:
    """Return what changes whenever a file of ``bundle`` or ``data`` does; nothing where it is not there, between two versions."""
    home = bundle.resolve()
    try:
        read = [home / name for name in (*used(home), *LISTS)]
        read += [data / name for name in files(data)] if data else []
        found = [(file, file.stat()) for file in read if file.exists()]
    except OSError:
        return ()
    return (home, *((file, entry.st_ino, entry.st_mtime_ns, entry.st_size) for file, entry in found))


def test(bundle: Path, given: Namespace) -> None:
    """Raise BundleError unless ``bundle`` is as packaged, and passes its smoke test in a process of its own.

    Nothing of it is run before its digests are right, and nothing that it does there can end this process.
    """
    expected = digest(bundle)
    command = [sys.executable, "-B", "-m", f"{PACKAGE}.service", "--check"]
    command += ["--logs", str(given.logs.absolute())]
    if given.data and (copied := given.data / "snapshots" / SUMS).exists():
        check_sums(copied.parent, files(copied.parent))  # a copy that is not at its end is not taken
    command += ["--data", str(given.data.absolute())] if given.data else []
    environment = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    options: dict[str, Any] = {
        "cwd": bundle,
        "env": environment,
        "stdin": DEVNULL,
        "capture_output": True,
        "encoding": "utf-8",
        "errors": "replace",
    }
    done = subprocess.run(command, timeout=TRIAL_SECONDS, check=False, **options)
    if done.returncode or expected not in done.stdout:  # what it says in the end, lest it ends before
        said = done.stderr.strip().rpartition("\n")[2]
        raise BundleError(f"its smoke test ended with {done.returncode}{f': {said}' if said else ''}")


def load(bundle: Path, make: Make) -> ASGIApp:
    """Return the application that ``make`` makes of the code in ``bundle``; leave all as it was where that fails."""
    replaced = {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == PACKAGE}
    path = [*sys.path]
    sys.path.insert(0, str(bundle))
    importlib.invalidate_caches()
    try:
        return make(bundle, importlib.import_module(f"{PACKAGE}.service.app"))
    except BaseException:
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.modules.update(replaced)
        raise
    finally:
        sys.path[:] = path


class Current:
    """The application of the newest bundle that is whole, as one application."""

    def __init__(self, app: ASGIApp, given: Namespace, make: Make, telemetry: Telemetry) -> None:
        self.app, self.given, self.make, self.telemetry = app, given, make, telemetry
        self.bundle = Path(given.bundle)
        self.taken = self.refused = state(self.bundle, given.data)
        self.why, self.again = "", 0.0
        self.watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; watch the bundle from the first message of the server on."""
        if scope["type"] == "lifespan":
            self.watching = asyncio.create_task(self.watch())
        await self.app(scope, receive, send)

    async def watch(self) -> None:
        """Look at the bundle again and again; try one that is another, once nothing of it changes any more."""
        latest = self.taken
        while True:
            self.telemetry.update()
            await self.pause()
            if (parent := parent_process()) and os.getppid() != parent.pid:
                signal.raise_signal(signal.SIGTERM)  # what started the workers is gone, and would not end this one
            bundle = followed(self.given, self.bundle)
            before, latest = latest, state(bundle, self.given.data)
            changed = latest != self.refused or time.monotonic() >= self.again
            settled = latest == before or bundle != self.bundle  # a version is whole before it is in production
            if latest and settled and latest != self.taken and changed:
                await self.reload(bundle, latest)

    async def pause(self) -> None:
        """Return after a second, or as soon as another version is in production."""
        for _ in range(LOOKS):
            await asyncio.sleep(WATCH_SECONDS / LOOKS)
            if followed(self.given, self.bundle) != self.bundle:
                return

    async def reload(self, bundle: Path, found: tuple[Any, ...]) -> None:
        """Take ``bundle`` as it is now; keep the old one where that is not whole, and try again later."""
        try:
            self.app = await asyncio.to_thread(self.load, bundle.resolve())
        except BundleError as error:
            self.telemetry.reloads.labels("refused").inc()
            self.refused, self.again = found, time.monotonic() + AGAIN_SECONDS
            if str(error) != self.why:
                self.why = str(error)
                LOGGER.error("kept the bundle in use, as the new one is refused: %s", error)
        else:
            LOGGER.info("took the new bundle")
            self.telemetry.reloads.labels("taken").inc()
            self.bundle, self.taken, self.why = bundle, found, ""
        settle()

    def load(self, bundle: Path) -> ASGIApp:
        """Return the application of ``bundle``; raise BundleError where it is not whole, whatever it does."""
        try:
            test(bundle, self.given)
            return load(bundle, self.make)
        except BaseException as error:
            raise (
                error if isinstance(error, BundleError) else BundleError(f"{type(error).__name__}: {error}")
            ) from error


def make(given: Namespace, telemetry: Telemetry, bundle: Path, app: Any) -> ASGIApp:
    """Return the application of ``app``, the module of that name in ``bundle``, as the command line says."""
    made: ASGIApp = app.create_app(bundle, given.logs, telemetry, given.data)
    return made


def create(given: Namespace) -> Current:
    """Return the application that a process serves."""
    telemetry = Telemetry()
    making = partial(make, given, telemetry)
    current = Current(making(given.bundle.resolve(), app), given, making, telemetry)
    settle()
    return current


def settle() -> None:
    """Let go of what is no longer used, and spare the rest later collections: they would make requests wait."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
