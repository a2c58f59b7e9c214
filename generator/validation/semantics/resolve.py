"""Check a config against itself and against empty DuckDB tables: names, types, roles, leaks, order.

Everything here is the user's to mend, so problems are collected and raised together.
"""

from generator.config.composed import Composed
from generator.errors import ConfigError
from generator.project import Project
from generator.schema.config import Config
from generator.sql.typing import ExpressionTyping
from generator.validation.semantics.backtest import check_backtest
from generator.validation.semantics.candidates import check_candidates
from generator.validation.semantics.choices import check_choices
from generator.validation.semantics.dropped import without_dropped
from generator.validation.semantics.estimators import resolve_estimators
from generator.validation.semantics.features import resolve_features
from generator.validation.semantics.files import check_files
from generator.validation.semantics.groups import resolve_group
from generator.validation.semantics.monotone import check_monotone
from generator.validation.semantics.session import Session
from generator.validation.semantics.sources import resolve_dimensions, resolve_rules
from generator.validation.semantics.stages import check_stages
from generator.validation.semantics.table import resolve_columns
from generator.validation.semantics.target import resolve_target, resolve_weight
from generator.validation.semantics.tuning import check_tuning

__all__ = ["resolve"]


def resolve(config: Config, composed: Composed) -> Project:
    """Return the project that ``config`` describes; raises :class:`ConfigError` with every problem."""
    config = without_dropped(config)
    with ExpressionTyping() as typing:
        session = Session(config, composed, typing)
        check_choices(session)
        columns = resolve_columns(session)
        dimensions = resolve_dimensions(session)
        rules = resolve_rules(session, columns, dimensions)
        target = resolve_target(session, columns)
        group = resolve_group(session, columns)
        weight = resolve_weight(session, columns)
        features = resolve_features(session, columns, dimensions)
        estimators = resolve_estimators(session)
        check_candidates(session)
        check_tuning(session)
        check_monotone(session, features)
        check_backtest(session)
        check_stages(session)
        check_files(session)
    if session.problems:
        raise ConfigError(session.problems)
    return Project(config, columns, dimensions, rules, features, target, weight, estimators, session.modules, group)
