"""The stages that fit the candidates, combine them, choose among them and fit the chosen one again."""

from collections.abc import Iterator

from generator.plan.candidate_kinds import compares_rows, counts_rounds, fits_at_once
from generator.plan.folds import has_folds
from generator.plan.loss import measures_loss
from generator.plan.metrics import metric_columns
from generator.plan.stage_files import (
    BLENDED,
    CHOSEN,
    FINAL,
    FINAL_ENCODERS,
    HOLDOUT,
    REFERENCE,
    REPORTS,
    TRAINED,
    blended_of,
    decision_of,
    interval_of,
    stage_of,
    table_of,
)
from generator.plan.tuning import tuning_plan
from generator.plan.types import Stage
from generator.plan.weighting import is_weighted
from generator.project import Project

FITTING = ("features.encoders", "common.stage", "common.outputs", "common.rounding", "common.settings")
"""What every candidate is fitted with."""


def _fitting(project: Project) -> tuple[str, ...]:
    """Return the modules that candidates are fitted with."""
    return (
        *FITTING,
        *(("features.folds",) if has_folds(project) else ()),
        *(("common.boosting", "common.progress") if counts_rounds(project) else ()),
        *(("models.loss",) if measures_loss(project) else ()),
        *(("models.tuning", "common.digests") if tuning_plan(project) else ()),
        *(("common.heartbeat",) if fits_at_once(project) else ()),
        *(("features.weights",) if project.weight is not None else ()),
        *(("models.weights",) if is_weighted(project) else ()),
        *(("models.background",) if compares_rows(project) else ()),
    )


def model_stages(project: Project) -> Iterator[Stage]:
    """Yield the stages that fit the candidates and choose among them."""
    config = project.config
    scoring, refits = f"{config.project.package}/models/scoring", config.release.refits
    yield Stage(
        name="train",
        command=f"python -m {config.project.package}.models.train_${{key}}",
        modules=_fitting(project),
        deps=(*TRAINED, f"{config.project.package}/models/train_${{key}}.py", f"{scoring}/${{item.kind}}.py"),
        params=("model.${key}",),
        outs=("models/${key}",),
        foreach="${model}",
    )
    if config.blend is not None:
        yield Stage(
            name="blend",
            command=f"python -m {config.project.package}.models.train_blend",
            modules=("models.train_blend",),
            deps=("models", *TRAINED, scoring),
            params=("blend",),
            outs=(BLENDED,),
        )
    by_column = metric_columns(project).table or any(name in config.data.columns for name in config.metrics.slices)
    sliced = (table_of(project),) if by_column or project.time is not None else ()
    asked = ("problem.prediction_interval",) if config.problem.prediction_interval else ()
    yield stage_of(
        project,
        "evaluate",
        deps=("models", *blended_of(project), *TRAINED, HOLDOUT, *sliced, scoring),
        params=("metrics.bootstrap", "metrics.slice_rows", *decision_of(project), *asked),
        outs=(
            *(f"{REPORTS}/evaluation.json", f"{REPORTS}/plots", REFERENCE),
            *((CHOSEN,) if refits else ()),
            *interval_of(project),
        ),
        metrics=(f"{REPORTS}/metrics.json",),
    )
    if refits:  # models/ depends on the code and the settings that each candidate was fitted with
        yield stage_of(
            project,
            "refit",
            deps=("models", *blended_of(project), *TRAINED, HOLDOUT, CHOSEN, scoring),
            outs=(FINAL, FINAL_ENCODERS),
        )
