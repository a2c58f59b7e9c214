"""Which rows a project will keep, and the values that its target has in them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generator.new.answers import Choice
from generator.new.loading import WHOLE
from generator.new.measure import MOST, value
from generator.new.reading import Raw
from generator.new.typed import value_of
from generator.sql.cleaning import as_text, cleaned, cleaned_once, misfits
from generator.sql.parsing import TYPES


def target_in_kept(raw: Raw, choices: Sequence[Choice], target: Choice) -> Choice:
    """Return ``target`` with the values that it has in the rows that `process` keeps.

    It refuses rows with a value of another type, without a time, or with the key of a row before.
    """
    rows, refused = _rows(choices, target)
    left_out = 0
    if refused:
        ask = f"SELECT count(*) FROM {rows} WHERE {refused}"
        left_out = int(raw.database.execute(ask).fetchall()[0][0])
    known = "isfinite(__value)" if target.kind.type == "float" else "__value IS NOT NULL"
    label = "mode(__shown)" if target.kind.type == "boolean" else "CAST(__value AS VARCHAR)"
    ask = f"""SELECT {label}, count(*), CAST(sum(count(*)) OVER () AS BIGINT), count(*) OVER () FROM {rows}
        WHERE {known}{f" AND NOT ({refused})" if refused else ""} GROUP BY __value ORDER BY 2 DESC, 1 LIMIT {MOST}"""
    found = raw.database.execute(ask).fetchall()
    present, distinct = found[0][2:] if found else (0, 0)
    common = tuple((str(text), int(count)) for text, count, *_ in found) if distinct <= MOST else ()
    kept = raw.rows - left_out
    measured = replace(target.measure, rows=kept, present=present, distinct=distinct, common=common)
    return replace(target, measure=measured)


def _rows(choices: Sequence[Choice], target: Choice) -> tuple[str, str]:
    """Return the rows of the data, each with what matters here, and the condition under which one is refused."""
    columns = {"__shown": value(target.name, target.measure.marks), "__value": _typed(target)}
    columns["__misfit"] = " OR ".join(_misfits(choices)) or "FALSE"
    keys = [choice for choice in choices if choice.role == "key"]
    times = [choice for choice in choices if choice.role == "time"]
    refused = ["__misfit"] if columns["__misfit"] != "FALSE" else []
    if any(time.measure.missing for time in times):
        refused.append("__time IS NULL")
    doubled = any(key.measure.distinct < key.measure.rows for key in keys)
    if doubled:
        refused.append("__nth > 1")
        columns["__row"] = "row_number() OVER ()"
        columns["__key"] = _typed(keys[0])
    if times:
        columns["__time"] = _typed(times[0])
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    rows = f"(SELECT {listed} FROM {WHOLE})"
    if doubled:
        key = "__key, __time" if times else "__key"
        rows = f"(SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY __row) AS __nth FROM {rows})"
    return rows, " OR ".join(refused)


def _misfits(choices: Sequence[Choice]) -> Iterator[str]:
    for choice in choices:
        if choice.measure.misfits:
            marks, read = choice.measure.marks, choice.kind.read
            once = cleaned_once(choice.name, None if read is None else as_text(read), marks)
            yield f"({misfits(cleaned(choice.name, marks), once, TYPES[choice.kind.type])})"


def _typed(choice: Choice) -> str:
    return value_of(choice.name, choice.kind, choice.measure.marks)
