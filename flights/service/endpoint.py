"""One path of the service: how much may be sent, and what an answer and a refusal look like."""

import logging
import re
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from flights.service.access import Access
from flights.service.telemetry import Telemetry
from flights.service.validation import Problem, RefusedError

ENCODE = msgspec.json.Encoder().encode
TYPE = b"content-type"
JSON = b"application/json"
LIKE_JSON = re.compile(rb"\s*application/(?:[\w.-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
LOGGER = logging.getLogger(__name__)


class Refusal(msgspec.Struct):
    """Why a request is not answered; ``problems`` says it field by field."""

    error: str
    problems: list[Problem] = []


async def read(scope: Scope, receive: Receive, most: int) -> bytes:
    """Return the body of a request, which is JSON of ``most`` bytes; refuse another as soon as that shows."""
    for name, value in scope["headers"]:
        if name == TYPE and value != JSON and not LIKE_JSON.fullmatch(value):
            raise RefusedError(415, "the body has to be JSON: send the header Content-Type: application/json")
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body") or message["type"] == "http.disconnect":
        body = await rest(message, receive, most)
    if len(body) > most:
        raise RefusedError(413, f"the body is larger than {most} bytes")
    return body


async def rest(message: Any, receive: Receive, most: int) -> bytes:
    """Return the body that begins with ``message``, or so much of it as shows that it is too large."""
    body = bytearray()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > most or not message.get("more_body"):
            return bytes(body)
        message = await receive()
    raise RefusedError(408, "the client went away, or was too slow, before the body was there")


class Endpoint:
    """Answers a POST of JSON with JSON, and counts it."""

    def __init__(
        self, path: str, answer: Callable[[bytes], Awaitable[Any]], most: int, access: Access, telemetry: Telemetry
    ) -> None:
        self.path, self.answer, self.most, self.access = path, answer, most, access
        self.requests = telemetry.requests
        self.answered = telemetry.requests.labels(path, "200").inc
        self.observe = telemetry.seconds.labels(path).observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        start = perf_counter()
        try:
            self.access.check(scope)
            content = await self.answer(await read(scope, receive, self.most))
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


async def respond(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send ``body`` as JSON."""
    known = [(TYPE, JSON), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": known})
    await send({"type": "http.response.body", "body": body})
