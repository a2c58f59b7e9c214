"""What a client says happened to a row that was predicted."""

from datetime import UTC, datetime

import msgspec
from msgspec import Struct, field

from flights.service.validation import RefusedError


class Outcome(Struct, forbid_unknown_fields=True):
    """The outcome of the prediction ``id``, and when that was said."""

    id: str
    outcome: bool
    time: datetime = field(default_factory=lambda: datetime.now(UTC))


DECODER = msgspec.json.Decoder(Outcome)


def outcome(body: bytes) -> Outcome:
    """Return the outcome in ``body``; refuse what is none."""
    try:
        return DECODER.decode(body)
    except msgspec.ValidationError as error:
        raise RefusedError(422, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, f"the body is not JSON: {error}") from error
