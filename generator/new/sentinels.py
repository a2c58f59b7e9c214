"""Numbers that stand for a missing value: -999 and the like, far beyond all other values of their column."""

import re
from collections.abc import Iterator

from generator.new.answers import Choice, Doubt
from generator.new.reading import RAW, Raw
from generator.new.typed import typed
from generator.sources.counts import counted
from generator.sql.parsing import identifier

NINES = re.compile(r"-?(9{2,}|8{2,}|7{2,})(\.0+)?")
"""How such a number is written: the digit that surveys and instruments repeat."""

FEWEST = 2
"""Rows that hold it: a single one is an odd value."""

BEYOND = 2
"""How many times the range of all other values lies between it and the next of them."""

VALUES = 5
"""The fewest other values, for a range to mean something."""

TOGETHER = 500
"""Columns that one query looks at."""


def sentinel_doubts(raw: Raw, choices: tuple[Choice, ...]) -> Iterator[Doubt]:
    """Yield a doubt for each column of numbers whose least or largest value looks like a mark of a missing one."""
    numbers = [choice for choice in choices if choice.kind.type in ("integer", "float") and choice.role != "drop"]
    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        ends = ", ".join(f"min({value}), max({value})" for value in map(_number, some))
        found = raw.database.execute(f"SELECT {ends} FROM {RAW}").fetchall()[0]
        for place, choice in enumerate(some):
            for end in found[2 * place : 2 * place + 2]:
                if end is not None and NINES.fullmatch(f"{end:.12g}"):
                    yield from _doubt(raw, choice, end)


def _doubt(raw: Raw, choice: Choice, end: float) -> Iterator[Doubt]:
    value = _number(choice)
    ask = f"""SELECT count(*) FILTER ({value} = $1), min({value}) FILTER ({value} <> $1),
        max({value}) FILTER ({value} <> $1), count(DISTINCT {value}),
        any_value(trim(CAST({identifier(choice.name)} AS VARCHAR))) FILTER ({value} = $1) FROM {RAW}"""
    rows, low, high, distinct, written = raw.database.execute(ask, [end]).fetchall()[0]
    if rows < FEWEST or distinct <= VALUES:
        return
    if max(low - end, end - high) > BEYOND * (high - low):
        text = f"{counted(rows, 'row', 'holds', 'hold')} {written}, all others {low:g} to {high:g}"
        mark = f"`nulls: ['{written}']` where it stands for a missing value"
        yield Doubt(("data", "columns", choice.label), f"{choice.name}: {text}: {mark}")


def _number(choice: Choice) -> str:
    return f"TRY_CAST({typed(choice)} AS DOUBLE)"
