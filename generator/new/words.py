"""Words for true and false, and texts that stand for a missing value."""

TRUE = (
    "true", "yes", "y", "t", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "sì", "s", "sim", "o", "v", "vero",
    "verdadero", "verdadeiro", "tak", "ano", "igen", "evet", "kyllä", "да", "はい", "是", "예",
)  # fmt: skip
FALSE = (
    "false", "no", "n", "f", "off", "nein", "falsch", "non", "faux", "não", "nao", "nej", "nee", "falso", "nie", "ne",
    "nem", "hay\N{LATIN SMALL LETTER DOTLESS I}r", "ei", "нет", "いいえ", "否", "아니오",
)  # fmt: skip
WORDS = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
"""Words for true and false, in small letters."""

DUCKDB_WORDS = {"true", "false", "t", "f", "yes", "no", "y", "n"}
"""Those that a cast understands."""

MARKS = (
    "", "na", "n/a", "#n/a", "null", "nan", "?", "\\n", "none", "-", "--", ".", "missing", "<na>", "nil",
    "nat", "(null)", "n.a.", "n.d.", "n/d", "k.a.", "k. a.", "\N{EN DASH}", "\N{EM DASH}", "..", "...", ":", "-nan",
    "1.#ind", "-1.#ind", "#value!", "#div/0!", "#ref!", "#num!", "#null!", "#name?", "0000-00-00",
    "0000-00-00 00:00:00",
)  # fmt: skip
"""Texts that stand for a missing value, trimmed and in small letters."""

NEVER = tuple(
    f"{day}{clock}"
    for day in ("9999-12-31", "2999-12-31", "9999-01-01", "0001-01-01", "31.12.9999", "31/12/9999", "12/31/9999")
    for clock in ("", " 00:00:00", "t00:00:00", " 23:59:59")
)
"""Days that stand for none among dates."""

SURE = {
    "",
    "n/a",
    "#n/a",
    "null",
    "nan",
    "?",
    "\\n",
    "<na>",
    "na",
    "(null)",
    "#value!",
    "#div/0!",
    "#ref!",
    "#num!",
    "#null!",
    "#name?",
}
"""Marks that mean nothing else in a column of texts either; `none` and `-` may be answers there."""
