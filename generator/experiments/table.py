"""The table of ``ninefold compare``: metrics of runs beside each other, and what each was run with."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from generator.config.source_map import dotted
from generator.errors import excerpt
from generator.experiments.conf import GONE, at, differences
from generator.experiments.runs import Run
from generator.experiments.text import flow
from generator.plan.metrics import LOWER_IS_BETTER

WIDTH = 100
CHANGES = 36
"""The least width for what was changed; metrics that leave less are left out, the last first."""

GAP = "  "
NONE = "-"


def table(runs: Sequence[Run]) -> Iterator[str]:
    """Yield the lines of the table of ``runs``: the first as it stands, the others by the first's primary metric."""
    first, *others = runs
    primary = _primary(first)
    lower = primary in LOWER_IS_BETTER or at(first.params, ("metrics", "own", primary, "better")) == "lower"
    others.sort(key=lambda run: _rank(run.metrics.get(primary), lower))
    ordered = [first, *others]
    names = [name for name, value in first.metrics.items() if isinstance(value, int | float)]
    columns = [
        ["run", *(_shortened(run.name) for run in ordered)],
        ["chosen", *(str(run.metrics.get("chosen", NONE)) for run in ordered)],
        [primary, *(_with_interval(run, primary) for run in ordered)],
        *([name, *(_number(run.metrics.get(name)) for run in ordered)] for name in names if name != primary),
    ]
    widths = [max(map(len, column)) for column in columns]
    while len(columns) > 3 and sum(widths) + len(GAP) * len(widths) + CHANGES > WIDTH:
        columns.pop()
        widths.pop()
    room = max(CHANGES, WIDTH - sum(widths) - len(GAP) * len(widths))
    changes = ["changed", "", *("; ".join(_changes(first, run)) or "nothing" for run in others)]
    for row, cells in enumerate(zip(*columns, strict=True)):
        fitted = [
            f"{cell:<{width}}" if place < 2 else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        head, lines = GAP.join(fitted), textwrap.wrap(changes[row], room) or [""]
        yield f"{head}{GAP}{lines[0]}".rstrip()
        yield from (f"{' ' * len(head)}{GAP}{line}" for line in lines[1:])


def _primary(run: Run) -> str:
    return str(at(run.params, ("metrics", "primary")))


def _rank(value: Any, lower: bool) -> float:
    """Return by what a run is sorted: the better comes first, one without a figure last."""
    return float("inf") if not isinstance(value, int | float) else float(value) if lower else -float(value)


def _shortened(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}\u2026"


def _with_interval(run: Run, primary: str) -> str:
    """Return the metric that decides, and its interval where that is of the same metric."""
    value, interval = _number(run.metrics.get(primary)), run.metrics.get("interval")
    if not interval or _primary(run) != primary:
        return value
    return f"{value} ({_number(interval[0])} to {_number(interval[1])})"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else NONE


def _changes(first: Run, run: Run) -> Iterator[str]:
    """Yield what ``run`` was run with that ``first`` was not."""
    for path, value in differences(first.params, run.params):
        before = at(first.params, path)
        name = dotted(path)
        if value is GONE:
            yield f"without {name}"
        elif before is GONE:
            yield f"with {name}: {excerpt(flow(value))}"
        else:
            yield f"{name}: {excerpt(flow(before))} -> {excerpt(flow(value))}"
