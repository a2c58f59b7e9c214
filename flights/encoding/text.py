"""Text: the words of each text by TF-IDF, ln((1 + rows) / (1 + rows with the word)) + 1 for each time, length 1 in all.

Words are the runs of letters, digits and underscores, in small letters.

Missing: zero in every column, as an empty text.
Unseen: words that training has not are left out.
Rare: words in fewer than `min_count` rows, or not among the most frequent, are left out.
"""

import math
import re
from collections import Counter
from itertools import islice

import numpy as np
import pyarrow as pa

from flights.encoding.values import Options, Single, State, by_value, counts

WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Return the words of ``text``."""
    return WORD.findall(text.lower())


def fit(values: pa.ChunkedArray, options: Options) -> State:
    """Return how many rows have a text, and in how many of these each of the most frequent words is."""
    texts = counts(values)
    seen: Counter[str] = Counter()
    for text, count in texts.items():
        for word in set(words(text)):
            seen[word] += count
    ordered = sorted(seen.items(), key=lambda item: (-item[1], item[0]))
    frequent = ((word, count) for word, count in ordered if count >= options["min_count"])
    return {"rows": sum(texts.values()), "terms": dict(islice(frequent, options["terms"]))}


def names(state: State) -> list[str]:
    """Return what is put behind the feature's name for each of its columns."""
    return [f": {term}" for term in state["terms"]]


def bulk(values: pa.Array | pa.ChunkedArray, state: State) -> np.ndarray:
    """Return the columns of ``values``, shape (rows, columns)."""
    return by_value(values, single(state), len(state["terms"]))


def single(state: State) -> Single:
    """Return a function from one value to its columns."""
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
