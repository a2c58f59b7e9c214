"""HTTP as uvicorn speaks it, with limits on what comes before the application is asked, and an answer in one packet."""

import heapq
from asyncio import TimerHandle, Transport, WriteTransport
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from flights.service.endpoint import ENCODE, Refusal, respond

MAX_HEAD = 32_768  # bytes of a request's first line and headers
MAX_AHEAD = 64  # requests on one connection that wait for the answer to an earlier one
LINGER = 1.0  # seconds in which what a refused client goes on sending is thrown away, so that it reads the refusal
MAKES_ROOM = 32  # connections that are closed at a time when there are too many
NO_HEAD = float("-inf")
PROBES = ("/health", "/ready")
HEAD_ENDS = b"\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 "


class Joined:
    """A connection that keeps back the head of an answer until its body is written: sending is what takes longest.

    uvicorn always writes one after the other.
    """

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.head = b""
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.abort = transport.abort

    def write(self, data: bytes) -> None:
        """Send ``data``, with the head before it; keep it back where it is a head."""
        if not self.head and data.endswith(HEAD_ENDS) and not data.startswith(CONTINUE):
            self.head = data
        else:
            self.transport.write(self.head + data)
            self.head = b""

    def close(self) -> None:
        """Send what was kept back, and close."""
        if self.head:
            self.transport.write(self.head)
        self.transport.close()


class Protocol(HttpToolsProtocol):
    """Answers on one connection.

    The client may take ``seconds`` for the head of a request, and as many for its body. Where there are more than
    ``most`` connections, those that have waited longest for their client make room; where none waits, a new one is
    answered with 503, but for probes.
    """

    def __init__(self, most: int, seconds: float, **server: Any) -> None:
        super().__init__(**server)
        self.most, self.seconds = most, seconds
        self.head: float = 0  # bytes that came of the head of a request, less than none while there comes a body
        self.refused = False
        self.since = 0.0  # when the connection was made, or the latest head had come
        self.late: Any = self  # the request after which the next one was awaited at the last look
        self.timer: TimerHandle

    def connection_made(self, transport: WriteTransport) -> None:  # type: ignore[override]
        """Begin."""
        if len(self.connections) >= self.most and not make_room(self.connections):
            self.app: ASGIApp = partial(answer_probes, self.app)
        super().connection_made(cast(Transport, Joined(transport)))
        self.since = self.loop.time()
        self.timer = self.loop.call_later(self.seconds, self.look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self.refused:
            return
        self.head += len(data)
        super().data_received(data)
        if self.head > MAX_HEAD and not self.refused:
            self.refuse(431, f"the head of a request has {MAX_HEAD} bytes at most")

    def on_headers_complete(self) -> None:
        """Ask the application, once the head has come."""
        if (
            self.head > MAX_HEAD
            and len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD
        ):
            self.refuse(431, f"the head of a request has {MAX_HEAD} bytes at most")
            raise ValueError("too large a head")
        if len(self.pipeline) >= MAX_AHEAD:
            self.refuse(429, f"{MAX_AHEAD} requests wait for their answers")
            raise ValueError("too many requests")
        super().on_headers_complete()
        self.head, self.since = NO_HEAD, self.loop.time()

    def on_message_complete(self) -> None:
        """Await the next head."""
        super().on_message_complete()
        self.head = 0

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, unless it was refused for a reason of its own."""
        if not self.refused:
            self.refuse(400, msg)

    @property
    def waits(self) -> bool:
        """Whether it is for the client to go on: to send the rest of a request, or to read an answer."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body or self.flow.write_paused

    def look(self) -> None:
        """End where the client has taken too long; look again later where not."""
        left = self.since + self.seconds - self.loop.time()
        if self.refused or self.transport.is_closing():
            self.transport.abort()
        elif left > 0 or not self.waits:
            self.timer = self.loop.call_later(max(left, LINGER), self.look)
        elif self.cycle is not None and self.cycle.response_complete and self.cycle is not self.late:
            self.late = self.cycle  # the wait for the next request may have begun just now
            self.timer = self.loop.call_later(self.seconds, self.look)
        elif self.head:
            self.refuse(408, f"the request did not arrive within {self.seconds:g} seconds")
        else:
            self.transport.abort()

    def refuse(self, status: int, error: str) -> None:
        """Answer with ``error``, unless another answer is due; read no more requests, and close in a moment."""
        self.refused = True
        if self.cycle is None or self.cycle.response_complete or not (self.cycle.response_started or self.pipeline):
            body = ENCODE(Refusal(error))
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
            head += f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            self.transport.write(head.encode() + body)
        self.timer.cancel()
        self.timer = self.loop.call_later(LINGER, self.look)


def make_room(connections: set[Any]) -> bool:
    """Close those of ``connections`` that have waited longest for their client; return whether there were any."""
    longest = heapq.nsmallest(MAKES_ROOM, (one for one in connections if one.waits), key=lambda one: one.since)
    for connection in longest:
        connections.discard(connection)
        connection.transport.abort()
    return bool(longest)


async def answer_probes(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let ``app`` answer probes alone."""
    if scope["path"] in PROBES:
        await app(scope, receive, send)
    else:
        await respond(send, 503, ENCODE(Refusal("too many requests at a time")), (b"connection", b"close"))
