"""The kind of a column: its type, and where a cast is not enough the expression that reads it."""

from dataclasses import dataclass

ENOUGH = 0.98
"""Share of the values that have to be of a type; `process` refuses the rows of the rest, and stops beyond a tenth."""


@dataclass(frozen=True)
class Kind:
    """A type, the expression that reads it (None: a cast will do), why, and what is doubtful about it."""

    type: str
    reason: str = ""
    read: str | None = None
    doubt: str = ""
    counted: bool = False
    """Whether the date stands for a number that counts days or periods, of which only the order means something."""
