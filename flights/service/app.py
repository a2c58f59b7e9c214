"""The paths of the service, and what each answers."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from flights.features.columns import FEATURES
from flights.service import validation
from flights.service.access import Access
from flights.service.dashboard import dashboard
from flights.service.endpoint import Endpoint, Refusal
from flights.service.feedback import Outcome, outcome
from flights.service.predictor import Prediction, Predictor
from flights.service.responses import Answer, Decision, Explanation, Part, answer, explained
from flights.service.telemetry import Telemetry

HERE = Path(__file__).parent
CHUNK = 64  # rows of a batch that are scored before other requests have their turn


class Front:
    """Leads a POST straight to its endpoint; what is left to the router and its middleware takes longer."""

    def __init__(self, service: "Service", endpoints: dict[str, Endpoint], app: ASGIApp) -> None:
        self.service, self.endpoints, self.app = service, endpoints, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        endpoint = self.endpoints.get(scope["path"]) if scope.get("method") == "POST" else None
        await (endpoint or self.app)(scope, receive, send)


class Service:
    """What the paths answer, from one loaded bundle."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor, self.since = predictor, datetime.now(UTC)
        self.access = Access(predictor.settings)
        self.max_body: int = predictor.settings["max_body"]
        self.max_rows: int = predictor.settings["max_rows"]

    def answer(self, found: Prediction) -> Answer:
        """Return what is found as a client sees it."""
        return answer(found.id, found.score, found.unexpected)

    async def predict(self, body: bytes) -> Answer:
        """Answer for one row."""
        return self.answer(self.predictor.predict(validation.one(body)))

    async def predict_batch(self, body: bytes) -> list[Answer]:
        """Answer for each row of a list, in its order."""
        rows = validation.many(body, self.max_rows)
        found: list[Prediction] = []
        lines: list[bytes] = []
        for first in range(0, len(rows), CHUNK):
            some = rows[first : first + CHUNK]
            found += self.predictor.find_many(some, first)
            lines.append(self.predictor.lines(some, found[first:]))
            await asyncio.sleep(0)
        self.predictor.append(b"".join(lines))
        self.predictor.count_batch(found)
        return [self.answer(one) for one in found]

    async def explain(self, body: bytes) -> Explanation:
        """Answer for one row, with the contribution of each feature, the strongest first."""
        row = validation.one(body)
        found = self.predictor.find(row)
        output, what = explained(found.score)
        contributions, base = self.predictor.scorer.by_feature(found.columns, output)
        values = dict(zip(FEATURES, found.features, strict=True))
        parts = [Part(name, values[name], contribution) for name, contribution in contributions.items()]
        self.predictor.keep(row, found)
        return Explanation(**msgspec.structs.asdict(self.answer(found)), explained=what, base=base, features=parts)

    async def decide(self, body: bytes) -> Decision:
        """Say whether to act on one row, what that is expected to gain over passing, and why."""
        row = validation.one(body)
        found = self.predictor.find(row)
        decision = self.predictor.decider.decide(found.id, found.score, found.unexpected)
        self.predictor.keep(row, found)
        return decision

    async def feedback(self, body: bytes) -> Outcome:
        """Record what happened to a row that was predicted."""
        known = outcome(body)
        self.predictor.record(known)
        return known

    def endpoints(self, telemetry: Telemetry) -> dict[str, Endpoint]:
        """Return the paths that take a body."""
        answers = {
            "/predict": self.predict,
            "/predict/batch": self.predict_batch,
            "/explain": self.explain,
            "/decide": self.decide,
            "/feedback": self.feedback,
        }
        return {path: Endpoint(path, answer, self.max_body, self.access, telemetry) for path, answer in answers.items()}

    def trouble(self) -> str:
        """Return why requests cannot be answered now; nothing where they can."""
        failure = self.predictor.log.check()
        return f"predictions cannot be logged: {failure}" if failure and self.predictor.needs_log else ""

    async def ready(self, _: Request) -> Response:
        """Say whether requests can be answered, with 503 where they cannot."""
        trouble = self.predictor.telemetry.update()
        return reply({"ready": not trouble, "reason": trouble or None}, 503 if trouble else 200)

    async def file(self, request: Request, path: Path) -> Response:
        """Return a file that shows values of the data."""
        self.access.check(request.scope)
        return FileResponse(path)

    async def info(self, request: Request) -> Response:
        """Say which version answers, with which model, from which inputs and features, and how good it is."""
        self.access.check(request.scope)
        found = {"version": self.predictor.version, "digest": self.predictor.digest, "past": self.predictor.past.known}
        return reply({**self.predictor.scorer.card, **found})

    async def dashboard(self, request: Request, logs: Path | None) -> Response:
        """Say how requests are answered, and what monitoring has found, for the page /dashboard."""
        self.access.check(request.scope)
        return reply(dashboard(self.predictor, logs, self.since))


def reply(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return ``content`` as JSON."""
    return Response(msgspec.json.encode(content), status, headers, "application/json")


async def refuse(_: Request, error: Exception) -> Response:
    """Return why there is no answer as JSON."""
    assert isinstance(error, HTTPException)
    return reply(Refusal(error.detail), error.status_code, error.headers)


async def health(_: Request) -> Response:
    """Say that the process runs."""
    return reply({"status": "ok"})


async def metrics(_: Request, telemetry: Telemetry) -> Response:
    """Return what was counted, for Prometheus."""
    telemetry.update()
    return Response(telemetry.text(), media_type="text/plain; version=0.0.4")


async def page(_: Request, name: str) -> Response:
    """Return a page, to try a request or to look at; it asks for the key by itself."""
    return FileResponse(HERE / name)


def create_app(bundle: Path, logs: Path, telemetry: Telemetry | None = None, data: Path | None = None) -> Front:
    """Return the application that serves ``bundle`` and logs to the folder ``logs``; raise BundleError where that is not whole."""
    counted = telemetry or Telemetry()
    predictor = Predictor(bundle, logs, counted, data)
    service = Service(predictor)
    endpoints = service.endpoints(counted)
    routes = [
        *(Route(path, endpoint, methods=["POST"]) for path, endpoint in endpoints.items()),
        Route("/health", health),
        Route("/ready", service.ready),
        Route("/info", service.info),
        Route("/metrics", partial(metrics, telemetry=counted)),
        Route("/openapi.json", partial(service.file, path=bundle / "openapi.json")),
        Route("/example.json", partial(service.file, path=bundle / "example.json")),
        Route("/", partial(page, name="page.html")),
        Route("/dashboard", partial(page, name="dashboard.html")),
        Route("/dashboard.json", partial(service.dashboard, logs=logs)),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: refuse})
    app.router.redirect_slashes = False  # a redirect would lead to whatever host the request names
    counted.serve(predictor.digest, predictor.scorer.card["candidate"], service.trouble)
    return Front(service, endpoints, app)
