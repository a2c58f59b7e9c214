"""`role: drop` of a column is one edit: what only passes it on goes with it, what really uses it is told."""

from pathlib import Path

import pytest

from generator.config.compose import compose
from generator.errors import ConfigError
from generator.validation.check import check

CONF = Path(__file__).parents[1] / "conf"
DROP = "data.columns.carrier.role=drop"


def test_lines_that_only_pass_it_on_go_with_it() -> None:
    conf = Path(__file__).parent / "projects/penguins/conf"
    plain = check(compose(conf))
    column = next(item.name for item in plain.with_role("input") if item.name in plain.config.features)
    overrides = [f"+data.columns.{column}.role=drop", f"metrics.slices=[{column}]"]
    project = check(compose(conf, overrides))
    assert {feature.name for feature in plain.features} - {feature.name for feature in project.features} == {column}
    assert project.config.metrics.slices == ()


def test_what_uses_it_with_others_is_told_with_both_places() -> None:
    with pytest.raises(ConfigError) as caught:
        check(compose(CONF, [DROP]))
    told = [problem for problem in caught.value.problems if "has `role: drop`" in problem.what]
    assert told
    assert all("role: input` in" in problem.hint for problem in told)
