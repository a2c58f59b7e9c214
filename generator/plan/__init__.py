"""Decide everything about a project's files and stages, in plain Python, before any template is opened."""

from generator.plan.build import plan
from generator.plan.types import File, Plan, ProjectPlan, Stage

__all__ = ["File", "Plan", "ProjectPlan", "Stage", "plan"]
