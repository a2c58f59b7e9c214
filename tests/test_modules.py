"""The names that modules of one's own may not have are those of the modules that are rendered."""

from generator.modules.templates import rendered_modules


def test_the_names_that_are_taken_are_those_of_the_templates() -> None:
    assert {"common", "data", "models", "service", "tests"} <= rendered_modules()
    assert not {"__init__", "own_model", "explore.sql"} & rendered_modules()
