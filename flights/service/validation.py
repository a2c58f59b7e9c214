"""Let in what is a request, and say all that is wrong with what is not."""

from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct
from starlette.exceptions import HTTPException

from flights.service.request import Row

ONE = msgspec.json.Decoder(Row)
MANY = msgspec.json.Decoder(list[Row])
ANY = msgspec.json.Decoder(Raw)
VALUE = msgspec.json.Decoder(Any)
PARTS = msgspec.json.Decoder(list[Raw])
OBJECT = msgspec.json.Decoder(dict[str, Raw])
FIELDS = {field.encode_name: field for field in msgspec.structs.fields(Row)}
READ = {name: msgspec.json.Decoder(field.type).decode for name, field in FIELDS.items()}
MOST_PROBLEMS = 100
LARGEST_EXACT = 2**53  # beyond it, a fraction stands for several whole numbers
KINDS = {b"{": "an object", b"[": "a list", b'"': "text", b"t": "true or false", b"f": "true or false", b"n": "null"}
Parts = TypeVar("Parts")


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
    except (ValueError, RecursionError):
        return read([parsed(body, ANY)])[0]


def many(body: bytes, most: int) -> list[Row]:
    """Return the rows in ``body``, of which there are one to ``most``; refuse what is no list of rows."""
    try:
        rows = MANY.decode(body)
    except (ValueError, RecursionError):
        if kind(parsed(body, ANY)) != "a list":
            raise RefusedError(422, f"expected a list of objects, got {kind(body)}") from None
        parts = parsed(body, PARTS)
        check_count(len(parts), most)
        return read(parts)
    check_count(len(rows), most)
    return rows


def parsed(body: bytes | Raw, decoder: msgspec.json.Decoder[Parts]) -> Parts:
    """Return the JSON in ``body`` in parts, of which nothing is read yet: there may be a lot of it."""
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, f"the body is not JSON: {error}") from error


def check_count(count: int, most: int) -> None:
    """Refuse no rows, and more than ``most``."""
    if not 1 <= count <= most:
        raise RefusedError(422, f"{count:,} {'row' if count == 1 else 'rows'}; a request has 1 to {most:,}")


def read(parts: list[Raw]) -> list[Row]:
    """Return ``parts`` as rows, whole numbers that were sent as 8.0 among them; refuse them where anything else is wrong."""
    rows, found = [], []
    for place, part in enumerate(parts):
        row, wrong = read_row(part)
        found += [Problem(name, problem, place) for name, problem in wrong]
        rows.append(row)
        if len(found) > MOST_PROBLEMS:
            break
    if len(found) > MOST_PROBLEMS:
        raise RefusedError(
            422, f"more than {MOST_PROBLEMS} problems, of which these are the first", found[:MOST_PROBLEMS]
        )
    if found:
        raise RefusedError(422, f"{len(found)} {'problem' if len(found) == 1 else 'problems'}", found)
    return [Row(**row) for row in rows]


def read_row(part: Raw) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the values in ``part``, and all that is wrong with it: the field, and why."""
    if kind(part) != "an object":
        return {}, [("", f"expected an object, got {kind(part)}")]
    given = parsed(part, OBJECT)
    wrong = [
        (name, "is no field of a request")
        for name in islice((name for name in given if name not in FIELDS), MOST_PROBLEMS + 1)
    ]
    wrong += [(name, "is missing; null says that it is not known") for name in FIELDS if name not in given]
    row = {}
    for name in (name for name in FIELDS if name in given):
        try:
            row[FIELDS[name].name] = read_value(name, given[name])
        except msgspec.ValidationError as error:
            wrong.append((name, str(error)))
        except ValueError as error:
            raise RefusedError(400, f"the body is not JSON: {error}") from error
    return row, wrong


def read_value(name: str, given: Raw) -> Any:
    """Return the value of a field; a whole number may be sent as a fraction, since JSON has one kind of number."""
    try:
        return READ[name](given)
    except msgspec.ValidationError:
        value = parsed(given, VALUE) if kind(given) in ("a number", "text") else None
        if name not in WHOLE or not isinstance(value, float) or not value.is_integer() or abs(value) > LARGEST_EXACT:
            raise
        return msgspec.convert(int(value), FIELDS[name].type)


def kind(given: bytes | Raw) -> str:
    """Return what a JSON value is."""
    return KINDS.get(bytes(given).lstrip()[:1], "a number")


def takes(name: str, value: bytes) -> bool:
    """Return whether a field takes a value."""
    try:
        READ[name](value)
    except msgspec.ValidationError:
        return False
    return True


WHOLE = {name for name in FIELDS if takes(name, b"0") and not takes(name, b"0.5")}
