"""An outcome is refused as a feature, whichever it is and however it gets there."""

from pathlib import Path

import pytest

from generator.config.compose import compose
from generator.errors import ConfigError
from generator.validation.check import check

CONF = Path(__file__).parents[1] / "conf"
OUTCOMES = [name for name, column in compose(CONF).values["data"]["columns"].items() if column.get("role") == "outcome"]
WAYS = {
    "directly": "+features.leak={}",
    "in an expression": "+features.leak=coalesce({}, 0) + 1",
    "as the key of a lookup": "+features.leak={{lookup:planes.seats,by:'CAST({} AS VARCHAR)'}}",
    "through a derived input": "+data.columns.leak={{sql:{} + 1}}",
}


def test_the_example_has_the_outcomes_it_should() -> None:
    assert set(OUTCOMES) == {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "held"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_cannot_become_a_feature(outcome: str, way: str) -> None:
    override = WAYS[way].format(outcome)
    key, _, value = override.partition("=")
    composed = compose(CONF, [f'{key}="{value}"' if not value.startswith("{") else override])
    with pytest.raises(ConfigError, match="outcome"):
        check(composed)
