"""What training has seen of each field: a request beyond that is answered and marked, or refused."""

from pathlib import Path

import msgspec
from msgspec import Struct

from flights.service.request import Row


class Seen(Struct):
    """What is usual in one field; nothing is said of ``values`` where there are too many."""

    missing: bool = True
    min: int | float | None = None
    max: int | float | None = None
    values: frozenset[str] | None = None


class Unusual(Struct):
    """A value beyond what training has seen."""

    field: str
    reason: str


class Contract:
    """What is usual in every field."""

    def __init__(self, path: Path) -> None:
        seen = msgspec.json.decode(path.read_bytes(), type=dict[str, Seen])
        fields = {field.encode_name: field.name for field in msgspec.structs.fields(Row)}
        self.fields = [(name, fields[name], usual) for name, usual in seen.items()]

    def unusual(self, row: Row) -> list[Unusual]:
        """Return the values of ``row`` that are unusual."""
        found = []
        for name, attribute, seen in self.fields:
            value = getattr(row, attribute)
            if value is None:
                if not seen.missing:
                    found.append(Unusual(name, "was never missing in training"))
            elif seen.values is not None:
                if value not in seen.values:
                    found.append(Unusual(name, "was never seen in training"))
            elif seen.min is not None and seen.max is not None and not seen.min <= value <= seen.max:
                found.append(Unusual(name, f"was between {seen.min:.12g} and {seen.max:.12g} in training"))
        return found
