"""The one table of what can be compiled: dispatch, the documentation and the random tests all read it."""

import re

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
        forms = entry.forms if entry.group == convert.GROUP or entry.name in "+-" else entry.forms[:1]
        examples = "<br>".join(f"`{_plain(form.rpartition(' -> ')[0])}`" for form in forms)
        choices = re.search(r"\{([a-z]+\|[a-z|]+)\}", entry.forms[0])
        note = "; ".join([*([entry.note] if entry.note else []), *([choices[1].replace("|", ", ")] if choices else [])])
        rows.append(f"| {entry.group} | {_cell(f'`{entry.name}`')} | {_cell(examples)} | {note} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(form: str) -> str:
    """Return a form without its braces; of several choices, the first."""
    parts = []
    for index, code in enumerate(form.replace("}", "{").split("{")):
        parts.append(code.split("|")[0] if index % 2 and code != "|" else code)
    return "".join(parts)
