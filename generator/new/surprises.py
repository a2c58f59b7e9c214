"""Look at a sample again together with values that it lacks."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from generator.new.kind import Kind
from generator.new.loading import WHOLE
from generator.new.measure import Measure, measure
from generator.new.reading import RAW, Raw
from generator.new.words import MARKS
from generator.sql.cleaning import cleaned
from generator.sql.parsing import identifier, literal

MOST = 100
"""Values that join the sample: few beside its rows, so that no share of them changes."""


@dataclass(frozen=True)
class Found:
    """A column: its measure, whose counts are of all rows, and what it holds; None for what no model takes."""

    measure: Measure
    kind: Kind | None


KindOf = Callable[[Raw, Measure], Kind | None]


def looked_at_with(raw: Raw, found: Found, condition: str, kind_of: KindOf) -> Found:
    """Return what the sample makes of a column when each value under ``condition``, in all rows, joins it once.

    Marks of missing values come first, then the most frequent; and the shortest and the longest of whole numbers,
    whose lengths distinguish codes from amounts.
    """
    name = identifier(found.measure.name)
    listed = ", ".join(literal(mark) for mark in MARKS)
    rows = f"(SELECT {cleaned(found.measure.name, found.measure.marks)} AS {name} FROM {WHOLE})"
    is_mark = f"lower(trim(CAST({name} AS VARCHAR))) IN ({listed})"
    more = [
        f"FROM (SELECT {name} FROM {rows} WHERE {condition} GROUP BY {name} ORDER BY {is_mark} DESC, count(*) DESC, "
        f"{name} LIMIT {MOST})"
    ]
    if found.kind is not None and found.kind.type == "integer" and found.measure.type == "VARCHAR":
        length = f"length(trim({name}))"
        more.append(f"SELECT unnest([arg_min({name}, {length}), arg_max({name}, {length})]) FROM {rows}")
    ask = raw.database.execute
    ask(f"ALTER TABLE {RAW} RENAME TO __sample")
    try:
        ask(f"CREATE TABLE {RAW} AS SELECT {name} FROM __sample UNION ALL {' UNION ALL '.join(more)}")
        rows_now = int(ask(f"SELECT count(*) FROM {RAW}").fetchall()[0][0])
        (again,) = measure(replace(raw, looked_at=rows_now), [found.measure.name])
        return Found(again, kind_of(raw, again))
    finally:
        ask(f"DROP TABLE IF EXISTS {RAW}")
        ask(f"ALTER TABLE __sample RENAME TO {RAW}")
