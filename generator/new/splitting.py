"""How rows are split, and whether each part has of every class what it takes to learn, to choose and to score."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.new.answers import Answers, Choice, Doubt, Goal
from generator.new.loading import WHOLE
from generator.new.reading import RAW, Raw
from generator.new.typed import typed, typed_target
from generator.schema.release import Release
from generator.sources.counts import counted

EARLY = 0.5
"""Share of the rows, the earliest, in which every class has to occur for a split by time."""

FEWEST, FEW_ROWS = 5, 20
"""Rows of a class in each part, and in all, with fewer of which no figure means much."""

MANY_ROWS, VERY_FEW = 20_000, 1_000
"""Rows beyond which one validation part chooses as well, and below which three folds leave too few to fit on."""

LEAST = int(Release.model_fields["min_holdout"].default)
"""Held-out rows outside the largest class that a release is decided by."""

NO_TIME = ": no time of the rows is known"
PARTS = ("for training", "for validation", "held out")
SHOWN = 3


@dataclass(frozen=True)
class Split:
    """Whether rows are split by time, why, what is doubtful about it, and in how many folds candidates are compared."""

    by_time: bool
    reason: str
    doubts: tuple[Doubt, ...]
    folds: int | None
    """How many folds candidates are compared in, out of fold; None for one validation part."""


def split_of(raw: Raw, target: Choice, time: Choice | None, goal: Goal, answers: Answers) -> Split:
    """Return how the rows are split: by time, where there is one and each part can be learned from and scored then."""
    proposed = _proposed(raw, answers)
    shuffled = next((folds for folds in proposed if _in_every_fold(folds, target, goal, answers)), None)
    at_random = tuple(_doubts(_at_random(target, answers, shuffled), goal, target))
    if time is None:
        return Split(False, f"at random{', as you said' if answers.at_random else NO_TIME}", at_random, shuffled)
    in_parts = _by_bounds if raw.sampled and goal.task != "regression" else _by_time
    counts = in_parts(raw, target, time, answers, answers.validated)
    late = _late(raw, target, time) if goal.task != "regression" else ""
    barred = late or next(_of_one_value(counts, target), "")
    if not barred:
        reason = f"by {time.label}: learn from the past, test on the future"
        folds = next((folds for folds in proposed if _in_every_block(folds, raw, target, time, answers)), None)
        if folds is not None:
            counts = in_parts(raw, target, time, answers, folds / (folds + 1))
        return Split(True, reason, tuple(_doubts(counts, goal, target)), folds)
    advice = "of these classes" if late else "whose outcome is not known yet"
    text = f"rows have a time, and are split at random: by time, {barred}; to choose `by_time`, collect more, or leave "
    doubts = (Doubt(("defaults", "split"), f"{text}out rows {advice}"), *at_random)
    return Split(False, f"at random: by time, {barred}", doubts, shuffled)


def _proposed(raw: Raw, answers: Answers) -> tuple[int, ...]:
    """Return in how many folds candidates can be compared, the best number first; none where one part is enough."""
    if answers.validation is not None or raw.rows > MANY_ROWS:
        return ()
    return (5, 3) if raw.rows < VERY_FEW else (3,)


def _in_every_fold(folds: int, target: Choice, goal: Goal, answers: Answers) -> bool:
    """Return whether every fold at random has two classes."""
    enough = [rows - int(answers.holdout * rows) >= folds for _, rows in target.measure.common]
    return goal.task == "regression" or sum(enough) > 1


def _in_every_block(folds: int, raw: Raw, target: Choice, time: Choice, answers: Answers) -> bool:
    """Return whether every fold by time, and what is before the first, has two values of the target."""
    ask = f"""{_split(target, time, answers, 0.5)} SELECT count(DISTINCT __class) FROM (
            SELECT __class, percent_rank() OVER (ORDER BY __time) AS __place FROM parts WHERE NOT __held
        ) GROUP BY least(floor(__place * {folds + 1}), {folds})"""
    values = [count for (count,) in raw.database.execute(ask).fetchall()]
    return len(values) > folds and min(values) > 1


def _late(raw: Raw, target: Choice, time: Choice) -> str:
    """Return in words which classes no early row has, so that a split by time would ask for what was never learned."""
    known = f"SELECT {typed_target(target, 'binary')} AS __class, {typed(time)} AS __time"
    ask = f"""
        WITH known AS ({known} FROM {RAW}),
        ordered AS (SELECT __class, __time, percent_rank() OVER (ORDER BY __time) AS __place
                    FROM known WHERE __class IS NOT NULL)
        SELECT __class FROM ordered GROUP BY __class HAVING min(__place) > {EARLY} ORDER BY __class"""
    if raw.sampled:  # a rare class may have its early rows outside of the sample, or all
        ask = f"""SELECT __class FROM ({known} FROM {WHOLE}) WHERE __class IS NOT NULL GROUP BY __class
            HAVING min(__time) > (SELECT quantile_disc({typed(time)}, {EARLY}) FROM {RAW}) ORDER BY __class"""
    late = [str(row[0]) for row in raw.database.execute(ask).fetchall()]
    return f"{', '.join(late[:SHOWN])} would occur in the later half of the rows alone" if late else ""


Counts = Mapping[str, tuple[int, ...]]
"""How many rows each value of the target has in each of :data:`PARTS`, or for training and held out."""


def _by_time(raw: Raw, target: Choice, time: Choice, answers: Answers, validated: float) -> Counts:
    """Return the counts under a split by time, as `labels.sql` makes it, that validates this share of training rows."""
    parts = ", ".join(
        f"count(*) FILTER ({part})" for part in ("NOT __held AND NOT __late", "NOT __held AND __late", "__held")
    )
    split = _split(target, time, answers, validated)
    ask = f"{split} SELECT __class, {parts} FROM parts GROUP BY __class ORDER BY __class"
    found = {str(class_): counts for class_, *counts in raw.database.execute(ask).fetchall()}
    share = raw.rows / raw.looked_at
    return {
        class_: (int(fit * share), int(choose * share), int(score * share))
        for class_, (fit, choose, score) in found.items()
    }


def _split(target: Choice, time: Choice, answers: Answers, validated: float) -> str:
    """Return the table `parts` as SQL: the rows that are looked at, each with its part under a split by time."""
    later = "percent_rank() OVER ({}ORDER BY __time) >= {}"
    holdout, late = later.format("", 1 - answers.holdout), later.format("PARTITION BY __held ", 1 - validated)
    return f"""
        WITH known AS (SELECT {typed_target(target, "binary")} AS __class, {typed(time)} AS __time FROM {RAW}),
        holdout AS (
          SELECT __class, __time, {holdout} AS __held FROM known WHERE __class IS NOT NULL AND __time IS NOT NULL
        ),
        parts AS (SELECT __class, __time, __held, {late} AS __late FROM holdout)"""


def _by_bounds(raw: Raw, target: Choice, time: Choice, answers: Answers, validated: float) -> Counts:
    """Return the counts in all rows, under a split at the moments at which it would split the sample."""
    late, holdout = "min(__time) FILTER (__late AND NOT __held)", "min(__time) FILTER (__held)"
    split = _split(target, time, answers, validated)
    ask = f"""{split}, bounds AS (SELECT {late} AS __late, {holdout} AS __held FROM parts)
        SELECT __class, count(*) FILTER (__time < coalesce(__late, __held)),
            count(*) FILTER (__time >= __late AND __time < __held), count(*) FILTER (__time >= __held)
        FROM (SELECT {typed_target(target, "binary")} AS __class, {typed(time)} AS __time FROM {WHOLE}), bounds
        WHERE __class IS NOT NULL AND __time IS NOT NULL GROUP BY __class ORDER BY __class"""
    found = raw.database.execute(ask).fetchall()
    return {str(class_): (int(fit), int(choose), int(score)) for class_, fit, choose, score in found}


def _at_random(target: Choice, answers: Answers, folds: int | None) -> Counts:
    """Return the counts under a split at random, which has its share of every class; none for numbers.

    With ``folds``, the rows for training are those for validation too.
    """
    counts: dict[str, tuple[int, ...]] = {}
    for class_, rows in target.measure.common:
        holdout = int(answers.holdout * rows)
        chosen = int(answers.validated * (rows - holdout - 1)) + 1 if rows - holdout > 1 else 0
        counts[class_] = (rows - holdout, holdout) if folds else (rows - holdout - chosen, chosen, holdout)
    return counts


def _of_one_value(counts: Counts, target: Choice) -> Iterator[str]:
    """Yield in words the parts in which the target is always the same."""
    for place, part in enumerate(PARTS):
        values = [class_ for class_, rows in counts.items() if rows[place]]
        if not values:
            yield f"no rows would be left {part}: too many share the latest moment"
        elif len(values) < 2:
            yield f"{target.name} would always be {values[0]} in the rows {part}"


def _doubts(counts: Counts, goal: Goal, target: Choice) -> Iterator[Doubt]:
    yield from _few(counts, goal, target)
    yield from _unreleased(counts, goal)


def _few(counts: Counts, goal: Goal, target: Choice) -> Iterator[Doubt]:
    """Yield a doubt where a class has too few rows, in all or in a part."""
    if goal.task == "regression":
        return
    rare = {class_: rows for class_, rows in counts.items() if sum(rows) < FEW_ROWS or min(rows) < FEWEST}
    if rare:
        total = sum(sum(rows) for rows in counts.values())
        said = "; ".join(_said(class_, rows) for class_, rows in list(rare.items())[:SHOWN])
        more = f"; and {len(rare) - SHOWN} more" if len(rare) > SHOWN else ""
        advice = "" if goal.task == "binary" else "put rare classes into one, or "
        text = f"{target.name}: few of {total:,} rows are {said}{more}, too few for figures that mean much"
        yield Doubt(("problem", "target", "sql"), f"{text}; {advice}collect more")


def _unreleased(counts: Counts, goal: Goal) -> Iterator[Doubt]:
    """Yield a doubt where the held-out rows are fewer than a release is decided by."""
    held = sorted(rows[-1] for rows in counts.values()) if goal.task != "regression" else []
    if held and sum(held[:-1]) < LEAST:
        text = counted(sum(held[:-1]), "held-out row", "is", "are")
        yield Doubt(("release", "min_gain"), f"{text} outside the largest class: too few to release anything by")


def _said(class_: str, rows: tuple[int, ...]) -> str:
    parts = PARTS if len(rows) == len(PARTS) else (PARTS[0], PARTS[-1])
    each = ", ".join(f"{count:,} {part}" for count, part in zip(rows, parts, strict=True))
    return f"{class_} ({sum(rows):,}: {each})"
