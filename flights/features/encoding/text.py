"""Text: the words of each text by TF-IDF, ln((1 + rows) / (1 + rows with the word)) + 1 for each time, length 1 in all.

Words are the runs of letters, digits and underscores, in small letters.

Missing: zero in every column, as an empty text.
Unseen: words that training does not have are left out.
Rare: words in fewer than `min_count` rows, or not among the most frequent, are left out.
"""

from collections import Counter
from itertools import islice

import numpy as np
import pyarrow as pa

from flights.features.encoding import single
from flights.features.encoding.single import State
from flights.features.encoding.values import Options, by_value, counts


def fit(values: pa.ChunkedArray, options: Options) -> State:
    """Return how many rows have a text, and in how many of these each of the most frequent words is."""
    texts = counts(values)
    seen: Counter[str] = Counter()
    for text, count in texts.items():
        for word in set(single.words(text)):
            seen[word] += count
    ordered = sorted(seen.items(), key=lambda item: (-item[1], item[0]))
    frequent = ((word, count) for word, count in ordered if count >= options["min_count"])
    return {"rows": sum(texts.values()), "terms": dict(islice(frequent, options["terms"]))}


def names(state: State) -> list[str]:
    """Return what is put behind the feature's name for each of its columns."""
    return [f": {term}" for term in state["terms"]]


def bulk(values: pa.Array | pa.ChunkedArray, state: State) -> np.ndarray:
    """Return the columns of ``values``, shape (rows, columns)."""
    return by_value(values, single.text(state), len(state["terms"]))
