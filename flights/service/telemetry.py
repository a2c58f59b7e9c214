"""Count what is answered, for Prometheus, and say what happens as JSON lines on the standard error."""

import json
import logging
import os
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Telemetry:
    """The metrics of a process; together with those of its siblings where several workers share a folder for them."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.requests = Counter("service_requests", "Requests answered.", ["path", "status"], registry=registry)
        self.seconds = Histogram(
            "service_request_seconds",
            "Seconds from a request to its answer.",
            ["path"],
            buckets=SECONDS,
            registry=registry,
        )
        self.batch_rows = Counter("service_batch_rows", "Rows that came in batches.", registry=registry)
        self.unusual = Counter("service_unusual", "Values that training has not seen.", ["field"], registry=registry)
        self.log_failures = Counter("service_log_failures", "Predictions that could not be logged.", registry=registry)
        self.reloads = Counter(
            "service_reloads", "Bundles taken or refused while running.", ["result"], registry=registry
        )
        self.ready = Gauge(
            "service_ready", "Whether requests can be answered.", registry=registry, multiprocess_mode="min"
        )
        self.bundle = Gauge(
            "service_bundle",
            "The bundle that answers.",
            ["digest", "candidate"],
            registry=registry,
            multiprocess_mode="max",
        )

    def text(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return generate_latest(registry)


class JsonLines(logging.Formatter):
    """Each message as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as a line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": moment,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "root": {"level": "INFO", "handlers": ["stderr"]},
}
