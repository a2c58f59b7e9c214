"""Plan the dashboard over the metrics of the service."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from generator.sql.code import Code

WIDTH, HEIGHT = 24, 8
SOURCE = {"type": "prometheus", "uid": "prometheus"}
ASKED = 'path!~"/(health|ready|metrics)"'
"""The requests that somebody asks: not the probes."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel: its queries with their legends; JOB stands for the labels that select the service."""

    title: str
    kind: Literal["stat", "timeseries"]
    width: int
    unit: str
    queries: tuple[tuple[str, str], ...]


PANELS = (
    Panel(title="Ready", kind="stat", width=6, unit="none", queries=(("sum(service_ready{JOB})", "instances"),)),
    Panel(
        title="Requests",
        kind="stat",
        width=6,
        unit="reqps",
        queries=((f"sum(rate(service_requests_total{{JOB, {ASKED}}}[$__rate_interval]))", "a second"),),
    ),
    Panel(
        title="Bundles that answer",
        kind="stat",
        width=12,
        unit="none",
        queries=(("count by (candidate, digest) (service_bundle{JOB} == 1)", "{{candidate}} {{digest}}"),),
    ),
    Panel(
        title="Requests by status",
        kind="timeseries",
        width=12,
        unit="reqps",
        queries=(
            (
                f"sum by (path, status) (rate(service_requests_total{{JOB, {ASKED}}}[$__rate_interval]))",
                "{{path}} {{status}}",
            ),
        ),
    ),
    Panel(
        title="Time to answer",
        kind="timeseries",
        width=12,
        unit="s",
        queries=tuple(
            (
                f"histogram_quantile({quantile}, sum by (le) "
                f"(rate(service_request_seconds_bucket{{JOB, {ASKED}}}[$__rate_interval])))",
                legend,
            )
            for quantile, legend in ((0.5, "median"), (0.95, "95 %"), (0.99, "99 %"))
        ),
    ),
    Panel(
        title="Mean time by path",
        kind="timeseries",
        width=12,
        unit="s",
        queries=(
            (
                f"sum by (path) (rate(service_request_seconds_sum{{JOB, {ASKED}}}[$__rate_interval])) / "
                f"sum by (path) (rate(service_request_seconds_count{{JOB, {ASKED}}}[$__rate_interval]))",
                "{{path}}",
            ),
        ),
    ),
    Panel(
        title="Unexpected values by field",
        kind="timeseries",
        width=12,
        unit="cps",
        queries=(("sum by (field) (rate(service_unexpected_total{JOB}[$__rate_interval]))", "{{field}}"),),
    ),
    Panel(
        title="Answers that could not be logged",
        kind="timeseries",
        width=12,
        unit="none",
        queries=(("sum(increase(service_log_failures_total{JOB}[$__rate_interval]))", "failures"),),
    ),
    Panel(
        title="Reloads",
        kind="timeseries",
        width=12,
        unit="none",
        queries=(("sum by (result) (increase(service_reloads_total{JOB}[$__rate_interval]))", "{{result}}"),),
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
