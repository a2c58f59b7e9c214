"""Decide whether the version in production is to be replaced by one that is fitted on all rows there are, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flights.common.outputs import read_json
from flights.common.settings import setting
from flights.evaluation.metrics import gain
from flights.monitoring.summary import Decision, Summary
from flights.release.versions import Registry

BRIEF = Path("reports/brief.json")

DAYS = 30  # for which the gain of a retraining is counted
UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


@dataclass(frozen=True)
class Version:
    """What is known of the version in production: when it was registered, and of how many rows it was made."""

    number: int
    registered: datetime
    fitted_on: int | None
    money: float | None  # per 1,000 rows of the holdout


def expected_gain(summary: Summary) -> float | None:
    """Return by how much the realised metric is worse than on the holdout, which a new model may gain back; None: not known."""
    measured = summary.performance
    if measured is None or measured.holdout is None:
        return None
    return round(max(gain(measured.holdout, measured.value), 0.0), 6)


def expected_money(summary: Summary, version: Version) -> float | None:
    """Return what that gain is worth in DAYS of requests as in the latest window; None: not known."""
    window = summary.windows[-1] if summary.windows else None
    if window is None or window.money is None or version.money is None:
        return None
    span = max(window.end - window.start, timedelta(seconds=1))
    return round(max(version.money - window.money, 0.0) * window.rows / 1_000 * (timedelta(days=DAYS) / span), 2)


def outweighed(summary: Summary, version: Version) -> str | None:
    """Return what an alarm is outweighed by, None where by nothing."""
    settings, expected = setting("retrain"), expected_gain(summary)
    if expected is not None and expected < settings["min_gain"]:
        return f"expected to gain {expected:.4g}, and retrain.min_gain is {settings['min_gain']:g}"
    money = expected_money(summary, version)
    if money is not None and money < settings["cost"]:
        return f"expected to gain {money:,.0f} in {DAYS} days, and retrain.cost is {settings['cost']:,.0f}"
    return None


def decide(summary: Summary, version: Version, labelled: int | None, now: datetime | None) -> Decision:
    """Return whether a new version is due ``now``: by an alarm, the age of the ``version``, or the rows ``labelled`` since.

    Where there is no ``now``, age is no reason.
    """
    settings = setting("retrain")
    decision = Decision(
        due=False, expected_gain=expected_gain(summary), expected_money=expected_money(summary, version)
    )
    every, wanted = settings.get("every"), settings.get("new_labels")
    if every and now is not None and now - version.registered >= duration(every):
        decision.policies.append("every")
        decision.reasons.append(
            f"version {version.number} is of {version.registered.date()}, and retrain.every is {every}"
        )
    if wanted and labelled is not None and version.fitted_on is not None and labelled - version.fitted_on >= wanted:
        more = labelled - version.fitted_on
        decision.policies.append("new_labels")
        decision.reasons.append(
            f"{more:,} rows were labelled since version {version.number}, and retrain.new_labels is {wanted:,}"
        )
    decision.due = bool(decision.policies)
    if settings["on_alarm"] and summary.retrain:
        decision.against = None if decision.due else outweighed(summary, version)
        decision.policies.insert(0, "on_alarm")
        decision.reasons = [*summary.reasons, *decision.reasons]
        decision.due = decision.against is None
    return decision


def decision_at(now: datetime | None, summary: Summary, registry: Registry) -> Decision:
    """Return whether a new version is due ``now``, by what monitoring says, the age of the version in production, and new rows."""
    number = registry.version_in()
    if number is None:
        return Decision(due=True, policies=["first version"], reasons=["no version is in production"])
    tag = registry.versions[number]
    return decide(summary, version_of(number, tag.when, tag.data), labelled_rows(), now)


def labelled_rows() -> int | None:
    """Return how many rows there are to fit a model on."""
    counts = read_json(BRIEF)["counts"] if BRIEF.exists() else None
    return counts["known"] if counts else None


def duration(text: str) -> timedelta:
    """Return a duration of the config, as in "30 days"."""
    count, unit = text.split()
    return timedelta(seconds=int(count) * UNITS[unit.removesuffix("s")])


def version_of(number: int, registered: str, data: dict[str, Any]) -> Version:
    """Return the version with the tag that was set when it was ``registered``, and says what it was made of."""
    when = datetime.fromisoformat(registered)
    return Version(number, when, data.get("fitted_on"), data.get("metrics", {}).get("value_per_1000_rows"))
