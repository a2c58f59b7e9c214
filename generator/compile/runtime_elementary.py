"""Roots, powers, logarithms and trigonometric functions as SQL computes them: what has no value is an error, or NaN."""

import math

from generator.compile.runtime_numbers import divide


def square_root(value: float) -> float:
    """Return the square root; NaN below zero."""
    return math.sqrt(value) if value >= 0 else math.nan


def cube_root(value: float) -> float:
    """Return the cube root."""
    return math.cbrt(value)


def exponential(value: float) -> float:
    """Return e to the ``value``, inf where it is too large."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def natural_log(value: float) -> float:
    """Return the natural logarithm; -inf at zero, NaN below."""
    return math.log(value) if value > 0 else math.nan if value != 0 else -math.inf


def log10(value: float) -> float:
    """Return the logarithm to base 10; -inf at zero, NaN below."""
    return math.log10(value) if value > 0 else math.nan if value != 0 else -math.inf


def log(base: float, value: float) -> float:
    """Return the logarithm of ``value`` to ``base``."""
    return divide(log10(value), log10(base))


def power(base: float, exponent: float) -> float:
    """Return ``base`` to the ``exponent``; inf where it is too large, NaN for a root of a negative number."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        if base == 0:
            return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf
        return math.nan


def sine(value: float) -> float:
    """Return the sine; NaN at infinity."""
    return math.nan if math.isinf(value) else math.sin(value)


def cosine(value: float) -> float:
    """Return the cosine; NaN at infinity."""
    return math.nan if math.isinf(value) else math.cos(value)


def tangent(value: float) -> float:
    """Return the tangent; NaN at infinity."""
    return math.nan if math.isinf(value) else math.tan(value)


def arcsine(value: float) -> float:
    """Return the arc sine; NaN outside -1 to 1."""
    return math.asin(value) if -1 <= value <= 1 else math.nan


def arccosine(value: float) -> float:
    """Return the arc cosine; NaN outside -1 to 1."""
    return math.acos(value) if -1 <= value <= 1 else math.nan
