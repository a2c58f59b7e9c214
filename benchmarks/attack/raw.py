"""HTTP by hand, for what no client sends."""

from socket import socket


def send(connection: socket, data: bytes) -> bool:
    """Send ``data``; return whether the connection took it."""
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


def received(connection: socket) -> bytes:
    """Return all that comes until the service closes the connection."""
    found = bytearray()
    try:
        while data := connection.recv(65_536):
            found += data
    except ConnectionError:
        pass
    return bytes(found)


def status(answer: bytes) -> str:
    """Return the status of a raw answer; "closed" where there is none."""
    return answer[9:12].decode() or "closed"
