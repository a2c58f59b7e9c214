"""What training has seen of each field: a request beyond that is answered and marked, or refused."""

from pathlib import Path

import msgspec
from msgspec import Struct

from flights.service.request import Row


class Seen(Struct):
    """What is expected in one field; nothing is said of ``values`` where there are too many."""

    missing: bool = True
    min: int | float | None = None
    max: int | float | None = None
    values: frozenset[str] | None = None


class Unexpected(Struct):
    """A value beyond what training has seen."""

    field: str
    reason: str


class Contract:
    """What is expected in every field."""

    def __init__(self, path: Path) -> None:
        seen = msgspec.json.decode(path.read_bytes(), type=dict[str, Seen])
        fields = {field.encode_name: field.name for field in msgspec.structs.fields(Row)}
        self.fields = [(name, fields[name], expected) for name, expected in seen.items()]

    def unexpected(self, row: Row) -> list[Unexpected]:
        """Return the values of ``row`` that are unexpected."""
        found = []
        for name, attribute, seen in self.fields:
            value = getattr(row, attribute)
            if value is None:
                if not seen.missing:
                    found.append(Unexpected(name, "was never missing in training"))
            elif seen.values is not None:
                if value not in seen.values:
                    found.append(Unexpected(name, "was never seen in training"))
            elif seen.min is not None and seen.max is not None and not seen.min <= value <= seen.max:
                found.append(Unexpected(name, f"was between {seen.min:.12g} and {seen.max:.12g} in training"))
        return found
