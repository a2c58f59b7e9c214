"""What the service knows of itself, and of the last monitoring where that is reachable, for the page /dashboard."""

import math
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from flights.service.predictor import Predictor

LARGEST = 5_000_000  # bytes of a summary that is read
QUANTILES = (0.5, 0.95, 0.99)


class Asked(Struct):
    """How a path answered: how often with each status, and the seconds below which the QUANTILES of answers are."""

    path: str
    statuses: dict[str, int]
    seconds: list[float]


class Dashboard(Struct):
    """What the page shows. ``counts`` are totals since the service started; ``monitor`` is the last reports/monitor.json."""

    now: datetime
    since: datetime
    version: int | None
    digest: str
    candidate: str
    trouble: str
    paths: list[Asked]
    unexpected: dict[str, int]
    counts: dict[str, int]
    monitor: dict[str, Any] | None


def dashboard(predictor: Predictor, logs: Path | None, since: datetime) -> Dashboard:
    """Return what ``predictor`` has answered ``since`` it was loaded, with the summary of monitoring beside ``logs``."""
    telemetry = predictor.telemetry
    trouble = telemetry.update()
    statuses: dict[str, dict[str, int]] = defaultdict(dict)
    buckets: dict[str, dict[float, float]] = defaultdict(dict)
    unexpected: dict[str, int] = {}
    counts: dict[str, int] = {}
    for sample in (sample for metric in telemetry.collect() for sample in metric.samples):
        labels, value = sample.labels, sample.value
        match sample.name:
            case "service_requests_total":
                statuses[labels["path"]][labels["status"]] = int(value)
            case "service_request_seconds_bucket":
                buckets[labels["path"]][float(labels["le"])] = value
            case "service_unexpected_total":
                unexpected[labels["field"]] = int(value)
            case "service_batch_rows_total" | "service_log_failures_total":
                counts[sample.name.removeprefix("service_").removesuffix("_total")] = int(value)
    return Dashboard(
        now=datetime.now(UTC),
        since=since,
        version=predictor.version,
        digest=predictor.digest,
        candidate=predictor.scorer.card["candidate"],
        trouble=trouble,
        paths=[Asked(path, found, quantiles(buckets[path])) for path, found in sorted(statuses.items())],
        unexpected=unexpected,
        counts=counts,
        monitor=monitored(logs),
    )


def quantiles(buckets: dict[float, float]) -> list[float]:
    """Return the seconds below which the QUANTILES of requests are: the bounds of ``buckets``, which count what is below."""
    total = max(buckets.values(), default=0.0)
    bounds = [min(bound for bound, count in buckets.items() if count >= share * total) for share in QUANTILES if total]
    return [min(bound, max(each for each in buckets if math.isfinite(each))) for bound in bounds]


def monitored(logs: Path | None) -> dict[str, Any] | None:
    """Return the summary of monitoring: that of the project that ``logs`` are in, or one that was put into ``logs``."""
    for file in (logs.parent / "reports/monitor.json", logs / "monitor.json") if logs else ():
        try:
            if file.stat().st_size <= LARGEST:
                found: dict[str, Any] = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
                return found
        except (OSError, ValueError, RecursionError):
            continue
    return None
