"""Answer over HTTP: read a request, compute its features, score them, log the prediction, answer."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from flights.decision import Payoff
from flights.service.log import PredictionLog
from flights.service.request import Row, Rows
from flights.service.scorer import Scorer
from flights.settings import setting

ONE = msgspec.json.Decoder(Row)
MANY = msgspec.json.Decoder(Rows)


def reply(content: Any, status: int = 200) -> Response:
    """Return ``content`` as JSON."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


async def refuse(_: Request, error: Exception) -> Response:
    """Return what is wrong with a request as JSON."""
    assert isinstance(error, HTTPException)
    return reply({"error": error.detail}, error.status_code)


def decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """Return the rows in ``body``; refuse what is not JSON, and fields that are missing, unknown or of another type."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise HTTPException(422, str(error)) from error
    except ValueError as error:
        raise HTTPException(400, f"the body is not JSON: {error}") from error


class Service:
    """The endpoints, over one loaded bundle."""

    def __init__(self, logs: Path) -> None:
        self.scorer = Scorer()
        self.log = PredictionLog(logs, self.scorer.digest)
        self.max_body: int = setting("service", "max_body")
        self.payoff = Payoff.read()

    async def read(self, request: Request) -> bytes:
        """Return the body of ``request``; refuse it as soon as it is too large."""
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > self.max_body:
                raise HTTPException(413, f"the body is larger than {self.max_body} bytes")
        return bytes(body)

    def score(self, rows: list[Row]) -> np.ndarray:
        """Return the score of each row, once it is in the log."""
        try:
            features = self.scorer.features(rows)
        except (ValueError, OverflowError) as error:
            raise HTTPException(422, f"there are no features for these values: {error}") from error
        score = self.scorer.score(self.scorer.encode(features))
        self.log.append(rows, features, score)
        return score

    async def predict(self, request: Request) -> Response:
        """Answer for one row."""
        row = decode(ONE, await self.read(request))
        score = await run_in_threadpool(self.score, [row])
        return reply(self.scorer.answers(score)[0])

    async def predict_batch(self, request: Request) -> Response:
        """Answer for each row of a list, in its order."""
        rows = decode(MANY, await self.read(request))
        score = await run_in_threadpool(self.score, rows)
        return reply(self.scorer.answers(score))

    async def decide(self, request: Request) -> Response:
        """Say whether to act on one row, and what acting is expected to gain over passing."""
        row = decode(ONE, await self.read(request))
        score = await run_in_threadpool(self.score, [row])
        act, gain = self.payoff.act(score)[0], self.payoff.advantage(score)[0]
        return reply({"act": bool(act), "expected_gain": float(gain), "probability": float(score[0])})

    async def health(self, _: Request) -> Response:
        """Say that requests are answered."""
        return reply({"status": "ok"})

    async def info(self, _: Request) -> Response:
        """Say which model answers, from which inputs and features, and how good it is."""
        return reply({**self.scorer.card, "digest": self.scorer.digest})


def create_app(logs: Path) -> Starlette:
    """Return the application that serves the bundle in the working folder and logs to the folder ``logs``."""
    service = Service(logs)
    routes = [
        Route("/predict", service.predict, methods=["POST"]),
        Route("/predict/batch", service.predict_batch, methods=["POST"]),
        Route("/decide", service.decide, methods=["POST"]),
        Route("/health", service.health),
        Route("/info", service.info),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: refuse})
