"""A compiled sub-expression: Python text, what must not be NULL before it, and what is known of its value."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(10)
"""How tightly Python binds the outermost operator of a text."""
UNKNOWN = object()
"""Stands for the value of what is no constant."""
EXACT = 2**53
"""Up to here every whole number is a double."""
INTEGERS = {
    "TINYINT": (-(2**7), 2**7 - 1),
    "SMALLINT": (-(2**15), 2**15 - 1),
    "INTEGER": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
}
"""The integer types that are compiled, with their ranges."""

Bound = int | float


@dataclass(frozen=True)
class Guard:
    """A variable that must not be None; ``bound`` is the text that is assigned to it on the spot, if any."""

    name: str
    bound: str | None = None

    def __str__(self) -> str:
        return self.name if self.bound is None else f"({self.name} := {self.bound})"


@dataclass(frozen=True)
class PythonExpression:
    """``text`` is the value wherever no guard is None; elsewhere the value is NULL.

    ``maybe``: the text itself may give None. ``blind``: the text is false, and raises nothing, where a guard is None.
    ``low`` and ``high`` bound a number, which then is finite; an integer always has them. ``const`` is the value of a
    constant. ``parts`` are what a conjunction joins, where they may be NULL.
    """

    text: str
    type: str
    guards: tuple[Guard, ...] = ()
    rank: int = ATOM
    low: Bound | None = None
    high: Bound | None = None
    maybe: bool = False
    blind: bool = False
    const: Any = UNKNOWN
    parts: tuple["PythonExpression", ...] = ()

    def __post_init__(self) -> None:
        if self.type in INTEGERS and (self.low is None or self.high is None):
            low, high = INTEGERS[self.type]
            object.__setattr__(self, "low", low)
            object.__setattr__(self, "high", high)

    def __str__(self) -> str:
        return self.text

    @property
    def atom(self) -> str:
        """The text, in parentheses unless an attribute may follow it."""
        return self.at(ATOM) if self.const is UNKNOWN or isinstance(self.const, str) else f"({self.text})"

    def at(self, rank: int) -> str:
        """Return the text, in parentheses where it binds less tightly than ``rank``."""
        return self.text if self.rank >= rank else f"({self.text})"

    @property
    def is_constant(self) -> bool:
        """Whether the value is the same for every row."""
        return self.const is not UNKNOWN

    @property
    def is_null(self) -> bool:
        """Whether the value is NULL for every row."""
        return self.const is None

    @property
    def is_certain(self) -> bool:
        """Whether the value is plainly not NULL: a constant, or infix operators on constants."""
        if self.is_constant:
            return not self.is_null
        return not self.guards and not self.maybe and not re.search(r"\w\(", self.text)

    @property
    def is_name(self) -> bool:
        """Whether the text is just a variable."""
        return self.text.isidentifier() and not self.is_constant

    @property
    def is_integer(self) -> bool:
        """Whether the type is one of the integer types."""
        return self.type in INTEGERS

    def bounded(self, low: Bound | None, high: Bound | None) -> "PythonExpression":
        """Return the code with bounds on its value."""
        return replace(self, low=low, high=high)


def merged(codes: Iterable[PythonExpression]) -> tuple[Guard, ...]:
    """Return the guards of all ``codes``, each name once."""
    found: dict[str, Guard] = {}
    for code in codes:
        for guard in code.guards:
            found.setdefault(guard.name, guard)
    return tuple(found.values())


def whole(code: PythonExpression) -> PythonExpression:
    """Return ``code`` as one text that is None for NULL, without guards."""
    if not code.guards:
        return code
    first = code.guards[0]
    if len(code.guards) == 1 and code.text == first.name:
        if first.bound is None:
            return replace(code, guards=(), maybe=True)
        return replace(code, text=first.bound, guards=(), maybe=True, rank=CHOICE)
    tests = " or ".join(f"{guard} is None" for guard in code.guards)
    return replace(code, text=f"None if {tests} else {code.text}", guards=(), rank=CHOICE, maybe=True, parts=())


def when_true(code: PythonExpression) -> tuple[str, int]:
    """Return a condition that holds where the boolean ``code`` is true, and how tightly it binds."""
    blind = code.blind and all(guard.bound is None for guard in code.guards)
    if (not code.guards and not code.parts) or blind or (code.is_name and code.guards[-1] == Guard(code.text)):
        return code.text, code.rank
    if code.is_name and code.guards[-1].name == code.text:
        return str(code.guards[-1]), ATOM
    tests = [f"{guard} is not None" for guard in code.guards]
    if code.parts:
        conditions = [when_true(part) for part in code.parts]
        return " and ".join([*tests, *(text if rank >= AND else f"({text})" for text, rank in conditions)]), AND
    return " and ".join([*tests, code.at(NOT)]), AND


def when_false(code: PythonExpression) -> tuple[str, int]:
    """Return a condition that holds where the boolean ``code`` is false, and how tightly it binds."""
    if len(code.guards) == 1 and code.guards[0].name == code.text:
        return f"{code.guards[0]} is False", COMPARISON
    if code.maybe:
        plain = whole(code)
        return f"{plain.at(SUM)} is False", COMPARISON
    tests = [f"{guard} is not None" for guard in code.guards]
    text = f"not {code.at(COMPARISON)}"
    return " and ".join([*tests, text]), AND if tests else NOT


def constant(value: Any, kind: str) -> PythonExpression:
    """Return the code of a number, a truth value or a text that is the same for every row."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    bound = value if number else None
    return PythonExpression(
        repr(value), kind, (), SIGN if number and str(value)[0] == "-" else ATOM, bound, bound, const=value
    )


def null(kind: str) -> PythonExpression:
    """Return the code that is NULL for every row."""
    return PythonExpression("None", kind, maybe=True, const=None)
