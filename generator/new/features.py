"""What a new project starts with: every input as a feature, dates as numbers, and groups to show scores by."""

import re
from collections.abc import Iterator, Mapping

from generator.new.answers import Choice, NewFeature
from generator.new.reading import RAW, Raw
from generator.new.roles import wordy
from generator.new.typed import typed
from generator.sql.parsing import identifier, unlike

AS_IT_IS = {"integer": "a number", "float": "a number", "text": "a category", "boolean": "true or false"}
"""What a feature is that is a column as it is."""

PARTS = (
    ("month", "month", "month", "the month, for seasons"),
    ("weekday", "isodow", "dow", "the day of the week, 1 is Monday"),
    ("hour", "hour", "hour", "the hour of the day"),
)
"""Parts of the time of a row: the name, the function that features use, what it is to DuckDB, and what it is for."""

SLICES = 3
GROUPS = 12
"""Different values up to which a column is sliced by."""

COMMON = 0.95
"""Share of the rows beyond which the largest group is all but all of them."""

PEOPLE = re.compile(r"(^|[^a-z])(sex|gender|race|ethnic\w*|nationality|religion|disab\w*|marital\w*)([^a-z]|$)", re.I)
"""Names of groups of people that a model is expected to serve alike."""


def features_of(
    raw: Raw, choices: tuple[Choice, ...], time: Choice | None, codes: Mapping[str, float]
) -> Iterator[NewFeature]:
    """Yield the features of a new project; of ``codes``, which name something, also what the target is for each.

    They come with the share of the target that this explains.
    """
    taken = {choice.label.lower() for choice in choices}
    for choice in choices:
        if choice.role != "input":
            continue
        name, column = choice.label, identifier(choice.label)
        if choice.kind.type in ("date", "timestamp"):
            yield from _moments(choice, column, time, taken)
        elif wordy(choice):
            yield NewFeature(name, column, "text", "free text: how often each word occurs")
        else:
            yield NewFeature(name, column, reason=AS_IT_IS[choice.kind.type])
        if choice.name in codes:
            values, share = choice.measure.distinct, codes[choice.name]
            reason = f"names something: each of {values:,} values by itself explains {share:.0%} more than its size"
            yield NewFeature(unlike(f"{name} code", taken), f"CAST({column} AS VARCHAR)", "target", reason)
    if time is not None and not time.kind.counted:
        varying = _varying(raw, time)
        for part, function, _, reason in PARTS:
            if part in varying:
                name = unlike(f"{time.label} {part}", taken)
                yield NewFeature(name, f"{function}({identifier(time.label)})", reason=reason)


def _moments(choice: Choice, column: str, time: Choice | None, taken: set[str]) -> Iterator[NewFeature]:
    """Yield a date as numbers: how long before the row's time it is; its own parts where there is none."""
    name = choice.label
    if time is None:
        yield NewFeature(unlike(f"{name} year", taken), f"year({column})", reason="the year")
        yield NewFeature(unlike(f"{name} month", taken), f"month({column})", reason="the month, for seasons")
        return
    to_the_minute = choice.kind.type == time.kind.type == "timestamp"
    unit, share = ("minute", " / 1440") if to_the_minute else ("day", "")
    days = f"date_diff('{unit}', {column}, {identifier(time.label)}){share}"
    yield NewFeature(unlike(f"{name} days", taken), days, reason=f"days until {time.name}")


def _varying(raw: Raw, time: Choice) -> set[str]:
    """Return the parts of the time that are not the same in all rows."""
    moment = f"to_timestamp({typed(time)}) AT TIME ZONE 'UTC'"
    counts = ", ".join(f"count(DISTINCT date_part('{part}', {moment}))" for _, _, part, _ in PARTS)
    found = raw.database.execute(f"SELECT {counts} FROM {RAW}").fetchall()[0]
    return {name for (name, *_), count in zip(PARTS, found, strict=True) if count > 1}


def slice_rows(rows: int) -> int:
    """Return how many held-out rows a group needs for its score to be shown, of a table with ``rows`` rows."""
    return max(10, min(200, rows // 50))


def slices_of(choices: tuple[Choice, ...], alone: Mapping[str, float], rows: float) -> tuple[str, ...]:
    """Return the columns by which scores are shown: groups of people first, then what explains most of the target.

    A group needs ``rows`` rows, and a column two such groups; ``alone`` is the share of the target it explains.
    """
    found = [choice for choice in choices if choice.role == "input" and _is_sliced(choice, rows)]
    order = sorted(found, key=lambda choice: (not PEOPLE.search(choice.name), -alone.get(choice.name, 0.0)))
    return tuple(choice.label for choice in order[:SLICES])


def _is_sliced(choice: Choice, rows: float) -> bool:
    counts = [count for _, count in choice.measure.common]
    few = choice.kind.type in ("text", "boolean", "integer") and 2 <= choice.measure.distinct <= GROUPS
    return few and len(counts) >= 2 and counts[1] >= rows and counts[0] <= COMMON * choice.measure.present
