"""Truths: columns of words for true and false."""

from collections.abc import Iterable

from generator.new.kind import Kind
from generator.new.measure import Measure
from generator.new.words import DUCKDB_WORDS, WORDS
from generator.sql.parsing import identifier, literal


def boolean(found: Measure) -> Kind | None:
    """Return a truth where every value is a word for true or false, and both occur."""
    words = {word.lower() for word in found.values}
    if not words <= set(WORDS) or len({WORDS[word] for word in words}) < 2:
        return None
    says = f"says {' or '.join(found.values[:4])}"
    if words <= DUCKDB_WORDS:
        return Kind("boolean", says)
    yes, no = (_listed(word for word in sorted(words) if WORDS[word] is truth) for truth in (True, False))
    word = f"lower(trim({identifier(found.name)}))"
    return Kind("boolean", says, f"CASE WHEN {word} IN ({yes}) THEN TRUE WHEN {word} IN ({no}) THEN FALSE END")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(literal(word) for word in words)
