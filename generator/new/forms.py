"""The forms of a date or moment that standards and common tools write."""

DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y",
    "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%B-%Y", "%d-%b-%y", "%d/%b/%Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%y/%m/%d", "%y.%m.%d",
    "%Y%m%d", "%d%b%Y", "%d%b%y", "%Y-%b-%d", "%Y %b %d", "%d. %b %Y", "%d. %B %Y",
    "%a, %d %b %Y", "%a %b %d %Y", "%a %d %b %Y", "%a, %b %d, %Y", "%A, %d %B %Y", "%A, %B %d, %Y",
    "%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%YM%m", "%Y-M%m", "%b-%Y", "%b %Y", "%B-%Y", "%B %Y", "%b-%y", "%b %y",
    "%B-%y", "%Y %b", "%Y-%b", "%Y%b", "%G-W%V-%u", "%GW%V%u", "%G-W%V", "%GW%V", "%G W%V", "W%V %G",
    "W%V-%G", "W%V/%G", "%Y-%j",
)  # fmt: skip
HOURS = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p",
    " %I:%M:%S.%f %p", ", %H:%M", ", %H:%M:%S", ", %I:%M %p", ", %I:%M:%S %p", "T%H", "T%H:%M", "T%H:%M:%S",
    "T%H:%M:%S,%fZ", "T%H:%M:%S,%f%z",
    "T%H:%M:%S.%f", "T%H:%M:%SZ", "T%H:%M:%S%z", "T%H:%M:%S,%f", " %H:%M:%S,%f", "T%H%M%S", "T%H%M%SZ", "T%H%M%S%z",
    "T%H%M", "T%H%MZ", ":%H:%M:%S", ":%H:%M:%S.%f", ":%H:%M:%S %z", " %H.%M", " %H.%M.%S", " %I.%M.%S %p",
    " %I.%M.%S.%f %p", " %I.%M.%S.%n %p", "-%H.%M.%S.%f", " %H:%M:%S GMT", " %H:%M:%S UTC", " %H:%M:%S %z",
    " %H:%M:%S%z", " %H:%M %z", " %H:%M%z",
)  # fmt: skip
WHOLE = ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S UTC %Y", "%a %b %d %H:%M:%S %z %Y")
"""What C, the shell and the web write."""

DIGITS = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 7: "%Y%j", 6: "%Y%m"}
"""Dates that are one number, by how many digits it has."""

PARTS = {
    r"^(\d{4})[-_/ ]?[Qq]([1-4])$": ("1", "2", 3),
    r"^[Qq]([1-4])[-_/ ]?(\d{4})$": ("2", "1", 3),
    r"^(\d{4})[-_/ ]?[HhSs]([12])$": ("1", "2", 6),
    r"^[HhSs]([12])[-_/ ]?(\d{4})$": ("2", "1", 6),
    r"^([1-4])[Qq][-_/ ]?(\d{4})$": ("2", "1", 3),
    r"^([1-4])[Qq][-_/ ]?(\d{2})$": ("2", "1", 3),
    r"^[Qq]([1-4])[-_/ ]?'?(\d{2})$": ("2", "1", 3),
    r"^(\d{4})[-_/ ]?[Tt]([1-4])$": ("1", "2", 3),
    r"^[Tt]([1-4])[-_/ ]?(\d{4})$": ("2", "1", 3),
}
"""Quarters and halves of a year: where the year and the part are, and how many months a part has."""

MONTHS = {
    "German": "januar februar märz april mai juni juli august september oktober november dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november december",
}
SPELT = r"^(?:[\p{L}-]+,? )?(\d{1,2})(?:\.|er|º|°)?\s+(?:de\s+)?(\p{L}+)\.?,?\s+(?:de\s+)?(\d{4})$"
"""A day with the name of its month, which DuckDB reads in English alone: where day, month and year are."""


ZONES = {
    "+00:00": "Z|UTC|GMT|WET", "+01:00": "CET|BST|WEST", "+02:00": "CEST|EET", "+03:00": "EEST|MSK",
    "+09:00": "JST|KST", "-05:00": "EST|CDT", "-04:00": "EDT", "-06:00": "CST|MDT",
    "-07:00": "MST|PDT", "-08:00": "PST",
}  # fmt: skip
"""Zones by the letters behind a time, which DuckDB reads past: what they are away from UTC."""

TIDY = (
    (r"\[[A-Za-z/_+-]+\]$", ""),
    (r"(?i)\b([ap])\.\s?m\.?$", r"\1m"),
    (r"(\d)(?:st|nd|rd|th)\b", r"\1"),
    (r"(?i)\bsept\b", "Sep"),
    (r"\b([A-Z][a-z]{2,8})\.", r"\1"),
    (r"(\d)\.\s+", r"\1."),
    (r"\.$", ""),
    (r"(\d+)\s?[年년]\s?(\d+)\s?[月월]\s?(\d+)\s?[日일]", r"\1-\2-\3"),
    (r"^(\d{4}-\d\d?-\d\d?[T ][\d:.,]+)\s+([-+]\d\d(?::?\d\d)?)$", r"\1\2"),
    *((rf"(:\d\d(?:[.,]\d+)?)\s?(?:{names})$", rf"\1{shift}") for shift, names in ZONES.items()),
)
"""What people put into a date that no form has, and what is read in its place."""
