"""How fast the service answers, beside others: ``python benchmarks/serving.py [--rounds 3] [--seconds 5]``.

Run after `make repro`, on a machine that does nothing else; wrk makes the load (`apt-get install wrk`).
Four servers of one process each take turns, each started anew in every round:

- ours: the service of the bundle, which computes the features and keeps a log of predictions;
- FastAPI: a server as written by hand, with pydantic, pandas and a pipeline of scikit-learn and LightGBM;
- MLflow: `mlflow models serve` with the same pipeline;
- empty: an endpoint that computes nothing on the libraries of ours, to see what is left to gain.

FastAPI and MLflow get the features ready-made, and a model of as many trees on one thread. They have an environment of
their own in build/benchmarks/, which the first run makes from benchmarks/requirements-serving.txt. Every server has to
answer the right probability before it is measured, and every request with 200. Memory is what the processes of a server
hold resident after the load. Prints medians over the rounds, and ratios within rounds: their median, least and most.
"""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from servers.bundle import check, copied, in_the_past, logged, service
from servers.load import check_installed, load
from servers.process import Server, running
from servers.rows import BUNDLE, CATEGORIES, ROOT, TRAIN, free_port, held, read_json, write_json

HERE = Path(__file__).parent
CACHE = ROOT / "build/benchmarks"
REQUIREMENTS = HERE / "requirements-serving.txt"
MANY = 32
WARM_UP = 1  # seconds of load that are not counted
UVICORN = ("-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--app-dir")


@dataclass(frozen=True)
class Figures:
    """What is measured of a server in a round."""

    start: float  # seconds
    p50_one: float  # milliseconds, as the other latencies
    p99_one: float
    rate_one: float  # requests a second
    rate_many: float
    p99_many: float
    memory: float  # MiB
    requests: int


@dataclass(frozen=True)
class Goal:
    """How many times better than another server ours is meant to be; latencies are better when they are less."""

    what: str
    ratio: Callable[[Figures, Figures], float]
    times: float


COLUMNS = {
    "start": ("start s", "{:.2f}"),
    "p50_one": ("p50 ms", "{:.3f}"),
    "p99_one": ("p99 ms", "{:.3f}"),
    "rate_one": ("req/s", "{:,.0f}"),
    "rate_many": (f"req/s x{MANY}", "{:,.0f}"),
    "p99_many": (f"p99 ms x{MANY}", "{:.2f}"),
    "memory": ("MiB", "{:.0f}"),
}
GOALS = (
    Goal(f"requests a second, {MANY} connections", lambda ours, other: ours.rate_many / other.rate_many, 60),
    Goal("shorter p50, 1 connection", lambda ours, other: other.p50_one / ours.p50_one, 15),
    Goal(f"shorter p99, {MANY} connections", lambda ours, other: other.p99_many / ours.p99_many, 30),
)
MOST_START, MOST_MEMORY = 0.6, 100.0
Rounds = dict[str, list[Figures]]


def environment() -> Path:
    """Return the Python of the environment of the other servers, which is made where it is missing or outdated."""
    venv, installed = CACHE / "venv", CACHE / "venv/installed.txt"
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text(encoding='utf-8')}"
    python = venv / "bin/python"
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        print(f"installing {REQUIREMENTS.name} into {venv.relative_to(ROOT)}", flush=True)
        uv = (sys.executable, "-m", "uv")
        subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, venv], check=True)
        install = ("pip", "install", "--quiet", "--compile-bytecode", "--python", python, "-r", REQUIREMENTS)
        subprocess.run([*uv, *install], check=True)
        installed.write_text(wanted, encoding="utf-8")
    return python


def train(python: Path, row: dict[str, Any], folder: Path) -> Path:
    """Fit the pipeline of the other servers and return the folder that holds it."""
    candidate = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["model"]["lightgbm"]
    rounds = read_json(ROOT / "models/lightgbm/summary.json")["rounds"]
    given, pipeline = folder / "given.json", folder / "pipeline"
    write_json(given, {"rounds": rounds, "params": candidate["params"], "categories": list(CATEGORIES), "row": row})
    pipeline.mkdir()
    print(f"fitting a pipeline of {rounds} trees for FastAPI and MLflow", flush=True)
    command = [python, HERE / "servers/train.py", TRAIN, given, pipeline]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **quiet(python)})
    if done.returncode:
        raise SystemExit(done.stderr)
    return pipeline


def quiet(python: Path) -> dict[str, str]:
    """Return the environment variables by which MLflow finds its ``python`` and reports to nobody."""
    return {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "MLFLOW_DISABLE_TELEMETRY": "true"}


def fastapi(python: Path, pipeline: Path) -> Server:
    """Return the server that is written by hand."""
    port, servers = free_port(), str(HERE / "servers")
    command = (str(python), *UVICORN, servers, "--port", str(port), "handwritten:app")
    body, variables = pipeline / "handwritten.json", {"PIPELINE": str(pipeline)}
    return Server("FastAPI", command, port, "/predict", body, probability, pipeline, variables)


def mlflow(python: Path, pipeline: Path) -> Server:
    """Return the server of MLflow."""
    port = free_port()
    options = ("--env-manager", "local", "--workers", "1", "--host", "127.0.0.1", "--port", str(port))
    command = (str(python), "-m", "mlflow", "models", "serve", "--model-uri", str(pipeline / "mlflow"), *options)
    body = pipeline / "invocation.json"
    return Server("MLflow", command, port, "/invocations", body, first_prediction, pipeline, quiet(python))


def empty() -> Server:
    """Return the server that computes nothing."""
    port = free_port()
    command = (sys.executable, *UVICORN, str(HERE / "servers"), "--port", str(port), "empty:app")
    return Server("empty", command, port, "/predict", BUNDLE / "example.json", probability)


def probability(answer: Any) -> float:
    """Return the probability in an answer of ours, or of the server that is written by hand."""
    return answer["probability"]


def first_prediction(answer: Any) -> float:
    """Return the probability of the second class in an answer of MLflow."""
    return answer["predictions"][0][1]


def measured(server: Server, seconds: int, log: Path) -> Figures:
    """Start ``server``, load it with one connection and with many, and stop it."""
    with running(server, log) as found:
        warm = load(server.url, server.body, MANY, WARM_UP)
        one = load(server.url, server.body, 1, seconds)
        many = load(server.url, server.body, MANY, seconds)
        requests = warm.requests + one.requests + many.requests
        return Figures(found.seconds, one.p50, one.p99, one.rate, many.rate, many.p99, found.memory(), requests)


def checked(folder: Path) -> list[Server]:
    """Return the servers, each proved to answer what it should; that first start also compiles their Python."""
    bundle, row = copied(folder), held(1)
    python = environment()
    pipeline = train(python, row.features[0], folder)
    expected = read_json(pipeline / "expected.json")
    others = [fastapi(python, pipeline), mlflow(python, pipeline)]
    for server in others:
        check(server, expected, folder / "check.log")
    body = folder / "request.json"  # the row that the others are asked about, which the bundle's example need not be
    write_json(body, row.requests[0])
    with in_the_past(bundle) as past:
        then = service(bundle, folder / "check", "/predict", body, probability, *past)
        check(then, float(row.scores()[0]), folder / "check.log")
    check(empty(), 0.5, folder / "check.log")
    return [service(bundle, folder / "logs", "/predict", body, probability), *others, empty()]


def run(servers: list[Server], rounds: int, seconds: int, folder: Path) -> Rounds:
    """Return the figures of each server in each round; the servers take turns."""
    found: Rounds = {server.name: [] for server in servers}
    for number in range(1, rounds + 1):
        for server in servers:
            print(f"round {number} of {rounds}: {server.name}", flush=True)
            found[server.name].append(measured(server, seconds, folder / f"{server.name}.log"))
    return found


def table(found: Rounds) -> list[str]:
    """Return the medians of each server as lines of a table."""
    lines = [f"{'':8}" + "".join(f"{title:>12}" for title, _ in COLUMNS.values())]
    for name, rounds in found.items():
        medians = (form.format(median(getattr(one, key) for one in rounds)) for key, (_, form) in COLUMNS.items())
        lines.append(f"{name:8}" + "".join(f"{value:>12}" for value in medians))
    return lines


def spread(ratios: list[float], form: str = "{:.1f}") -> str:
    """Return the median of ``ratios``, the least and the most."""
    middle, least, most = (form.format(value) for value in (median(ratios), min(ratios), max(ratios)))
    return f"{middle} ({least} to {most})"


def verdict(reached: bool) -> str:
    """Say whether a goal is reached."""
    return "reached" if reached else "missed"


def judged(found: Rounds) -> list[str]:
    """Return the ratios within the rounds, each beside its goal."""
    lines, ours = [], found["ours"]
    for goal in GOALS:
        for name in ("FastAPI", "MLflow"):
            ratios = [goal.ratio(*pair) for pair in zip(ours, found[name], strict=True)]
            beside = f"goal {goal.times:.0f}, {verdict(median(ratios) >= goal.times)}"
            lines.append(f"ours to {name}: {spread(ratios)} times {goal.what}; {beside}")
    start, memory = median(one.start for one in ours), median(one.memory for one in ours)
    lines.append(f"ours starts in {start:.2f} s; goal {MOST_START} s, {verdict(start <= MOST_START)}")
    lines.append(f"ours holds {memory:.0f} MiB; goal {MOST_MEMORY:.0f} MiB, {verdict(memory <= MOST_MEMORY)}")
    shares = [one.rate_many / nothing.rate_many for one, nothing in zip(ours, found["empty"], strict=True)]
    lines.append(
        f"ours reaches {spread(shares, '{:.0%}')} of the empty endpoint's requests a second, {MANY} connections"
    )
    return lines


def check_log(found: Rounds, logs: Path) -> None:
    """Raise unless ours has logged every request that it answered."""
    answers, lines = sum(one.requests for one in found["ours"]), logged(logs)
    if lines < answers:
        raise SystemExit(f"ours has logged {lines:,} of {answers:,} predictions")


def main() -> None:
    """Print the figures."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each server is measured")
    parser.add_argument("--seconds", type=int, default=5, help="how long each load lasts")
    given = parser.parse_args()
    check_installed()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = run(checked(folder), given.rounds, given.seconds, folder)
        check_log(found, folder / "logs")
    print("", *table(found), "", *judged(found), sep="\n")


if __name__ == "__main__":
    main()
