"""Texts that were written when the target was known: words that occur with one class alone."""

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

from generator.exploration.separation import halves, improvement

CHANCE = 0.01
"""How likely it may be that any word occurs with one class alone by accident."""

PURE = 0.99
"""Share of a word's rows that are of one class."""


def written(texts: np.ndarray, target: np.ndarray) -> tuple[tuple[str, ...], float]:
    """Return words that go with one class, the most frequent first, and the share of the errors that they take away.

    They are chosen on one half of the rows and measured on the other, where the rows with none of them are guessed as
    such rows were before.
    """
    found = [set(re.findall(r"\w+", text.lower())) if text is not None else set() for text in texts]
    fit, test = halves(len(target))
    chosen = _chosen([found[row] for row in fit], target[fit])
    kinds = int(target.max()) + 1
    votes = np.zeros((len(target), kinds))
    for row, words in enumerate(found):
        for word in words & chosen.keys():
            class_, rows = chosen[word]
            votes[row, class_] += rows
    others = target[fit][~votes[fit].any(axis=1)]
    votes[~votes.any(axis=1), np.bincount(others, minlength=kinds).argmax()] = 1
    frequent = sorted(chosen, key=lambda word: (-chosen[word][1], word))
    return tuple(frequent), improvement(votes[test].argmax(axis=1), target[test])


def _chosen(found: Iterable[set[str]], target: np.ndarray) -> dict[str, tuple[int, int]]:
    """Return the words that occur with one class all but alone, and too often for chance: the class, and how often."""
    counts: dict[str, Counter[int]] = {}
    for words, class_ in zip(found, target.tolist(), strict=True):
        for word in words:
            counts.setdefault(word, Counter())[class_] += 1
    shares = np.bincount(target) / len(target)
    chosen = {}
    for word, by_class in counts.items():
        class_, rows = by_class.most_common(1)[0]
        if rows >= PURE * by_class.total() and shares[class_] ** rows * len(counts) < CHANCE:
            chosen[word] = (class_, rows)
    return chosen
