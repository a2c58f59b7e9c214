"""Time `ninefold generate` with nothing to do, as a whole process and inside one, in seconds of processor.

Run from anywhere, with the generator installed; seconds of processor tell more than those of a clock where others work
on the same machine. What earlier runs worked out is known: with `TMPDIR=$(mktemp -d)` in front, the first time of the
steps is the one in which all is new.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from generator.config.compose import compose
from generator.plan import plan
from generator.render.render import render
from generator.validation.check import check

ROOT = Path(__file__).parents[1]
RUNS = 10


def processor(who: int) -> float:
    """Return the seconds of processor that ``who`` has used so far."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def process(**variables: str) -> float:
    """Run `ninefold generate` with environment ``variables``; return its seconds of processor, ruff included."""
    command = [sys.executable, "-m", "generator", "generate", "--project", str(ROOT)]
    started = processor(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **variables}, check=True, capture_output=True
    )
    return processor(resource.RUSAGE_CHILDREN) - started


def anew() -> float:
    """Return what :func:`process` does where nothing is known."""
    with tempfile.TemporaryDirectory() as folder:
        return process(TMPDIR=folder)


def chain() -> dict[str, float]:
    """Return the seconds of processor of every step from conf/ to texts in this process, ruff included."""
    started = _now()
    composed = compose(ROOT / "conf")
    marks = {"compose": _now()}
    project = check(composed)
    marks["check"] = _now()
    planned = plan(project)
    marks["plan"] = _now()
    render(planned)
    marks["render"] = _now()
    return {
        step: after - before for (step, after), before in zip(marks.items(), (started, *marks.values()), strict=False)
    }


def _now() -> float:
    return processor(resource.RUSAGE_SELF) + processor(resource.RUSAGE_CHILDREN)


def main() -> None:
    """Print the whole process, then the steps inside one: the first time, and the least of the times after it."""
    process()
    print(f"ninefold generate: {median(process() for _ in range(RUNS)):.2f} s")
    print(f"with nothing known: {median(anew() for _ in range(RUNS)):.2f} s")
    first = chain()
    best = min((chain() for _ in range(RUNS)), key=lambda steps: sum(steps.values()))
    print(f"{'ms':<10} {'first':>6} {'later':>6}")
    for step in first:
        print(f"{step:<10} {first[step] * 1000:>6.0f} {best[step] * 1000:>6.0f}")
    print(f"{'all':<10} {sum(first.values()) * 1000:>6.0f} {sum(best.values()) * 1000:>6.0f}")


if __name__ == "__main__":
    main()
