"""What becomes of the log: every answer is in it, and nothing else."""

import json
import resource
import shutil
import time
from pathlib import Path

import yaml
from servers.bundle import logged

from attack.service import Counts, running


def removed_log(folder: Path) -> Counts:
    """Remove the folder of the log while it is written to."""
    with running(folder) as service:
        answered = 0
        for _ in range(5):
            shutil.rmtree(service.logs, ignore_errors=True)
            told = {service.ask("/predict", service.example)[1]["id"] for _ in range(20)}
            assert service.ask("/ready")[0] == 200
            lines = [
                line for file in service.logs.glob("predictions-*.jsonl") for line in file.read_bytes().splitlines()
            ]
            lost = told - {json.loads(line)["id"] for line in lines}
            assert not lost, f"{len(lost)} of 20 answers are not in the log"
            answered += len(told)
        shutil.rmtree(service.logs)
        service.logs.write_text("no folder", encoding="utf-8")
        time.sleep(0.1)  # the service looks for its folder a hundred times a second
        refused = service.ask("/predict", service.example)[0]
        ready = service.ask("/ready")[0]
        service.logs.unlink()
        again = service.ask("/ready")[0]
    assert (refused, ready, again) == (503, 503, 200), (refused, ready, again)
    return {
        "answered and logged": answered,
        "where it cannot be made anew": refused,
        "ready": ready,
        "afterwards": again,
    }


def refused_batches(folder: Path) -> Counts:
    """Send batches of which the last row is refused, or the log cannot be kept."""

    def refuse(bundle: Path) -> None:
        settings = yaml.safe_load((bundle / "params.yaml").read_text(encoding="utf-8"))
        settings["service"]["on_unexpected"] = "refuse"
        (bundle / "params.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")

    with running(folder, change=refuse) as service:
        good = service.example
        bad = json.dumps({**json.loads(good), "distance": 1e9}).encode()
        code = service.ask("/predict/batch", b"[" + b",".join([good] * 500 + [bad]) + b"]")[0]
        kept, counted = logged(service.logs), service.metric("service_batch_rows_total")
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        full = service.ask("/predict/batch", b"[" + b",".join([good] * 500) + b"]")[0]
        kept_full, counted_full = logged(service.logs), service.metric("service_batch_rows_total")
    assert (code, kept, counted) == (422, 0, 0), (code, kept, counted)
    assert (full, kept_full, counted_full) == (503, 0, 0), (full, kept_full, counted_full)
    return {"last row refused": code, "lines": kept, "disk full": full, "lines then": kept_full}
