"""How many of something there are is said in one way, and no message says "1 rows"."""

import pytest

from generator.sources.counts import counted


@pytest.mark.parametrize(
    ("count", "verbs", "words"),
    [
        (0, (), "0 rows"),
        (1, (), "1 row"),
        (2_000, (), "2,000 rows"),
        (1, ("is", "are"), "1 row is"),
        (2, ("is", "are"), "2 rows are"),
    ],
)
def test_a_count_agrees_with_its_noun(count: int, verbs: tuple[str, ...], words: str) -> None:
    assert counted(count, "row", *verbs) == words
