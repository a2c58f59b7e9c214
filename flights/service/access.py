"""Who may ask: where params.yaml names a variable of the environment, requests have to bring the key in it."""

import hmac
import os
import re
from typing import Any

from starlette.types import Scope

from flights.service.validation import RefusedError

KEY = re.compile(r"[!-~](?:[ -~]*[!-~])?")
"""What a header can carry: printable ASCII without spaces around it."""


class AccessError(ValueError):
    """The key that requests have to bring is not there, or cannot be one."""


def key(settings: dict[str, Any]) -> bytes:
    """Return the key that requests have to bring, nothing where none is asked for; raise AccessError where it is no key."""
    variable = settings.get("api_key")
    if variable is None:
        return b""
    value = os.environ.get(variable)
    if value is None:
        raise AccessError(
            f"set {variable} in the environment to the key that requests have to bring: service.api_key names it"
        )
    if not KEY.fullmatch(value):
        raise AccessError(
            f"{variable} holds no key: it has to be printable ASCII, without a line break or spaces around it"
        )
    return value.encode()


class Access:
    """The key, where one is asked for."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.key = key(settings)

    def check(self, scope: Scope) -> None:
        """Refuse a request without the key, where there is one; it is compared in constant time."""
        if not self.key:
            return
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(b"x-api-key") or bearer(headers), self.key):
            raise RefusedError(401, "the header X-API-Key, or Authorization: Bearer, has to carry the key")


def bearer(headers: dict[bytes, bytes]) -> bytes:
    """Return the key in the header Authorization."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else b""
