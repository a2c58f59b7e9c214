"""Tables that are read by key: a missing key, and a key of which a part is missing, is found nowhere."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from msgspec import Struct, json

Key = Any
Values = tuple[Any, ...]


class Column(Struct):
    """One column of a table as features/lookup_tables.py writes it: its values, under what they are."""

    values: list[Any] = []
    moments: list[datetime | None] = []
    dates: list[date | None] = []
    times: list[time | None] = []

    def all(self) -> list[Any]:
        """Return the values, whatever they are."""
        return self.values or self.moments or self.dates or self.times


TABLE = json.Decoder(dict[str, Column])


def rows_by_key(path: Path, keys: list[str], values: list[str]) -> Iterator[tuple[Key, Values]]:
    """Yield the key and the values of each row of the table in ``path``; a key of one column is that column's value."""
    columns = {name: column.all() for name, column in TABLE.decode(path.read_bytes()).items()}
    found = zip(*(columns[name] for name in values), strict=True)
    for key, row in zip(zip(*(columns[name] for name in keys), strict=True), found, strict=True):
        if None not in key:
            yield key if len(key) > 1 else key[0], row


class Lookup:
    """A table with one row for each key."""

    def __init__(self, path: Path, keys: list[str], values: list[str]) -> None:
        self.rows = dict(rows_by_key(path, keys, values))
        self.unknown: Values = (None,) * len(values)

    def at(self, key: Key) -> Values:
        """Return the values of ``key``."""
        return self.rows.get(key, self.unknown)


class TimedLookup:
    """A table with one row for each key, each of which is known from a moment on."""

    def __init__(self, path: Path, keys: list[str], values: list[str], known_at: str) -> None:
        self.rows = {key: (row[0], row[1:]) for key, row in rows_by_key(path, keys, [known_at, *values])}
        self.unknown: Values = (None,) * len(values)

    def at(self, key: Key, moment: datetime) -> Values:
        """Return the values of ``key`` that are known at ``moment``."""
        known_at, values = self.rows.get(key, (None, self.unknown))
        return values if known_at is not None and known_at <= moment else self.unknown


class Snapshots:
    """What the past says of each key, from one numbered snapshot to the next in which something changed.

    In the file, the snapshots are in the order of their numbers.
    """

    def __init__(self, path: Path, keys: list[str], values: list[str], unknown: Values) -> None:
        self.unknown = unknown
        self.history: dict[Key, tuple[list[int], list[Values]]] = {}
        for key, row in rows_by_key(path, keys, ["__snapshot", *values]):
            entry = self.history.get(key)
            if entry is None:
                entry = self.history[key] = ([], [])
            entry[0].append(row[0])
            entry[1].append(row[1:])

    def at(self, key: Key, number: int) -> Values:
        """Return what stood at the snapshot ``number``: the latest one that is not after it."""
        found = self.history.get(key)
        place = bisect_right(found[0], number) if found else 0
        return found[1][place - 1] if found and place else self.unknown
