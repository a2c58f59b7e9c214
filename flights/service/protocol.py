"""HTTP as uvicorn speaks it, with the head and the body of an answer in one packet: sending is what takes longest."""

from asyncio import Transport, WriteTransport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_ENDS = b"\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 "


class Joined(Transport):
    """A connection that keeps back the head of an answer until its body is written; uvicorn always writes one."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.head = b""
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.abort = transport.abort

    def write(self, data: bytes) -> None:  # type: ignore[override]
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
    """Answers on one connection."""

    def connection_made(self, transport: WriteTransport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(Joined(transport))
