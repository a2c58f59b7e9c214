"""Say which model would have served each window, by policy: never retrained, for every window, or on an alarm."""

from collections.abc import Callable
from dataclasses import dataclass

ALL, LATEST = "all", "latest"  # rows that a model is fitted on: all that were known, or those of the latest windows


@dataclass(frozen=True)
class Model:
    """A model that began to serve with the window ``since``, and the ``rows`` that it was fitted on."""

    since: int
    rows: str


@dataclass(frozen=True)
class Policy:
    """When a model is retrained, and on which rows."""

    name: str
    words: str
    rows: str
    retrain: Callable[[Model, int], bool]

    def serving(self, first: int, count: int) -> list[Model]:
        """Return the model that serves each window from the ``first`` of ``count`` on; all policies begin alike."""
        models = [Model(first, ALL)]
        for window in range(first + 1, count):
            models.append(Model(window, self.rows) if self.retrain(models[-1], window) else models[-1])
        return models


def policies(period: str, latest: int, alarm: Callable[[Model, int], bool]) -> list[Policy]:
    """Return the policies that are compared; ``alarm`` says whether a model has an alarm when a window begins."""
    every, short = f"retrained every {period}", f"the latest {latest} {period}s"
    return [
        Policy("never", "never retrained", ALL, lambda *_: False),
        Policy("every_all", f"{every} on all data so far", ALL, lambda *_: True),
        Policy("every_latest", f"{every} on {short}", LATEST, lambda *_: True),
        Policy("alarm_all", "retrained on alarm on all data so far", ALL, alarm),
        Policy("alarm_latest", f"retrained on alarm on {short}", LATEST, alarm),
    ]
