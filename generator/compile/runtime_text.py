"""Texts as SQL treats them: positions count from 1, and letters change case one by one."""

import re
from functools import cache
from typing import Any

import re2

from generator.compile.runtime_numbers import RowError

SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""What trim() removes: spaces of every width, but no tabs and no line ends."""


def lower(text: str) -> str:
    """Return ``text`` in lower case, character by character."""
    if text.isascii():
        return text.lower()
    return "".join(letter.lower()[0] for letter in text)


def upper(text: str) -> str:
    """Return ``text`` in upper case, character by character."""
    if text.isascii():
        return text.upper()
    return "".join(upper_letter(letter) for letter in text)


def upper_letter(letter: str) -> str:
    """Return the one capital of ``letter``; itself where it would become several."""
    capital = letter.upper()
    if len(capital) == 1:
        return capital
    titled = letter.title()
    return "\u1e9e" if letter == "ß" else titled if len(titled) == 1 else letter


def substring(text: str, start: int, length: int | None = None) -> str:
    """Return ``length`` characters from position ``start``; a negative ``start`` counts from the end.

    A negative ``length`` takes the characters before ``start``.
    """
    if not -(2**32) <= start < 2**32 or (length is not None and not -(2**32) <= length < 2**32):
        raise RowError(f"substring from {start} of length {length} is out of range")
    size = len(text)
    first = size + start if start < 0 else start - 1 if start or length is not None else 0
    last = size if length is None else first + length
    if last < first:
        first, last = last, first
    return text[max(first, 0) : max(last, 0)]


def left(text: str, count: int) -> str:
    """Return the first ``count`` characters; all but the last ones where it is negative."""
    if count >= 2**32:
        raise RowError(f"{count} characters are out of range")
    return text[:count]


def right(text: str, count: int) -> str:
    """Return the last ``count`` characters; all but the first ones where it is negative."""
    return text[max(len(text) - count, 0) :] if count >= 0 else text[-count:]


def split_part(text: str, separator: str, position: int) -> str:
    """Return a part of ``text`` between separators, counted from 1, or from the end where negative; '' for none."""
    parts = text.split(separator) if separator else list(text)
    if 0 < position <= len(parts):
        return parts[position - 1]
    return parts[position] if -len(parts) <= position < 0 else ""


def replace(text: str, old: str, new: str) -> str:
    """Return ``text`` with ``new`` for every ``old``; unchanged where ``old`` is empty."""
    return text.replace(old, new) if old else text


def trim(text: str, letters: str = SPACES) -> str:
    """Return ``text`` without ``letters`` at both ends."""
    return text.strip(letters) if letters else text


def ltrim(text: str, letters: str = SPACES) -> str:
    """Return ``text`` without ``letters`` at its start."""
    return text.lstrip(letters) if letters else text


def rtrim(text: str, letters: str = SPACES) -> str:
    """Return ``text`` without ``letters`` at its end."""
    return text.rstrip(letters) if letters else text


def lpad(text: str, length: int, filling: str) -> str:
    """Return ``text`` cut, or filled from the left, to ``length`` characters."""
    return padding(len(text), length, filling) + text[: max(length, 0)]


def rpad(text: str, length: int, filling: str) -> str:
    """Return ``text`` cut, or filled from the right, to ``length`` characters."""
    return text[: max(length, 0)] + padding(len(text), length, filling)


def padding(size: int, length: int, filling: str) -> str:
    """Return what fills ``size`` characters up to ``length``."""
    missing = max(length - size, 0)
    if not missing:
        return ""
    if not filling:
        raise RowError("nothing to fill a text with")
    return (filling * (missing // len(filling) + 1))[:missing]


def joined(*texts: str | None) -> str:
    """Return all ``texts`` that are not None as one."""
    return "".join(text for text in texts if text is not None)


def joined_with(separator: str, *texts: str | None) -> str:
    """Return all ``texts`` that are not None with ``separator`` between them."""
    return separator.join(text for text in texts if text is not None)


def like(text: str, pattern: str, escape: str = "") -> bool:
    """Return whether ``text`` has the form ``pattern``: % stands for any characters, _ for one."""
    return like_pattern(pattern, escape).fullmatch(text) is not None


@cache
def like_pattern(pattern: str, escape: str) -> re.Pattern[str]:
    """Return a LIKE pattern as a regular expression; raises where the escape comes last."""
    found, letters = [], iter(pattern)
    for letter in letters:
        if escape and letter == escape:
            letter = next(letters, "")
            if not letter:
                raise RowError("a LIKE pattern ends with its escape")
            found.append(re.escape(letter))
        else:
            found.append({"%": ".*", "_": "."}.get(letter) or re.escape(letter))
    return re.compile("".join(found), re.DOTALL)


@cache
def pattern(text: str, flags: str = "") -> Any:
    """Return a compiled regular expression, in RE2's syntax."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    return re2.compile(text, options)


def matches(text: str, expression: str, flags: str = "") -> bool:
    """Return whether ``expression`` is found anywhere in ``text``."""
    return pattern(expression, flags).search(text) is not None


def matches_all(text: str, expression: str, flags: str = "") -> bool:
    """Return whether ``expression`` covers all of ``text``."""
    return pattern(expression, flags).fullmatch(text) is not None


def extracted(text: str, expression: str, group: int = 0, flags: str = "") -> str:
    """Return the ``group`` of the first match of ``expression`` in ``text``; '' where there is none."""
    compiled = pattern(expression, flags)
    found = compiled.search(text) if group <= compiled.groups else None
    return (found.group(group) or "") if found else ""
