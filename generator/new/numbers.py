"""Numbers: whole ones, codes that look like numbers, and those with signs and separators."""

import re

from generator.new.epochs import compact_dates, since_1970
from generator.new.kind import ENOUGH, Kind
from generator.new.measure import APOSTROPHES, BLANKS, MINUS, MONEY, Measure, value
from generator.new.reading import RAW, Raw
from generator.sources.counts import counted
from generator.sql.parsing import identifier, literal


def _grouped(group: str, decimal: str) -> str:
    """Return the pattern of a number whose thousands are set apart by ``group``, a blank or an apostrophe.

    In India all groups but the last have two digits.
    """
    others = rf"[1-9]\d{{0,2}}([{BLANKS}{APOSTROPHES}]\d{{3}})+"
    return rf"(\d+|[1-9]\d{{0,2}}({group}\d{{2,3}})*{group}\d{{3}}|{others})?({decimal}\d*)?"


ENGLISH, EUROPEAN = _grouped(",", r"\."), _grouped(r"\.", ",")
"""1,234.5 and 1.234,5: what fits one of the two alone tells which of them a column is written in."""

LETTERS = rf"[%\pL]|{MONEY}"
AMOUNT = rf"\d([\d.,{APOSTROPHES}{BLANKS}]*\d)?|[.,]\d+"
"""The digits of a number among its signs, with their separators."""

QUOTED = re.compile(r'="[^"]*"')
"""A formula that is a text: how a code is written that Excel shall not take for a number."""

CREDIT = r"(?i:cr)\.?\)?$"
NEGATIVE = rf"[-{MINUS}(]|{CREDIT}"
ODD = rf"[({MINUS}]|\d[{BLANKS}]*-|(?i:[cd]r)\.?\)?$|\pL\."
"""What a number has that takes more than to leave all but its digits and its leading minus out."""


RARE = 0.02
"""Share of the values from which on a sign of codes is no accident."""

LONG = 8
"""Letters from which on digits behind a plus are a number to call."""

TELLING = 10
"""Different numbers with three digits behind their point, beside others without one, that are no accident."""

REPEATED = 0.5
"""Different values as a share of all up to which numbers with a point may be codes."""


def typed_number(raw: Raw, found: Measure) -> Kind:
    """Return what a column with a type of numbers holds: its values say whether it is whole numbers, not its type."""
    if found.long > found.present / 2:
        return _too_long()
    kind = Kind("integer" if found.whole == found.present else "float")
    return compact_dates(raw, found) or since_1970(raw, found) or kind


def number(raw: Raw, found: Measure) -> Kind | None:
    """Return a number, or a code, where nearly every value of a column of texts is one."""
    if found.values and all(QUOTED.fullmatch(text) for text in found.values):
        return Kind("text", "written as Excel keeps codes", f"regexp_extract({identifier(found.name)}, '\"(.*)\"', 1)")
    if found.numbers >= ENOUGH * found.present:
        return compact_dates(raw, found) or since_1970(raw, found) or _code(raw, found) or _plain(raw, found)
    if found.dirty < ENOUGH * found.present or found.iso:
        return None
    return _dirty(raw, found)


def _plain(raw: Raw, found: Measure) -> Kind:
    """Return whole numbers where all are, even when written as 7.0 or 1e3."""
    if found.whole == found.numbers:
        return Kind("integer")
    if found.longest > len("-100.000"):
        return Kind("float")
    text = value(found.name, found.marks)
    pointed, bare = (f"regexp_full_match({text}, '-?[1-9]\\d{{0,2}}{end}')" for end in ("\\.\\d{3}", ""))
    ask = f"SELECT count(*) FILTER ({pointed}), count(DISTINCT {text}) FILTER ({pointed}), count(*) FILTER ({bare})"
    count, distinct, others = raw.database.execute(f"{ask} FROM {RAW}").fetchall()[0]
    if count == found.present:
        return Kind("float", doubt="each has three digits behind its point: `read:` where that sets thousands apart")
    if count + others == found.present and distinct >= TELLING:
        read = f"replace(trim({identifier(found.name)}), '.', '')"
        doubt = "points have three digits behind them: taken to set thousands apart; without `read:`, they do not"
        return Kind("float", "points set thousands apart", read, doubt)
    return Kind("float")


def _code(raw: Raw, found: Measure) -> Kind | None:
    """Return a text where digits are no amount: what a number would lose of them is what makes them codes."""
    if found.long > found.present / 2:
        return _too_long()
    if found.whole < found.numbers:
        return _code_with_a_point(raw, found)
    same_length = found.shortest == found.longest
    if found.zeros and (same_length or found.zeros >= RARE * found.present):
        return Kind("text", "digits that begin with 0: a code, not a number")
    if found.negative:
        return None
    if found.plus == found.present or (found.longest > LONG and found.plus >= RARE * found.present and found.plus):
        return Kind("text", "digits behind a plus: a code, not a number")
    if found.exponents and found.integers + found.exponents == found.numbers:
        doubt = (
            "" if same_length else "an e among digits is taken for part of a code; `type: float` reads powers of ten"
        )
        return Kind("text", "digits with an e between them: a code, not a number", None, doubt)
    if found.lettered > 1:
        doubt = f"{found.lettered:,} values have a letter beside their digits: taken for codes, and not for numbers"
        return Kind("text", "digits, some with a letter: a code, not a number", None, doubt)
    return None


def _code_with_a_point(raw: Raw, found: Measure) -> Kind | None:
    """Return a text where the same number is written as 1.1 and 1.10, or as 038.9, in few different ways."""
    if found.distinct > REPEATED * found.present:
        return None
    text = value(found.name, found.marks)
    point = f"regexp_full_match({text}, '\\d+\\.\\d+')"
    ask = f"""SELECT count(*) FILTER (regexp_full_match({text}, '0\\d+(\\.\\d+)?')),
        count(DISTINCT {text}) FILTER ({point}), count(DISTINCT TRY_CAST({text} AS DOUBLE)) FILTER ({point})
        FROM {RAW}"""
    zeros, written, numbers = raw.database.execute(ask).fetchall()[0]
    if zeros and zeros >= RARE * found.present:
        doubt = "digits that begin with 0 are taken for codes; `type: float` reads numbers"
        return Kind("text", "digits that begin with 0: a code, not a number", None, doubt)
    if written > numbers:
        doubt = (
            "the same number is written in two ways, as 1.1 and 1.10 are: taken for codes; `type: float` reads numbers"
        )
        return Kind("text", "numbers that end in 0 or do not: a code, or a version", None, doubt)
    return None


def _too_long() -> Kind:
    return Kind("text", "whole numbers of more than 64 bits, kept digit by digit")


def _dirty(raw: Raw, found: Measure) -> Kind | None:
    """Return a number with signs and separators, where one way of reading gives nearly every value."""
    text = value(found.name, found.marks)
    column = f"trim({identifier(found.name)})"
    amount = f"trim(regexp_extract({text}, {literal(AMOUNT)}))"
    english, european = (f"regexp_full_match({amount}, {literal(form)})" for form in (ENGLISH, EUROPEAN))
    alone = f"count(*) FILTER ({english} AND NOT {european}), count(*) FILTER ({european} AND NOT {english})"
    shown = f"any_value({text}) FILTER (NOT regexp_full_match({text}, '[-+]?[0-9.]+'))"
    zero = f"regexp_full_match({amount}, '0\\d+([.,]\\d+)?') AND NOT regexp_matches({text}, {literal(LETTERS)})"
    bare_zero = f"count(*) FILTER ({zero})"
    odd, credits = (f"count(*) FILTER (regexp_matches({text}, {literal(form)}))" for form in (ODD, CREDIT))
    unit = f"regexp_extract({text}, {literal(MONEY)})"
    money = f"list_sort(list(DISTINCT {unit}) FILTER ({unit} <> ''))"
    percent = f"count(*) FILTER ({text} LIKE '%!%%' ESCAPE '!')"
    ask = f"SELECT {odd}, {credits}, {money}, {alone}, {bare_zero}, {percent}, {shown} FROM {RAW}"
    signs, credit, currencies, points, commas, codes, percents, example = raw.database.execute(ask).fetchall()[0]
    if codes and codes >= RARE * found.present:
        return Kind("text", "digits that begin with 0: a code, not a number")
    bare = f"regexp_replace({column}, '[^-0-9.,]', '', 'g')"
    if signs:
        bare = f"regexp_replace(regexp_extract({column}, {literal(AMOUNT)}), '[^0-9.,]', '', 'g')"
    comma = commas > points
    cleaned = f"replace(replace({bare}, '.', ''), ',', '.')" if comma else f"replace({bare}, ',', '')"
    negative = f"CASE WHEN regexp_matches({column}, {literal(NEGATIVE)}) THEN '-' ELSE '' END || "
    read = f"{negative}{cleaned}" if signs else cleaned
    others, mark = (points, "point") if comma else (commas, "comma")
    double = f"TRY_CAST({read} AS DOUBLE)"
    fits = f"({english} OR {european})"
    ask = f"""SELECT count({double}) FILTER ({fits}), count(*) FILTER (TRY_CAST({read} AS BIGINT) = {double})
        FROM {RAW} WHERE {text} IS NOT NULL"""
    good, whole = raw.database.execute(ask).fetchall()[0]
    if good < ENOUGH * found.present:
        return None
    doubts = (
        f"{counted(others, 'value', 'looks', 'look')} as if with a decimal {mark}, unlike the others" if others else "",
        "CR, a credit, is read as negative: turn the sign in `read:` where it is not" if credit else "",
        f"amounts of several currencies: {', '.join(currencies)}" if currencies and len(currencies) > 1 else "",
        f"{percents:,} of {found.present:,} values have a % sign: are the others shares of 1?"
        if 0 < percents < found.present
        else "",
    )
    names = whole == found.present == found.distinct  # amounts are measured, and the next may have a fraction
    return Kind(
        "integer" if names else "float", f"numbers written like {example}", read, "; ".join(filter(None, doubts))
    )
