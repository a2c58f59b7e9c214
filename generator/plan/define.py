"""Plan the brief: what the question, the decision and success are, in words."""

from dataclasses import dataclass

from generator.plan.tasks import USES, task_of
from generator.project import Project
from generator.schema.base import words
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class DefinePlan:
    """What ``define.py`` needs."""

    table: Code
    power_template: str
    use: str
    success: str
    terms: dict[str, str]


def define_plan(project: Project) -> DefinePlan:
    """Plan the brief."""
    problem, metrics = project.config.problem, project.config.metrics
    terms = {}
    if problem.decide_before is not None and project.time is not None:
        terms["Decided"] = f"{words(problem.decide_before)} before `{project.time.name}`; nothing later is used."
    if problem.label_after is not None:
        terms["Outcome"] = f"known {words(problem.label_after)} after it."
    if problem.decision is not None:
        payoff, currency = problem.decision.payoff, problem.decision.currency
        terms["Decision"] = f"{problem.decision.action}, where that is expected to pay."
        acting = (
            f"acting brings {payoff.act_positive:+g} {currency} if the target is true, else {payoff.act_negative:+g}"
        )
        passing = f"passing brings {payoff.pass_positive:+g} and {payoff.pass_negative:+g}"
        terms["Payoffs"] = f"{acting}; {passing}."
    guarded = [f"{metric} {_bounds(bounds.min, bounds.max)}" for metric, bounds in metrics.guardrails.items()]
    success = f"The best possible {metrics.primary} on held-out rows, better than the baseline beyond the noise"
    return DefinePlan(
        table=Code(project.config.data.table),
        power_template=task_of(project).power_template,
        use=USES[problem.use],
        success="; ".join([success, *guarded]) + ".",
        terms=terms,
    )


def _bounds(low: float | None, high: float | None) -> str:
    return " and ".join(
        f"{word} {value:g}" for word, value in (("at least", low), ("at most", high)) if value is not None
    )
