"""Plan the dashboard over the metrics of the service."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from generator.sql.code import Code

WIDTH, HEIGHT = 24, 8
SOURCE = {"type": "prometheus", "uid": "prometheus"}
ASKED = 'path!~"/(health|ready|metrics)"'
"""The requests that somebody asks: not the probes."""


@dataclass(frozen=True)
class Panel:
    """One panel: its queries with their legends; JOB stands for the labels that select the service."""

    title: str
    kind: Literal["stat", "timeseries"]
    width: int
    unit: str
    queries: tuple[tuple[str, str], ...]


PANELS = (
    Panel("Ready", "stat", 6, "none", (("sum(service_ready{JOB})", "instances"),)),
    Panel(
        "Requests",
        "stat",
        6,
        "reqps",
        ((f"sum(rate(service_requests_total{{JOB, {ASKED}}}[$__rate_interval]))", "a second"),),
    ),
    Panel(
        "Bundles that answer",
        "stat",
        12,
        "none",
        (("count by (candidate, digest) (service_bundle{JOB} == 1)", "{{candidate}} {{digest}}"),),
    ),
    Panel(
        "Requests by status",
        "timeseries",
        12,
        "reqps",
        (
            (
                f"sum by (path, status) (rate(service_requests_total{{JOB, {ASKED}}}[$__rate_interval]))",
                "{{path}} {{status}}",
            ),
        ),
    ),
    Panel(
        "Time to answer",
        "timeseries",
        12,
        "s",
        tuple(
            (
                f"histogram_quantile({quantile}, sum by (le) "
                f"(rate(service_request_seconds_bucket{{JOB, {ASKED}}}[$__rate_interval])))",
                legend,
            )
            for quantile, legend in ((0.5, "median"), (0.95, "95 %"), (0.99, "99 %"))
        ),
    ),
    Panel(
        "Mean time by path",
        "timeseries",
        12,
        "s",
        (
            (
                f"sum by (path) (rate(service_request_seconds_sum{{JOB, {ASKED}}}[$__rate_interval])) / "
                f"sum by (path) (rate(service_request_seconds_count{{JOB, {ASKED}}}[$__rate_interval]))",
                "{{path}}",
            ),
        ),
    ),
    Panel(
        "Unusual values by field",
        "timeseries",
        12,
        "cps",
        (("sum by (field) (rate(service_unusual_total{JOB}[$__rate_interval]))", "{{field}}"),),
    ),
    Panel(
        "Answers that could not be logged",
        "timeseries",
        12,
        "none",
        (("sum(increase(service_log_failures_total{JOB}[$__rate_interval]))", "failures"),),
    ),
    Panel(
        "Reloads",
        "timeseries",
        12,
        "none",
        (("sum by (result) (increase(service_reloads_total{JOB}[$__rate_interval]))", "{{result}}"),),
    ),
)


def dashboard(title: str, package: str) -> Code:
    """Return the dashboard as JSON; every panel reads the metrics of the job ``package``."""
    content = {
        "uid": package[:40],
        "title": title,
        "tags": ["service"],
        "timezone": "browser",
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "panels": [
            _panel(number, panel, place, package)
            for number, (panel, place) in enumerate(zip(PANELS, _places(), strict=True), start=1)
        ],
    }
    return Code(json.dumps(content, indent=2))


def _places() -> list[dict[str, int]]:
    """Return where each panel is: from left to right, and below where a row is full."""
    places, x, y = [], 0, 0
    for panel in PANELS:
        if x + panel.width > WIDTH:
            x, y = 0, y + HEIGHT
        places.append({"x": x, "y": y, "w": panel.width, "h": HEIGHT})
        x += panel.width
    return places


def _panel(number: int, panel: Panel, place: dict[str, int], package: str) -> dict[str, Any]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + letter),
                "datasource": SOURCE,
                "expr": query.replace("JOB", f'job="{package}"'),
                "legendFormat": legend,
            }
            for letter, (query, legend) in enumerate(panel.queries)
        ],
    }
