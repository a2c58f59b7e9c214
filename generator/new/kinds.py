"""What a column holds, by its measure."""

from generator.new.booleans import boolean
from generator.new.kind import Kind
from generator.new.measure import Measure
from generator.new.moments import hours, moment, typed_moment
from generator.new.numbers import number, typed_number
from generator.new.reading import Raw
from generator.sql.parsing import NUMBERS

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
    if found.type == "TIME":
        return hours(raw, found) or Kind("text")
    if found.type != "VARCHAR":
        return Kind(NATIVE[found.type]) if found.type in NATIVE else None
    if not found.present:
        return Kind("text")
    return boolean(found) or number(raw, found) or hours(raw, found) or moment(raw, found) or Kind("text")
