"""The modules that fit the candidates, choose among them and fit the chosen one again."""

from collections.abc import Iterator

from generator.plan.blend import blend_plan
from generator.plan.candidate_kinds import compares_rows, fits_at_once
from generator.plan.candidates import candidate_plan, candidates_plan
from generator.plan.encoding import encoding_plan
from generator.plan.evaluation import evaluate_plan
from generator.plan.loss import has_loss, loss_plan
from generator.plan.metrics import metrics_plan
from generator.plan.scorers import scorer_plan
from generator.plan.tasks import task_of
from generator.plan.tuning import tuning_plan
from generator.plan.weighting import is_weighted, weights_plan
from generator.project import Project

Module = tuple[str, str, object]
"""A path in the package, the template where its name differs, and the context."""


def model_files(project: Project) -> Iterator[Module]:
    """Yield what fits the candidates, and what chooses among them."""
    yield from _training(project)
    yield from _evaluation(project)
    if project.config.release.refits:
        yield "models/refit.py", "", encoding_plan(project)


def _training(project: Project) -> Iterator[Module]:
    """Yield what fits the candidates and scores by them."""
    yield "common/rounding.py", "", None
    yield "models/scoring/__init__.py", "", None
    for kind in sorted({candidate.kind for candidate in project.config.model.values()}):
        yield f"models/scoring/{kind}.py", "", scorer_plan(project, kind)
    yield from _shared(project)
    for name, candidate in project.config.model.items():
        yield f"models/train_{name}.py", f"models/train_{candidate.kind}.py", candidate_plan(project, name)
    if project.config.blend:
        for name in ("models/scoring/blend.py", "models/train_blend.py", "service/models/blend.py"):
            yield name, "", blend_plan(project)
    for name in ("candidates", "folders"):
        yield f"models/{name}.py", "", candidates_plan(project)


def _shared(project: Project) -> Iterator[Module]:
    """Yield what several candidates are fitted with."""
    if tuning := tuning_plan(project):
        yield "models/tuning.py", "", tuning
    if has_loss(project):
        yield "models/loss.py", "", loss_plan(project)
    if is_weighted(project):
        yield "models/weights.py", "", weights_plan(project)
    if fits_at_once(project):
        yield "common/heartbeat.py", "", None
    if compares_rows(project):
        yield "models/background.py", "", None


def _evaluation(project: Project) -> Iterator[Module]:
    """Yield what measures the candidates and chooses one."""
    yield "evaluation/metrics.py", "", metrics_plan(project)
    yield "evaluation/curves.py", f"evaluation/curves/{task_of(project).name}.py", None
    if project.config.problem.decision is not None:
        yield "evaluation/decision.py", "", None
        yield "evaluation/payoff.py", "", None
    evaluated = evaluate_plan(project)
    yield "evaluation/caveats.py", "", evaluated
    if evaluated.reads.columns:
        yield "evaluation/metric_columns.py", "", evaluated
    if evaluated.slices:
        yield "evaluation/slices.py", "", evaluated
    if evaluated.interval:
        yield "models/prediction_interval.py", "", evaluated
        for name in ("evaluation/coverage.py", "service/prediction_interval.py"):
            yield name, "", None
    for name in ("selection", "reference"):
        yield f"evaluation/{name}.py", "", evaluated
    yield "evaluation/evaluate.py", "", evaluated
