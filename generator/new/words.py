"""Words for true and false, and texts that stand for a missing value."""

TRUE = ("true", "yes", "y", "t", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "s", "sim")
FALSE = ("false", "no", "n", "f", "off", "nein", "falsch", "non", "faux", "não", "nao", "nej", "nee")
WORDS = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
"""Words for true and false, in small letters."""

DUCKDB_WORDS = {"true", "false", "t", "f", "yes", "no", "y", "n"}
"""Those that a cast understands."""

MARKS = ("", "na", "n/a", "#n/a", "null", "nan", "?", "\\n", "none", "-", "--", ".", "missing", "<na>", "nil")
"""Texts that stand for a missing value, trimmed and in small letters."""

SURE = {"", "n/a", "#n/a", "null", "nan", "?", "\\n", "<na>", "na"}
"""Marks that mean nothing else in a column of texts either; `none` and `-` may be answers there."""
