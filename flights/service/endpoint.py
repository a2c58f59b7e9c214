"""One path of the service: who may ask, how much may be sent, what an answer and a refusal look like."""

import asyncio
import hmac
import logging
import os
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from flights.service.door import Problem, RefusedError
from flights.service.telemetry import Telemetry

ENCODE = msgspec.json.Encoder().encode
JSON = (b"content-type", b"application/json")
LOGGER = logging.getLogger(__name__)


class Refusal(msgspec.Struct):
    """Why a request is not answered; ``problems`` says it field by field."""

    error: str
    problems: list[Problem] = []


class Limits:
    """How much a client may send, how long it may take to, and the key it needs where one is set."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.max_body: int = settings["max_body"]
        self.seconds: float = settings["timeout"]
        self.key = os.environ.get(settings.get("api_key", ""), "").encode()

    def check_key(self, scope: Scope) -> None:
        """Refuse a request without the key, where there is one; it is compared in constant time."""
        if not self.key:
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-api-key") or headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        if not hmac.compare_digest(given, self.key):
            raise RefusedError(401, "the header X-API-Key, or Authorization: Bearer, has to carry the key")

    async def body(self, receive: Receive) -> bytes:
        """Return the body of a request; refuse it as soon as it is too large, or too late."""
        message = await receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            try:
                async with asyncio.timeout(self.seconds):
                    body = await self.rest(body, receive)
            except TimeoutError as error:
                raise RefusedError(408, f"the body did not arrive within {self.seconds:g} seconds") from error
        if len(body) > self.max_body:
            raise RefusedError(413, f"the body is larger than {self.max_body} bytes")
        return body

    async def rest(self, start: bytes, receive: Receive) -> bytes:
        """Return ``start`` and what follows it, or so much of that as shows that it is too large."""
        body = bytearray(start)
        while len(body) <= self.max_body:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        return bytes(body)


class Endpoint:
    """Answers a POST of JSON with JSON, and counts it."""

    def __init__(
        self, path: str, answer: Callable[[bytes], Awaitable[Any]], limits: Limits, telemetry: Telemetry
    ) -> None:
        self.path, self.answer, self.limits = path, answer, limits
        self.requests = telemetry.requests
        self.answered = telemetry.requests.labels(path, "200").inc
        self.observe = telemetry.seconds.labels(path).observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        start = perf_counter()
        try:
            self.limits.check_key(scope)
            content = await self.answer(await self.limits.body(receive))
        except RefusedError as error:
            self.requests.labels(self.path, str(error.status_code)).inc()
            await respond(send, error.status_code, ENCODE(Refusal(error.detail, error.problems)))
        except Exception:
            LOGGER.exception("POST %s failed", self.path)
            self.requests.labels(self.path, "500").inc()
            await respond(send, 500, ENCODE(Refusal("the service failed; its log says why")))
        else:
            self.answered()
            await respond(send, 200, ENCODE(content))
        self.observe(perf_counter() - start)


async def respond(send: Send, status: int, body: bytes) -> None:
    """Send ``body`` as JSON."""
    headers = [JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
