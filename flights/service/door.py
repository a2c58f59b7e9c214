"""Let in what is a request, and say all that is wrong with what is not."""

from typing import Any, Never

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException

from flights.service.request import Row

ONE = msgspec.json.Decoder(Row)
MANY = msgspec.json.Decoder(list[Row])
FIELDS = {field.encode_name: field.type for field in msgspec.structs.fields(Row)}
MOST_PROBLEMS = 100
KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


class Problem(Struct):
    """What is wrong with one field; of a list of rows, with that of the row at the place ``row``."""

    field: str
    problem: str
    row: int = 0


class RefusedError(HTTPException):
    """A request that is not answered."""

    def __init__(self, status: int, error: str, problems: list[Problem] | None = None) -> None:
        super().__init__(status, error)
        self.problems = problems or []


def one(body: bytes) -> Row:
    """Return the row in ``body``; refuse what is none, naming every problem."""
    try:
        return ONE.decode(body)
    except (ValueError, RecursionError) as error:
        refuse(body, error, several=False)


def many(body: bytes, most: int) -> list[Row]:
    """Return the rows in ``body``, of which there are one to ``most``; refuse what is no list of rows."""
    try:
        rows = MANY.decode(body)
    except (ValueError, RecursionError) as error:
        refuse(body, error, several=True)
    if not 1 <= len(rows) <= most:
        raise RefusedError(422, f"{len(rows):,} rows; a request has 1 to {most:,}")
    return rows


def refuse(body: bytes, error: Exception, several: bool) -> Never:
    """Refuse ``body``, in which ``error`` was met first."""
    try:
        given = msgspec.json.decode(body)
    except (ValueError, RecursionError) as broken:
        raise RefusedError(400, f"the body is not JSON: {broken}") from broken
    if several and not isinstance(given, list):
        raise RefusedError(422, f"expected a list of objects, got {named(given)}") from error
    rows = enumerate(given) if several else [(0, given)]
    found = [problem for place, row in rows for problem in problems(row, place)]
    raise RefusedError(
        422, f"{len(found):,} {'problem' if len(found) == 1 else 'problems'}", found[:MOST_PROBLEMS]
    ) from error


def problems(row: Any, place: int) -> list[Problem]:
    """Return all that is wrong with one row."""
    if not isinstance(row, dict):
        return [Problem("", f"expected an object, got {named(row)}", place)]
    unknown = [Problem(name, "is no field of a request", place) for name in row if name not in FIELDS]
    missing = [Problem(name, "is missing; null says that it is not known", place) for name in FIELDS if name not in row]
    return (
        unknown
        + missing
        + [
            Problem(name, problem, place)
            for name, kind in FIELDS.items()
            if name in row and (problem := mismatch(row[name], kind))
        ]
    )


def mismatch(value: Any, kind: Any) -> str:
    """Return why ``value`` is not of ``kind``; nothing where it is."""
    try:
        msgspec.convert(value, kind)
    except (ValueError, RecursionError) as error:
        return str(error)
    return ""


def named(value: Any) -> str:
    """Return what a JSON value is."""
    return KINDS.get(type(value), "null")
