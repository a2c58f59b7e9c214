"""What makes a choice between candidates, or the figures behind it, less certain than they look."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from flights.common.counts import counted

FEWEST_ROUNDS = 10
FEWEST_ROWS = 200
FEWEST_OF_CLASS = 30


def few_rounds(summaries: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the candidates that stopped at once; ``summaries`` are those of their training."""
    for name, summary in summaries.items():
        rounds = summary.get("stopped", {}).get("rounds", FEWEST_ROUNDS)
        if rounds < FEWEST_ROUNDS:
            yield f"{name} was best after {counted(rounds, 'round')}: its learning rate is high, its rows are few, or no feature is related to the target"


def few_rows(part: str, target: np.ndarray, labels: Sequence[str]) -> Iterator[str]:
    """Yield what there is too little of in a part of the rows; ``labels`` are the names of the classes."""
    if len(target) < FEWEST_ROWS:
        yield f"the {part} has {counted(len(target), 'row')}; as few others could say something else"
    counts = zip(labels, np.bincount(target, minlength=len(labels)), strict=True)
    few = [f"{label} ({count})" for label, count in counts if count < FEWEST_OF_CLASS]
    if few:
        yield f"the {part} has fewer than {FEWEST_OF_CLASS} rows of {', '.join(few)}; what is measured of them is mostly chance"


def close_race(selection: dict[str, Any]) -> Iterator[str]:
    """Yield that the best candidate is hardly better than the next."""
    lead = selection.get("lead")
    if lead and not lead["beyond_noise"]:
        yield f"{selection['chosen']} leads {lead['over']} by no more than noise; other rows could have chosen the other"


def surprise(evaluation: dict[str, Any]) -> Iterator[str]:
    """Yield that the holdout is worse than validated rows let expect."""
    primary, (low, high) = evaluation["primary"], evaluation["selection"]["expected"]["interval"]
    value = evaluation["holdout"][evaluation["chosen"]][primary]["value"]
    if value < low if evaluation["higher_is_better"] else value > high:
        yield f"{primary} is {value:.4g} on the holdout, worse than the {low:.4g} to {high:.4g} that validated rows let expect: rows have changed, or settings fit these rows by chance"
