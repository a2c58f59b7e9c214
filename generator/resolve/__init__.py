"""Check a config against itself and against empty DuckDB tables: names, types, roles, leaks, order.

Everything here is the user's to mend, so problems are collected and raised together.
"""

from generator.compose import Composed
from generator.errors import ConfigError
from generator.judge import Judge
from generator.project import Project
from generator.resolve.candidates import check_candidates
from generator.resolve.choices import check_choices
from generator.resolve.dropped import without_dropped
from generator.resolve.estimators import resolve_estimators
from generator.resolve.features import resolve_features
from generator.resolve.files import check_files
from generator.resolve.session import Session
from generator.resolve.sources import resolve_dimensions, resolve_rules
from generator.resolve.stages import check_stages
from generator.resolve.table import resolve_columns
from generator.resolve.target import resolve_target
from generator.schema import Config

__all__ = ["resolve"]


def resolve(config: Config, composed: Composed) -> Project:
    """Return the project that ``config`` describes; raises :class:`ConfigError` with every problem."""
    config = without_dropped(config)
    with Judge() as judge:
        session = Session(config, composed, judge)
        check_choices(session)
        columns = resolve_columns(session)
        dimensions = resolve_dimensions(session)
        rules = resolve_rules(session, columns, dimensions)
        target = resolve_target(session, columns)
        features = resolve_features(session, columns, dimensions)
        estimators = resolve_estimators(session)
        check_candidates(session)
        check_stages(session)
        check_files(session)
    if session.problems:
        raise ConfigError(session.problems)
    return Project(config, columns, dimensions, rules, features, target, estimators, session.modules)
