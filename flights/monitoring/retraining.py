"""Decide whether the version in production is to be replaced by one that is fitted on all rows there are, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flights.common.counts import counted
from flights.common.outputs import read_json
from flights.common.settings import setting
from flights.evaluation.metrics import gain
from flights.monitoring.summary import Decision, Summary
from flights.release.attempts import Attempt, last_attempt
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


def answered(summary: Summary, last: Attempt, labelled: int | None) -> str | None:
    """Return why alarms call for nothing that the ``last`` attempt has not tried, None where they do.

    A model of the same rows would be the same; and an alarm that was answered is one until another window has one.
    """
    if last.window is None:
        return None
    asking = (summary.windows[alarm.window].start for alarm in summary.alarms if alarm.kind != "data quality")
    if not any(start > last.window for start in asking):
        missing = "no window since has an alarm"
    elif labelled is not None and last.rows is not None and labelled <= last.rows:
        missing = "no more rows are labelled since"
    else:
        return None
    return f"answered by the retraining of {last.when.date()} ({last.verdict}): {missing}"


def decide(
    summary: Summary, version: Version, labelled: int | None, now: datetime | None, tried: Attempt | None = None
) -> Decision:
    """Return whether a new version is due ``now``: by an alarm, the age of the ``version``, or the rows ``labelled`` since.

    A model that was ``tried`` later than the version counts as well: age and rows begin anew with it. Where there is no
    ``now``, age is no reason.
    """
    settings = setting("retrain")
    last = tried or Attempt(version.registered, version.fitted_on)
    since = max(version.registered, last.when)
    fitted_on = version.fitted_on if last.rows is None else last.rows
    named = "the last attempt" if last.when > version.registered else f"version {version.number}"
    decision = Decision(
        due=False, expected_gain=expected_gain(summary), expected_money=expected_money(summary, version)
    )
    every, wanted = settings.get("every"), settings.get("new_labels")
    if every and now is not None and now - since >= duration(every):
        decision.policies.append("every")
        decision.reasons.append(f"{named} is of {since.date()}, and retrain.every is {every}")
    if wanted and labelled is not None and fitted_on is not None and labelled - fitted_on >= wanted:
        more = labelled - fitted_on
        decision.policies.append("new_labels")
        decision.reasons.append(
            f"{counted(more, 'row', 'was', 'were')} labelled since {named}, and retrain.new_labels is {wanted:,}"
        )
    decision.due = bool(decision.policies)
    if settings["on_alarm"] and summary.retrain:
        decision.against = None if decision.due else answered(summary, last, labelled) or outweighed(summary, version)
        decision.policies.insert(0, "on_alarm")
        decision.reasons = [*summary.reasons, *decision.reasons]
        decision.due = decision.against is None
    return decision


def decision_at(now: datetime | None, summary: Summary, registry: Registry) -> Decision:
    """Return whether a new version is due ``now``, by what monitoring says, the age of the version in production, and new rows."""
    number, tried, labelled = registry.version_in(), last_attempt(registry), labelled_rows()
    if number is None:
        return first_version(tried, labelled)
    tag = registry.versions[number]
    return decide(summary, version_of(number, tag.when, tag.data), labelled, now, tried)


def first_version(tried: Attempt | None, labelled: int | None) -> Decision:
    """Return whether a version is due where none is in production: once, and then whenever more rows are ``labelled``."""
    decision = Decision(due=True, policies=["first version"], reasons=["no version is in production"])
    if tried is not None and tried.rows is not None and labelled is not None and labelled <= tried.rows:
        decision.due, decision.against = (
            False,
            f"no more rows are labelled than on {tried.when.date()}, when one was tried",
        )
    return decision


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
