"""Words for true and false."""

from generator.new.kind import Kind
from generator.new.measure import Measure
from generator.sql import identifier, literal

TRUE = ("true", "yes", "y", "t", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "s", "sim")
FALSE = ("false", "no", "n", "f", "off", "nein", "falsch", "non", "faux", "não", "nao", "nej", "nee")
WORDS = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
"""Words for true and false, in small letters."""

DUCKDB_WORDS = {"true", "false", "t", "f", "yes", "no", "y", "n"}
"""Those that a cast understands."""


def boolean(found: Measure) -> Kind | None:
    """Return a truth where every value is a word for true or false, and both occur."""
    words = {word.lower() for word in found.values}
    if not words <= set(WORDS) or len({WORDS[word] for word in words}) < 2:
        return None
    if words <= DUCKDB_WORDS:
        return Kind("boolean", f"says {_listed(found.values)}")
    yes = ", ".join(literal(word) for word in sorted(words) if WORDS[word])
    read = f"lower(trim({identifier(found.name)})) IN ({yes})"
    return Kind("boolean", f"says {_listed(found.values)}", read)


def _listed(values: tuple[str, ...]) -> str:
    return " or ".join(values[:4])
