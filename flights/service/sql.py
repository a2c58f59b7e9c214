"""SQL's functions in Python, with SQL's rules for what is missing: the ones that the features use."""

from typing import Protocol, Self, TypeVar


class RowError(ValueError):
    """A row for which the SQL is an error, such as an integer that overflows."""


def bigint(value: int) -> int:
    """Return ``value``, which has to fit into a BIGINT."""
    if -9_223_372_036_854_775_808 <= value <= 9_223_372_036_854_775_807:
        return value
    raise RowError(f"{value} is out of range for BIGINT")


def quotient(left: int, right: int) -> int:
    """Return ``left / right`` rounded towards zero."""
    if not right:
        raise RowError(f"division by zero: {left} // {right}")
    whole = abs(left) // abs(right)
    return whole if (left < 0) == (right < 0) else -whole


def remainder(left: int, right: int, least: int | None = None) -> int:
    """Return the remainder of ``left / right``, with the sign of ``left``; ``least`` by -1 overflows."""
    if not right:
        raise RowError(f"division by zero: {left} % {right}")
    if right == -1 and left == least:
        raise RowError(f"{left} % {right} overflows")
    rest = abs(left) % abs(right)
    return rest if left >= 0 else -rest


class Ordered(Protocol):
    """What can be compared with its like."""

    def __lt__(self, other: Self, /) -> bool:
        """Return whether this comes before ``other``."""


Value = TypeVar("Value", bound=Ordered)


def least(*values: Value | None) -> Value | None:
    """Return the smallest of ``values`` that are not None."""
    return min((value for value in values if value is not None), default=None)


def left(text: str, count: int) -> str:
    """Return the first ``count`` characters; all but the last ones where it is negative."""
    if count >= 2**32:
        raise RowError(f"{count} characters are out of range")
    return text[:count]


def right(text: str, count: int) -> str:
    """Return the last ``count`` characters; all but the first ones where it is negative."""
    return text[max(len(text) - count, 0) :] if count >= 0 else text[-count:]
