"""Plan how far the past is known that a request is answered from, and which requests lie beyond that."""

from dataclasses import dataclass

from generator.plan.partials import COUNTS
from generator.plan.requests import attribute_names, field_names, needed_columns
from generator.plan.select import NOTHING
from generator.plan.serving_features import length
from generator.plan.snapshots import ZERO
from generator.project import Project, WindowAggregate
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class KnownPlan:
    """What ``service/window_aggregates.py`` needs.

    ``history`` are the places of features that are null where nothing is known.
    """

    clock: Code
    time_field: str
    shortest: Code
    decide_before: Code
    decided: Code
    history: tuple[int, ...]


def known_plan(project: Project) -> KnownPlan | None:
    """Plan how far the past is known; nothing where no feature is computed from it."""
    decide_before = project.config.problem.decide_before or ZERO
    if not project.window_aggregates:
        return None
    assert project.time is not None
    columns = needed_columns(project)
    place = columns.index(project.time)
    attribute = attribute_names(column.name for column in columns)[place]
    date = project.time.type == "DATE"
    moment = f"datetime.combine(row.{attribute}, time())" if date else f"row.{attribute}"
    return KnownPlan(
        clock=Code("datetime, time, timedelta" if date else "datetime, timedelta"),
        time_field=field_names(columns)[place],
        shortest=length(min(window.every for window in project.window_aggregates)),
        decide_before=length(decide_before) if decide_before else NOTHING,
        decided=Code(f"{moment} - DECIDE_BEFORE" if decide_before else moment),
        history=tuple(
            number
            for number, feature in enumerate(project.features)
            if isinstance(feature, WindowAggregate) and feature.function not in COUNTS
        ),
    )
