"""The one table of what can be compiled: dispatch, the documentation and the random tests all read it."""

from generator.compile import arithmetic, comparison, convert, dates, logic, moments, numbers, patterns, text
from generator.compile.compiler import Entry

ENTRIES: tuple[Entry, ...] = (
    *arithmetic.ENTRIES,
    *comparison.ENTRIES,
    *logic.ENTRIES,
    *convert.ENTRIES,
    *numbers.ENTRIES,
    *text.ENTRIES,
    *patterns.ENTRIES,
    *dates.ENTRIES,
    *moments.ENTRIES,
)
TABLE = {entry.name: entry for entry in ENTRIES}
assert len(TABLE) == len(ENTRIES)


def supported() -> str:
    """Return the table as Markdown: what can be compiled, with an example of each and what to know of it."""
    rows = ["| | | like this | |", "|---|---|---|---|"]
    for entry in ENTRIES:
        example = entry.forms[0].partition(" -> ")[0]
        rows.append(
            "| " + " | ".join([entry.group, _cell(f"`{entry.name}`"), _cell(f"`{_plain(example)}`"), entry.note]) + " |"
        )
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(form: str) -> str:
    """Return a form without its braces; of several choices, the first."""
    parts = []
    for index, piece in enumerate(form.replace("}", "{").split("{")):
        parts.append(piece.split("|")[0] if index % 2 and piece != "|" else piece)
    return "".join(parts)
