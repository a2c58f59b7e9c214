"""Encode one row after the other, as the other modules do for many: functions from one value to its columns."""

import math
import re
from collections.abc import Callable
from itertools import groupby
from typing import Any

from flights.features.columns import FEATURES

State = dict[str, Any]
Single = Callable[[Any], tuple[float, ...]]
LARGEST = 3.4028234663852886e38  # of float32
WORD = re.compile(r"\w+")


def number(state: State) -> Single:
    """The number, as it is or scaled."""
    mean, spread = state.get("mean", 0.0), state.get("spread", 1.0)
    known, gap = ((0.0,), (1.0,)) if state.get("indicator") else ((), ())
    fill = (state["fill"] - mean) / spread if "fill" in state else math.nan
    missing = (fill if math.isnan(fill) else min(max(fill, -LARGEST), LARGEST), *gap)

    lowest, highest = -LARGEST, LARGEST  # faster than globals: most features are plain numbers

    def plain(value: Any) -> tuple[float, ...]:
        return (value,) if value is not None and lowest <= value <= highest else missing

    def changed(value: Any) -> tuple[float, ...]:
        if value is None or not lowest <= value <= highest:
            return missing
        return (min(max((value - mean) / spread, lowest), highest), *known)

    return changed if "mean" in state or known else plain


def kept(state: State) -> list[str]:
    """Return the values that have a code of their own, in the order of the codes."""
    return [value for value, count in state["values"].items() if count >= state["min_count"]]


def category(state: State) -> Single:
    """A code for each value that has one."""
    other, unseen = (float(len(kept(state))),), (math.nan,)
    codes = dict.fromkeys(state["values"], other) | {value: (float(code),) for code, value in enumerate(kept(state))}
    return lambda value: codes.get(value, unseen)


def target(state: State) -> Single:
    """What the target is on average where the value occurs."""
    known = {value: tuple(found) for value, found in state["values"].items()} | {None: tuple(state["missing"])}
    unseen = (*state["prior"], 0.0) if state["count"] else tuple(state["prior"])
    return lambda value: known.get(value, unseen)


def words(text: str) -> list[str]:
    """Return the words of ``text``."""
    return WORD.findall(text.lower())


def text(state: State) -> Single:
    """The weights of the words."""
    places = {term: place for place, term in enumerate(state["terms"])}
    weights = [math.log((1 + state["rows"]) / (1 + count)) + 1 for count in state["terms"].values()]

    def encode(value: str | None) -> tuple[float, ...]:
        found = [0.0] * len(weights)
        for word in words(value or ""):
            place = places.get(word)
            if place is not None:
                found[place] += weights[place]
        length = math.sqrt(sum(weight * weight for weight in found)) or 1.0
        return tuple(weight / length for weight in found)

    return encode


KINDS: dict[str, Callable[[State], Single]] = {
    "number": number,
    "category": category,
    "target": target,
    "text": text,
}
PLAIN: State = {"kind": "number"}


def plain_numbers(values: tuple[Any, ...]) -> list[float]:
    """Encode numbers that stay as they are, as most do: without a call for each."""
    lowest, highest, missing = -LARGEST, LARGEST, math.nan
    return [value if value is not None and lowest <= value <= highest else missing for value in values]


class Encoder:
    """Encode rows as the training rows of ``encoders`` were."""

    def __init__(self, encoders: dict[str, Any]) -> None:
        states: list[State] = [encoders["features"][name] for name in FEATURES]
        self.features = [KINDS[state["kind"]](state) for state in states]
        self.parts: list[tuple[int, int, Single | None]] = []
        for plain, run in groupby(range(len(states)), lambda place: states[place] == PLAIN):
            first, *rest = run
            if plain:
                self.parts.append((first, first + 1 + len(rest), None))
            else:
                self.parts += [(place, place + 1, self.features[place]) for place in (first, *rest)]

    def row(self, values: tuple[Any, ...]) -> list[float]:
        """Return the columns of the features ``values``."""
        row: list[float] = []
        for start, end, encode_one in self.parts:
            row += encode_one(values[start]) if encode_one else plain_numbers(values[start:end])
        return row

    def names(self) -> list[str]:
        """Return the feature that each column comes from."""
        return [name for name, encode_one in zip(FEATURES, self.features, strict=True) for _ in encode_one(None)]
