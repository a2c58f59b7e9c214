"""Count what is answered, for Prometheus, and say what happens as JSON lines on the standard error."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Telemetry:
    """The metrics of a process; together with those of its siblings where several workers share a folder for them."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        self.requests = Counter("service_requests", "Requests answered.", ["path", "status"], registry=registry)
        self.seconds = Histogram(
            "service_request_seconds",
            "Seconds from a request to its answer.",
            ["path"],
            buckets=SECONDS,
            registry=registry,
        )
        self.batch_rows = Counter("service_batch_rows", "Rows that came in batches.", registry=registry)
        self.unexpected = Counter(
            "service_unexpected", "Values that training has not seen.", ["field"], registry=registry
        )
        self.log_failures = Counter("service_log_failures", "Predictions that could not be logged.", registry=registry)
        self.reloads = Counter(
            "service_reloads", "Bundles taken or refused while running.", ["result"], registry=registry
        )
        self.ready = Gauge(
            "service_ready", "Whether requests can be answered.", registry=registry, multiprocess_mode="livemin"
        )
        self.bundle = Gauge(
            "service_bundle",
            "The bundle that answers.",
            ["digest", "candidate"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.served: tuple[str, str] | None = None
        self.trouble: Callable[[], str] = str

    def serve(self, digest: str, candidate: str, trouble: Callable[[], str]) -> None:
        """Tell of the bundle that answers from now on; ``trouble`` says why it cannot, nothing where it can."""
        if self.served:
            self.bundle.labels(*self.served).set(0)
            if self.folder is None:  # elsewhere it cannot be removed, and Workers leaves it out
                self.bundle.remove(*self.served)
        self.served, self.trouble = (digest, candidate), trouble
        self.bundle.labels(digest, candidate).set(1)

    def update(self) -> str:
        """Return why requests cannot be answered now, nothing where they can; tell of that."""
        trouble = self.trouble()
        self.ready.set(not trouble)
        return trouble

    def text(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        return generate_latest(self.whole())

    def collect(self) -> Iterable[Metric]:
        """Return all metrics."""
        return self.whole().collect()

    def whole(self) -> CollectorRegistry:
        """Return the metrics of this process, or of all workers."""
        if self.folder is None:
            return self.registry
        registry = CollectorRegistry()
        registry.register(Workers(self.folder))
        return registry


class Workers(Collector):
    """The metrics of all workers in ``folder``; the state that a killed one, or a former bundle, was in is left out."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.all = MultiProcessCollector(None, folder)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        for file in Path(self.folder).glob("gauge_live*_*.db"):
            worker = int(file.stem.rpartition("_")[2])
            if not runs(worker):
                mark_process_dead(worker, self.folder)
        for metric in self.all.collect():
            if metric.name == "service_bundle":
                metric.samples = [sample for sample in metric.samples if sample.value]
            yield metric


def runs(process: int) -> bool:
    """Return whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
