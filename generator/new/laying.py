"""Find out how the files of a table are laid out: their encoding, separator, names, last rows, sheets."""

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from generator.new.encodings import UTF8, encoding_of
from generator.new.footers import footer_of
from generator.new.loading import UnreadableError, in_form
from generator.new.sniffing import Asked, Layout, layout_of
from generator.schema.source import Source
from generator.sources.reading import steps_of

BEGINNING = 1 << 20
"""Letters of a file from which its layout is detected."""

SHEETS = 5
"""Sheets that are named."""


def laid_out(
    files: tuple[Path, ...], source: Source, asked: Asked, folder: Path
) -> tuple[Source, tuple[str, ...], tuple[str, ...]]:
    """Return ``source`` with how its text is laid out, what of that may be unexpected, and the names of columns."""
    if not source.is_text:
        return source, (), ()
    texts = in_form(files, steps_of(source.model_copy(update={"rewrite": True}))[:-1], folder / "texts")
    encoding = encoding_of(texts) if source.format == "csv" else UTF8
    source = source.model_copy(update={"encoding": encoding})
    with texts[0].open(encoding="utf-8-sig" if encoding == UTF8 else encoding, newline="") as file:
        text = file.read(BEGINNING)
    if len(text) == BEGINNING:
        text = text[: max(text.rfind("\n"), text.rfind("\r"), 0)]
    layout = layout_of(text, asked) or _given(asked)
    if layout.missing:
        raise UnreadableError(
            f"the first line of {files[0].name} holds no names, it seems, but values: {', '.join(layout.missing[:3])}\n"
            "write --no-header where it is a row, then columns are called column0, column1 and so on; --header where "
            "these are the names"
        )
    notes = list(layout.notes)
    if not encoding.startswith("utf"):
        notes.insert(0, f"not in UTF-8: read as {encoding}; where letters look wrong, write another `encoding`")
    if source.is_workbook and asked.sheet is None:
        notes += _other_sheets(files[0])
    fields = dict(layout.fields)
    if _is_quoted_behind_mark(texts[0]):
        fields["rewrite"] = True  # DuckDB takes the quotes for part of the first name
    ends = [footer_of(text, encoding, fields.get("delimiter", ",")) for text in texts]
    if footer := tuple(dict.fromkeys(mark for end in ends for mark in end)):
        fields["footer"] = footer
        shown = ", ".join(repr(mark) for mark in footer[:3])
        notes.append(f"the last rows are left out where they hold {shown}, as totals and notes do (`footer`)")
    return source.model_copy(update=fields), tuple(notes), layout.names


def _other_sheets(file: Path) -> list[str]:
    """Return which sheet of a workbook is read, where it has others."""
    from generator.sources.workbook import sheets  # whose library is there: it has made a text of the first one

    (first, hidden), *others = sheets(file) or [("", False)]
    if not others:
        return []
    listed = ", ".join(f"{name} (hidden)" if is_hidden else name for name, is_hidden in others[:SHEETS])
    more = f" and {len(others) - SHEETS} more" if len(others) > SHEETS else ""
    first = f"'{first}', which is hidden," if hidden else f"'{first}'"
    return [f"the sheet {first} is read; there is also {listed}{more}: `--sheet` says which one is meant"]


def _is_quoted_behind_mark(file: Path) -> bool:
    """Return whether the first name of a text stands in quotes, behind the mark that it is in UTF-8."""
    with file.open("rb") as content:
        return content.read(4) == BOM_UTF8 + b'"'


def renamed(names: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Return what the file calls each of ``columns`` that has another name than it has there."""
    if len(names) == len(columns) - 1:  # those of rows have none
        columns = columns[1:]
    if len(names) != len(columns):
        return {}
    pairs = ((name.strip(), column) for name, column in zip(names, columns, strict=True))
    return {column: name for name, column in pairs if name != column.strip() and name in ("", *_doubled(names))}


def _doubled(names: Sequence[str]) -> set[str]:
    """Return the names that several columns have, but for capitals and the blanks around."""
    count = Counter(name.strip().casefold() for name in names)
    return {name.strip() for name in names if count[name.strip().casefold()] > 1}


def _given(asked: Asked) -> Layout:
    """Return what the user says of a file whose rows do not agree with each other."""
    given = {"skip": asked.skip, "delimiter": asked.separator, "header": asked.header}
    return Layout({name: value for name, value in given.items() if value is not None})
