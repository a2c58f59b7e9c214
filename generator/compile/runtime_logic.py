"""SQL's three-valued logic, and what passes over NULL; NULL is None."""

from collections.abc import Callable
from typing import Protocol, Self, TypeVar

from generator.compile.runtime_numbers import OutsideError, RowError, less


class Ordered(Protocol):
    """What can be compared with its like."""

    def __lt__(self, other: Self, /) -> bool:
        """Return whether this comes before ``other``."""


Value = TypeVar("Value", bound=Ordered)
Given = TypeVar("Given")
Result = TypeVar("Result")


def all_true(*values: bool | None) -> bool | None:
    """Return the AND of ``values``: False if one is, else None if one is."""
    return False if False in values else None if None in values else True


def any_true(*values: bool | None) -> bool | None:
    """Return the OR of ``values``: True if one is, else None if one is."""
    return True if True in values else None if None in values else False


def greatest(*values: Value | None) -> Value | None:
    """Return the largest of ``values`` that are not None."""
    return max((value for value in values if value is not None), default=None)


def least(*values: Value | None) -> Value | None:
    """Return the smallest of ``values`` that are not None."""
    return min((value for value in values if value is not None), default=None)


def greatest_double(*values: float | None) -> float | None:
    """Return the largest of ``values`` that are not None, where NaN exceeds all else."""
    found = None
    for value in values:
        if value is not None and (found is None or less(found, value)):
            found = value
    return found


def least_double(*values: float | None) -> float | None:
    """Return the smallest of ``values`` that are not None, where NaN exceeds all else."""
    found = None
    for value in values:
        if value is not None and (found is None or less(value, found)):
            found = value
    return found


def attempt(convert: Callable[[Given], Result], value: Given) -> Result | None:
    """Return ``value`` converted, or None where that is an error."""
    try:
        return convert(value)
    except OutsideError:
        raise
    except RowError:
        return None
