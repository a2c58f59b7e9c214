"""Time every stage of the example once: seconds, seconds of processor, and the most memory it held.

Run from the root after `make repro`; each stage is run again as DVC runs it, with nothing else going on.
"""

import os
import subprocess
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def commands() -> dict[str, str]:
    """Return the command of every stage in dvc.yaml, those of the candidates one by one."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    candidates = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["model"]
    found: dict[str, str] = {}
    for name, body in stages.items():
        if "foreach" in body:
            found |= {f"{name}@{key}": body["do"]["cmd"].replace("${key}", key) for key in candidates}
        else:
            found[name] = body["cmd"]
    return found


def timed(command: str) -> tuple[float, float, int]:
    """Run ``command`` and return its seconds, its seconds of processor, and the MiB that it held at most."""
    started = time.perf_counter()
    process = subprocess.Popen(command, shell=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{command} failed: run `make repro` first")
    process.returncode = 0
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def main() -> None:
    """Print a row for each stage, and their sum."""
    total = 0.0
    print(f"{'stage':<16} {'seconds':>8} {'processor':>10} {'MiB':>6}")
    for name, command in commands().items():
        seconds, processor, memory = timed(command)
        total += seconds
        print(f"{name:<16} {seconds:>8.1f} {processor:>10.1f} {memory:>6}", flush=True)
    print(f"{'all':<16} {total:>8.1f}")


if __name__ == "__main__":
    main()
