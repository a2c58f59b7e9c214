"""ExpressionTyping a composed config as a whole, so that a misspelt key does not hide a slip in SQL."""

from generator.config.composed import Composed
from generator.errors import ConfigError, Problem
from generator.project import Project
from generator.validation.logged_rows import logged_row_problems
from generator.validation.outcomes import outcome_problems
from generator.validation.schema import as_meant, validate
from generator.validation.semantics.resolve import resolve
from generator.validation.stage_graph import stage_problems


def check(composed: Composed) -> Project:
    """Return the project that ``composed`` describes; raises :class:`ConfigError` with every problem."""
    try:
        config = validate(composed)
    except ConfigError as error:
        raise ConfigError([*error.problems, *_hidden(composed)]) from error
    project = resolve(config, composed)
    problems = (stage_problems, logged_row_problems, outcome_problems)
    if found := [problem for problems_of in problems for problem in problems_of(project, composed)]:
        raise ConfigError(found)
    return project


def _hidden(composed: Composed) -> tuple[Problem, ...]:
    """Return what else is wrong, where misspelt keys are all that the schema refuses."""
    meant = as_meant(composed)
    try:
        config = validate(meant)
    except ConfigError:
        return ()
    try:
        resolve(config, meant)
    except ConfigError as error:
        return error.problems
    return ()
