"""Take a new bundle while the old one answers: no request waits for it, and none is lost."""

import asyncio
import gc
import importlib
import logging
import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from flights.service import app
from flights.service.telemetry import Telemetry

LOGGER = logging.getLogger(__name__)
PACKAGE = __name__.partition(".")[0]
WATCH_SECONDS = 1.0
Make = Callable[[Any], ASGIApp]


def state(bundle: Path) -> tuple[Any, ...]:
    """Return what changes whenever the files of ``bundle`` are replaced, or its snapshots refreshed."""
    watched = [bundle / "SHA256SUMS", bundle / "data/snapshots"]
    found = [file.stat() for file in watched if file.exists()]
    return (bundle.resolve(), *((entry.st_ino, entry.st_mtime_ns, entry.st_size) for entry in found))


def load(bundle: Path, make: Make) -> ASGIApp:
    """Return the application that ``make`` makes of the code in ``bundle``; leave all as it was where that fails."""
    replaced = {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == PACKAGE}
    path = [*sys.path]
    sys.path.insert(0, str(bundle.resolve()))
    importlib.invalidate_caches()
    try:
        return make(importlib.import_module(f"{PACKAGE}.service.app"))
    except BaseException:
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.modules.update(replaced)
        raise
    finally:
        sys.path[:] = path


class Current:
    """The application of the newest bundle that is whole, as one application."""

    def __init__(self, app: ASGIApp, bundle: Path, make: Make, telemetry: Telemetry) -> None:
        self.app, self.bundle, self.make, self.telemetry = app, bundle, make, telemetry
        self.seen = state(bundle)
        self.watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; watch the bundle from the first message of the server on."""
        if scope["type"] == "lifespan":
            self.watching = asyncio.create_task(self.watch())
        await self.app(scope, receive, send)

    async def watch(self) -> None:
        """Look at the bundle again and again."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                found = state(self.bundle)
            except OSError:
                continue  # between two versions
            if found != self.seen:
                await self.reload()
                self.seen = found

    async def reload(self) -> None:
        """Take the bundle as it is now; keep the old one where that is not whole."""
        try:
            self.app = await asyncio.to_thread(load, self.bundle, self.make)
        except Exception as error:
            LOGGER.error("kept the bundle in use, as the new one is refused: %s: %s", type(error).__name__, error)
            self.telemetry.reloads.labels("refused").inc()
        else:
            LOGGER.info("took the new bundle")
            self.telemetry.reloads.labels("taken").inc()
        settle()


def make(given: Namespace, telemetry: Telemetry, app: Any) -> ASGIApp:
    """Return the application of ``app``, the module of that name in a bundle, as the command line says."""
    made: ASGIApp = app.create_app(given.bundle.resolve(), given.logs, telemetry, given.data)
    return made


def create(given: Namespace) -> Current:
    """Return the application that a process serves."""
    telemetry = Telemetry()
    making = partial(make, given, telemetry)
    current = Current(making(app), given.bundle, making, telemetry)
    settle()
    return current


def settle() -> None:
    """Let go of what is no longer used, and spare the rest later collections: they would make requests wait."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
