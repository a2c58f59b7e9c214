"""Compiled expressions give what DuckDB gives, whatever the expression and whatever the row."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.compile.registry import ENTRIES
from tests.compile_cases import Tally, run
from tests.expressions import Bench

BENCH = Bench()
QUICK = Tally()
SEEDS = st.integers(0, 2**32)


def assert_no_difference(tally: Tally) -> None:
    assert not tally.differences, "\n".join(tally.differences[:5])


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS)
def test_a_few_random_expressions_agree(seed: int) -> None:
    assert_no_difference(run(seed, 200, bench=BENCH))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_twenty_thousand_cases_agree(seed: int) -> None:
    assert_no_difference(run(seed, 500, bench=BENCH))


@pytest.mark.slow
def test_every_entry_of_the_table_takes_part() -> None:
    tally = run(1, 8_000, bench=BENCH)
    assert_no_difference(tally)
    assert {entry.name for entry in ENTRIES} == set(tally.used)
    refusals = sum(tally.refused.values())
    assert refusals < tally.expressions / 20, tally.refused.most_common(5)
