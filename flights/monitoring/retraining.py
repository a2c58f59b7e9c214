"""Decide whether the version in production is to be replaced by one that is fitted on all rows there are, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flights.common.settings import setting
from flights.evaluation.metrics import gain
from flights.monitoring.summary import Summary

DAYS = 30  # for which the gain of a retraining is counted
UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


@dataclass(frozen=True)
class Version:
    """What is known of the version in production: when it was registered, and of how many rows it was made."""

    number: int
    registered: datetime
    fitted_on: int | None
    money: float | None  # per 1,000 rows of the holdout


@dataclass(frozen=True)
class Decision:
    """Whether to retrain, and in words what calls for it; ``against`` is what an alarm is outweighed by."""

    reasons: list[str]
    against: str | None = None

    @property
    def retrain(self) -> bool:
        """Return whether there is any reason that nothing outweighs."""
        return bool(self.reasons) and self.against is None


def expected_gain(summary: Summary) -> float | None:
    """Return by how much the realised metric is worse than on the holdout, which a new model may gain back; None: not known."""
    measured = summary.performance
    if measured is None or measured.holdout is None:
        return None
    return max(gain(measured.holdout, measured.value), 0.0)


def expected_money(summary: Summary, version: Version) -> float | None:
    """Return what that gain is worth in DAYS of requests as in the latest window; None: not known."""
    window = summary.windows[-1] if summary.windows else None
    if window is None or window.money is None or version.money is None:
        return None
    span = max(window.end - window.start, timedelta(seconds=1))
    return max(version.money - window.money, 0.0) * window.rows / 1_000 * (timedelta(days=DAYS) / span)


def on_alarm(summary: Summary, version: Version) -> Decision:
    """Return what the alarms call for, once their cost is weighed."""
    settings = setting("retrain")
    reasons = summary.reasons if settings["on_alarm"] and summary.retrain else []
    gain = expected_gain(summary)
    if reasons and gain is not None and gain < settings["min_gain"]:
        return Decision(reasons, f"expected to gain {gain:.4g}, and retrain.min_gain is {settings['min_gain']:g}")
    money = expected_money(summary, version)
    if reasons and money is not None and money < settings["cost"]:
        return Decision(
            reasons, f"expected to gain {money:,.0f} in {DAYS} days, and retrain.cost is {settings['cost']:,.0f}"
        )
    return Decision(reasons)


def decide(summary: Summary, version: Version, labelled: int | None, now: datetime) -> Decision:
    """Return whether a new version is due ``now``: by an alarm, the age of the ``version``, or the rows ``labelled`` since."""
    settings, alarmed = setting("retrain"), on_alarm(summary, version)
    reasons = []
    every, wanted = settings.get("every"), settings.get("new_labels")
    if every and now - version.registered >= duration(every):
        days = (now - version.registered) / timedelta(days=1)
        reasons.append(f"version {version.number} is {days:,.1f} days old, and retrain.every is {every}")
    if wanted and labelled is not None and version.fitted_on is not None and labelled - version.fitted_on >= wanted:
        more = labelled - version.fitted_on
        reasons.append(
            f"{more:,} rows were labelled since version {version.number}, and retrain.new_labels is {wanted:,}"
        )
    return Decision([*alarmed.reasons, *reasons]) if reasons else alarmed


def duration(text: str) -> timedelta:
    """Return a duration of the config, as in "30 days"."""
    count, unit = text.split()
    return timedelta(seconds=int(count) * UNITS[unit.removesuffix("s")])


def version_of(number: int, registered: str, data: dict[str, Any]) -> Version:
    """Return the version with the tag that was set when it was ``registered``, and says what it was made of."""
    when = datetime.fromisoformat(registered)
    return Version(number, when, data.get("fitted_on"), data.get("metrics", {}).get("value_per_1000_rows"))
