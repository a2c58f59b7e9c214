"""Numbers as SQL computes them: integers of a fixed width, and doubles that never raise.

Integers that do not fit raise :class:`RowError`; doubles give inf or NaN where Python would raise.
"""

import math


class RowError(ValueError):
    """A row for which the SQL is an error, such as an integer that overflows."""


class OutsideError(RowError):
    """A date outside the years 1 to 9999, which SQL knows and Python does not."""


def tinyint(value: int) -> int:
    """Return ``value``, which has to fit into a TINYINT."""
    if -128 <= value <= 127:
        return value
    raise RowError(f"{value} is out of range for TINYINT")


def smallint(value: int) -> int:
    """Return ``value``, which has to fit into a SMALLINT."""
    if -32_768 <= value <= 32_767:
        return value
    raise RowError(f"{value} is out of range for SMALLINT")


def integer(value: int) -> int:
    """Return ``value``, which has to fit into an INTEGER."""
    if -2_147_483_648 <= value <= 2_147_483_647:
        return value
    raise RowError(f"{value} is out of range for INTEGER")


def bigint(value: int) -> int:
    """Return ``value``, which has to fit into a BIGINT."""
    if -9_223_372_036_854_775_808 <= value <= 9_223_372_036_854_775_807:
        return value
    raise RowError(f"{value} is out of range for BIGINT")


def double_to_integral(value: float) -> int:
    """Return ``value`` as an integer, rounded half to even."""
    if not math.isfinite(value):
        raise RowError(f"{value} is not an integer")
    return round(value)


def double_to_tinyint(value: float) -> int:
    """Return ``value`` as a TINYINT, rounded half to even."""
    return tinyint(double_to_integral(value))


def double_to_smallint(value: float) -> int:
    """Return ``value`` as a SMALLINT, rounded half to even."""
    return smallint(double_to_integral(value))


def double_to_integer(value: float) -> int:
    """Return ``value`` as an INTEGER, rounded half to even."""
    return integer(double_to_integral(value))


def double_to_bigint(value: float) -> int:
    """Return ``value`` as a BIGINT, rounded half to even."""
    return bigint(double_to_integral(value))


def divide(left: float, right: float) -> float:
    """Return ``left / right``; by zero it is inf, -inf or NaN."""
    if right:
        return left / right
    if left != left or not left:
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def divide_strictly(left: float, right: float) -> float:
    """Return ``left / right``, unrounded; zero is no divisor."""
    if not right:
        raise RowError(f"division by zero: {left} // {right}")
    return left / right


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


def float_remainder(left: float, right: float) -> float:
    """Return the remainder of ``left / right``, with the sign of ``left``; NaN where there is none."""
    if not right or math.isinf(left):
        return math.nan
    return math.fmod(left, right)


def less(left: float, right: float) -> bool:
    """Return whether ``left`` is less than ``right``, where NaN exceeds all else."""
    return left < right or (right != right and left == left)


def equal(left: float, right: float) -> bool:
    """Return whether both are equal, where NaN equals NaN."""
    return left == right or (left != left and right != right)


def same(left: float | None, right: float | None) -> bool:
    """Return whether both are equal, where NaN equals NaN and None equals None."""
    return left == right or (left != left and right != right)


def sign(value: float) -> int:
    """Return -1, 0 or 1, the sign of ``value``; 0 for NaN."""
    return (value > 0) - (value < 0)


def floor(value: float) -> float:
    """Return the largest whole number that is not above ``value``."""
    return float(math.floor(value)) if math.isfinite(value) and value else value


def ceiling(value: float) -> float:
    """Return the least whole number that is not below ``value``."""
    if not math.isfinite(value):
        return value
    return math.copysign(float(math.ceil(value)), value)


def trunc_double(value: float) -> float:
    """Return ``value`` without its fraction."""
    return math.copysign(float(math.trunc(value)), value) if math.isfinite(value) else value


def round_double(value: float) -> float:
    """Return ``value`` rounded to a whole number, half away from zero."""
    if not math.isfinite(value):
        return value
    whole = float(math.trunc(value))
    return math.copysign(whole + math.copysign(abs(value - whole) >= 0.5, value), value)


def round_to(value: float, digits: int) -> float:
    """Return ``value`` rounded to ``digits`` after the point, half away from zero."""
    if not math.isfinite(value):
        return value
    power = ten_to_the(abs(digits))
    found = round_double(value / power) * power if digits < 0 else round_double(value * power) / power
    return found if math.isfinite(found) else 0.0 if digits < 0 else value


def trunc_to(value: float, digits: int) -> float:
    """Return ``value`` without what follows ``digits`` after the point."""
    if not math.isfinite(value):
        return value
    power = ten_to_the(abs(digits))
    found = trunc_double(value / power) * power if digits < 0 else trunc_double(value * power) / power
    return found if math.isfinite(found) else value


def ten_to_the(digits: int) -> float:
    """Return a power of ten, inf beyond the largest double."""
    return 10.0**digits if digits < 309 else math.inf


def round_integer(value: int, digits: int, most: int) -> int:
    """Return ``value`` rounded to ``digits`` after the point, half away from zero; ``most`` is the largest result."""
    if digits >= 0:
        return value
    power: int = 10 ** min(-digits, 20)
    found = (abs(value) + power // 2) // power * power
    if found > most:
        raise RowError(f"{value} rounded to {digits} digits is out of range")
    return found if value >= 0 else -found


def trunc_integer(value: int, digits: int, most: int) -> int:
    """Return ``value`` with zeros for what follows ``digits`` after the point; never more than ``most``."""
    if digits >= 0:
        return value
    power: int = 10 ** min(-digits, 20)
    found = min(abs(value) // power * power, most)
    return found if value >= 0 else -found
