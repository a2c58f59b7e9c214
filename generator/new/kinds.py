"""What a column holds, by its measure."""

from generator.new.booleans import boolean
from generator.new.kind import Kind
from generator.new.measure import Measure
from generator.new.moments import hours, moment, typed_moment
from generator.new.numbers import number, typed_number
from generator.new.reading import RAW, Raw
from generator.new.units import measured
from generator.sql.parsing import NUMBERS, identifier

NATIVE = {
    "BOOLEAN": "boolean",
    "VARCHAR": "text",
    "UUID": "text",
}


def kind_of(raw: Raw, found: Measure) -> Kind | None:
    """Return what the column holds; None for what no model takes: lists, structures, bytes."""
    if found.type.startswith("TIMESTAMP") or found.type == "DATE":
        return typed_moment(raw, found)
    if found.type.startswith("DECIMAL") or found.type in NUMBERS:
        return typed_number(raw, found)
    if found.type.startswith("ENUM"):
        return Kind("text")
    if found.type in ("TIME", "TIME_NS"):
        return hours(raw, found) or Kind("text")
    if found.type == "INTERVAL":
        return Kind("float", "how long it lasts, in seconds", f"epoch(TRY_CAST({identifier(found.name)} AS INTERVAL))")
    if found.type == "BLOB":
        return _letters(raw, found)
    if found.type != "VARCHAR":
        return Kind(NATIVE[found.type]) if found.type in NATIVE else None
    if not found.present:
        return Kind("text")
    searches = (number, hours, moment, measured)
    return boolean(found) or next(filter(None, (search(raw, found) for search in searches)), Kind("text"))


def _letters(raw: Raw, found: Measure) -> Kind | None:
    """Return the text that bytes are where they are letters, as some tools write all texts into Parquet."""
    column = identifier(found.name)
    read = f"TRY(decode(TRY_CAST({column} AS BLOB)))"
    letters = f"regexp_full_match({read}, '[\\PC\\s]*')"
    good, present = raw.database.execute(f"SELECT count(*) FILTER ({letters}), count({column}) FROM {RAW}").fetchall()[
        0
    ]
    return Kind("text", "bytes that are letters", read) if good == present else None
