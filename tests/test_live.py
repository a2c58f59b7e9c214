"""A version in staging is tried beside the one in production: who answers what, and what is concluded from it."""

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.sandbox import PROJECTS, loaded, tree

OLD, NEW = "a" * 64, "b" * 64
TIME = "2026-01-01T00:00:00Z"


@cache
def rendered() -> Mapping[str, str]:
    return tree(PROJECTS / "weights", "+release.live={mode: shadow, min_rows: 100}")


@pytest.fixture(scope="module")
def live() -> ModuleType:
    """Return the rendered module that compares both versions."""
    return loaded(rendered(), "weights/release/live.py")


@pytest.fixture(scope="module")
def challenger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Return the module that runs a challenger beside a service, as it is imported."""
    folder = tmp_path_factory.mktemp("service")
    for path, text in rendered().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    sys.path.insert(0, str(folder))
    yield import_module("weights.service.challenger")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "weights"]:
        del sys.modules[name]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty project with the settings that are read."""
    monkeypatch.chdir(tmp_path)
    live = {"mode": "shadow", "share": 0.1, "key": None, "min_rows": 100, "most_errors": 0.01, "tolerance": 100}
    settings = {
        "release": {"live": live},
        "metrics": {"bootstrap": {"rounds": 100, "confidence": 0.9, "seed": 1}},
    }
    (tmp_path / "params.yaml").write_text(json.dumps(settings))
    (tmp_path / "logs").mkdir()
    return tmp_path


def registry(module: ModuleType, staged: dict[str, Any] | None = None, promoted: int = 1) -> Any:
    """Return a registry of two versions, the second of which is in staging, as ``staged`` says."""
    tag = loaded(rendered(), "weights/release/tags.py").Tag
    tags = [tag(f"w@v{number}.0.0", "c", "", "", {"digest": digest}) for number, digest in ((1, OLD), (2, NEW))]
    events = [("production", {"version": promoted}), ("staging", {"version": 2, "live": staged})]
    tags += [tag(f"w#{stage}#{count}", "c", "", "", data) for count, (stage, data) in enumerate(events, start=1)]
    return loaded(rendered(), "weights/release/versions.py").registry_of("w", tags)


def write(name: str, lines: list[dict[str, Any]]) -> None:
    Path(f"logs/{name}-1.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def prediction(key: str, model: str, score: float) -> dict[str, Any]:
    return {"id": key, "time": TIME, "model": model, "features": {}, "score": score}


def seen(key: str, mode: str, score: float | None, answered: str, error: str = "") -> dict[str, Any]:
    seconds = [0.001, 0.002] if mode == "shadow" else [None, 0.002] if answered == NEW else [0.001, None]
    who = {"champion": OLD, "challenger": NEW, "answered": answered}
    return {"id": key, "time": TIME, "mode": mode, **who, "score": score, "seconds": seconds, "error": error}


def shadowed(rows: int, off: float, errors: int = 0) -> None:
    """Write the log of a shadow whose scores are ``off`` by so much more than those of the version that answers."""
    draw = np.random.default_rng(0)
    target = draw.normal(4_000, 500, rows)
    old = target + draw.normal(0, 300, rows)
    new = target + draw.normal(0, 300 + off, rows)
    ids = [f"id{place}" for place in range(rows)]
    write("predictions", [prediction(key, OLD, score) for key, score in zip(ids, old, strict=True)])
    write("outcomes", [{"id": key, "time": TIME, "outcome": value} for key, value in zip(ids, target, strict=True)])
    trials = [seen(key, "shadow", score, OLD) for key, score in zip(ids, new, strict=True)]
    for trial in trials[:errors]:
        trial.update(score=None, error="it broke", seconds=[0.001, None])
    write("trials", trials)


def test_a_shadow_that_is_as_good_is_promoted_once_enough_was_seen(project: Path, live: ModuleType) -> None:
    shadowed(99, 0)
    assert live.compare(registry(live))["verdict"] == "hold"
    shadowed(400, 0)
    found = live.compare(registry(live))
    assert (found["version"], found["champion"], found["verdict"]) == (2, 1, "promote")
    assert found["rows"] == {"champion": 400, "challenger": 400}
    assert found["metric"]["paired"]
    assert found["metric"]["interval"][0] < 0 < found["metric"]["interval"][1]
    assert found["seconds"]["challenger"] == {"median": 0.002, "p99": 0.002}
    assert found["errors"] == {"requests": 400, "failed": 0, "share": 0.0}
    assert 0 < found["scores"]["distance"] < 0.1


def test_a_shadow_that_is_worse_or_fails_is_refused(project: Path, live: ModuleType) -> None:
    shadowed(400, 300)
    found = live.compare(registry(live))
    assert found["verdict"] == "refuse"
    assert found["metric"]["interval"][1] < 0
    assert "worse on live rows: rmse" in found["reasons"][0]
    shadowed(400, 0, errors=5)
    found = live.compare(registry(live))
    assert found["errors"]["failed"] == 5
    assert "failed at 1.25% of its requests" in found["reasons"][0]


def test_what_may_be_worse_by_more_than_is_tolerated_is_held(project: Path, live: ModuleType) -> None:
    """By default as much is tolerated as the gate found it better; nothing where the tag does not say."""
    settings = json.loads(Path("params.yaml").read_text())
    del settings["release"]["live"]["tolerance"]
    Path("params.yaml").write_text(json.dumps(settings))
    shadowed(400, 0)
    asked = registry(live)
    found = live.compare(asked)
    assert (found["tolerance"], found["verdict"]) == (0.0, "hold")
    assert "within the noise of live rows" in found["reasons"][0]
    low = found["metric"]["interval"][0]
    for gain, verdict in ((1 - low, "promote"), (-low - 1, "hold"), (low, "hold"), ("nan", "hold"), ("inf", "hold")):
        asked.versions[2].data["verdict"] = {"comparison": {"gain": {"value": gain}}}
        assert live.compare(asked)["verdict"] == verdict, gain
    asked.versions[2].data["verdict"] = {"comparison": None}
    assert live.compare(asked)["tolerance"] == 0.0


LOOKS, TRIALS, OFF = range(100, 1_201, 100), 120, 30.0


def trial(live: ModuleType, seed: int, off: float) -> tuple[set[str], bool]:
    """Return the verdicts at all LOOKS on a shadow whose metric is worse by ``off``, and OFF tolerated.

    With that, whether an interval which holds at one look would have promoted it at any.
    """
    draw = np.random.default_rng(seed)
    target = draw.normal(4_000, 500, LOOKS[-1])
    scores = [target + draw.normal(0, spread, len(target)) for spread in (300.0, 300.0 + off)]
    sides = [live.Side({str(place): value for place, value in enumerate(score)}) for score in scores]
    verdicts, fixed = set(), False
    for rows in LOOKS:
        known = {str(place): value for place, value in enumerate(target[:rows])}
        metric = live.realised(*sides, known)
        found = {"errors": {"share": 0.0}, "rows": {"challenger": rows}, "metric": metric, "tolerance": OFF}
        verdicts.add(live.judged(found)["verdict"])
        reach = (metric["interval"][1] - metric["gain"]) / live.errors_at(rows) * 1.645
        fixed |= metric["gain"] - reach >= -OFF
    return verdicts, fixed


@pytest.mark.slow
def test_looking_again_and_again_promotes_and_refuses_no_more_often_than_stated(
    project: Path, live: ModuleType
) -> None:
    """At a confidence of 0.9 either mistake is made in at most one of ten trials, with a look after every 100 rows."""
    worse = [trial(live, seed, OFF) for seed in range(TRIALS)]
    promoted = sum("promote" in verdicts for verdicts, _ in worse)
    assert promoted <= 0.1 * TRIALS
    assert sum(fixed for _, fixed in worse) > 0.1 * TRIALS  # what an interval for one look does
    equal = [trial(live, seed, 0.0)[0] for seed in range(TRIALS)]
    assert sum("refuse" in verdicts for verdicts in equal) <= 0.1 * TRIALS
    assert sum("promote" in verdicts for verdicts in equal) >= 0.5 * TRIALS


def test_what_was_not_sent_to_a_slow_challenger_is_no_failure(project: Path, live: ModuleType) -> None:
    shadowed(400, 0)
    with Path("logs/trials-1.jsonl").open("a") as file:
        file.writelines(json.dumps(seen(f"late{place}", "shadow", None, OLD, "behind")) + "\n" for place in range(50))
        file.write('{"torn": ')
    found = live.compare(registry(live))
    assert (found["verdict"], found["not_sent"], found["errors"]["failed"]) == ("promote", 50, 0)


def test_a_canary_is_compared_by_groups(project: Path, live: ModuleType) -> None:
    draw = np.random.default_rng(1)
    for off, verdict in ((0, "promote"), (400, "refuse")):
        predictions, outcomes, trials = [], [], []
        for place in range(1_000):
            group = NEW if place % 3 == 0 else OLD
            target = draw.normal(4_000, 500)
            score = target + draw.normal(0, 300 + (off if group == NEW else 0))
            predictions.append(prediction(f"id{place}", group, score))
            outcomes.append({"id": f"id{place}", "time": TIME, "outcome": target})
            trials.append(seen(f"id{place}", "canary", None, group))
        for name, lines in (("predictions", predictions), ("outcomes", outcomes), ("trials", trials)):
            write(name, lines)
        found = live.compare(registry(live))
        assert found["rows"] == {"champion": 666, "challenger": 334}
        assert not found["metric"]["paired"]
        assert found["metric"]["rows"] == [666, 334]
        assert found["verdict"] == verdict, found["reasons"]
        assert found["errors"]["requests"] == 334


def test_without_outcomes_nothing_is_said_of_the_metric(project: Path, live: ModuleType) -> None:
    shadowed(400, 300)
    Path("logs/outcomes-1.jsonl").unlink()
    found = live.compare(registry(live))
    assert (found["metric"], found["verdict"]) == (None, "promote")
    assert "no outcomes are known yet" in found["reasons"][0]


def test_what_is_tried_and_how_is_what_the_tags_say(project: Path, live: ModuleType) -> None:
    versions = loaded(rendered(), "weights/release/versions.py")
    tried = versions.challenger(registry(live))
    assert (tried["version"], tried["digest"], tried["mode"], tried["key"]) == (2, NEW, "shadow", None)
    assert versions.challenger(registry(live, {"mode": "canary", "share": 0.25}))["share"] == 0.25
    assert versions.challenger(registry(live, {"mode": "alone"})) == {"version": None}
    assert versions.challenger(registry(live, promoted=2)) == {"version": None}
    assert live.compare(registry(live, promoted=2))["verdict"] is None


def test_nothing_of_it_is_in_a_project_that_tries_no_version() -> None:
    plain = tree(PROJECTS / "weights")
    assert not {"weights/service/challenger.py", "weights/release/live.py"} & plain.keys()
    assert not [path for path, text in plain.items() if path.endswith(".py") and "challenger.json" in text]


CHILD = """
import sys, time
requests, results = sys.stdin.buffer, sys.stdout.buffer
count = 0
while size := requests.read(4):
    body = requests.read(int.from_bytes(size, "big"))
    count += 1
    if count > int(sys.argv[1]):
        {then}
    found = bytes.fromhex(sys.argv[2])
    results.write(len(found).to_bytes(4, "big") + found)
    results.flush()
"""


Tried = tuple[list[Any], list[dict[str, Any]], list[float]]


def tried(challenger: ModuleType, then: str, good: int, requests: int, seconds: float = 2.0) -> Tried:
    """Answer ``requests`` in a canary of all keys whose challenger ends, or hangs, after ``good`` answers."""
    challenger.SECONDS = seconds
    answer = challenger.Found(0.001, answer=b'{"id":"new","value":1.0}')
    lines: list[bytes] = []

    async def own(body: bytes) -> Any:
        return SimpleNamespace(id="own")

    async def ask() -> tuple[list[Any], list[float]]:
        trial = challenger.Trial(Namespace(follow=None, logs=None), SimpleNamespace(tried=Counted()))
        trial.asked = {"version": 2, "mode": "canary", "share": 1.0, "key": None, "digest": NEW}
        trial.champion, trial.log = OLD, SimpleNamespace(append=lines.append)
        command = ("-c", CHILD.replace("{then}", then), str(good), msgspec.msgpack.encode(answer).hex())
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        process = await asyncio.create_subprocess_exec(sys.executable, *command, **pipes)
        trial.challenger = challenger.Challenger(process)
        answers, took = [], []
        for _ in range(requests):
            start = asyncio.get_running_loop().time()
            answers.append(await trial.canary("/predict", own, b"{}"))
            took.append(asyncio.get_running_loop().time() - start)
        await trial.challenger.stop()
        return answers, took

    answers, took = asyncio.run(ask())
    return answers, [json.loads(line) for lines_ in lines for line in lines_.splitlines()], took


class Counted:
    """A counter that nobody reads."""

    def labels(self, *_: Any) -> "Counted":
        """Return itself."""
        return self

    def inc(self) -> None:
        """Count."""


@pytest.mark.parametrize("then", ["sys.exit(3)", "time.sleep(60)", "results.write(b'no message at all'); sys.exit()"])
def test_a_challenger_that_fails_disturbs_no_answer(challenger: ModuleType, then: str) -> None:
    answers, lines, took = tried(challenger, then, good=3, requests=6, seconds=0.2)
    by_challenger = [isinstance(answer, msgspec.Raw) for answer in answers]
    assert by_challenger == [True] * 3 + [False] * 3
    assert [line["answered"] for line in lines] == [NEW] * 3 + [OLD] * 3
    assert [bool(line["error"]) for line in lines] == [False] * 3 + [True] * 3
    assert max(took[1:]) < 1


@pytest.mark.parametrize(("data", "begun"), [(None, 1), (Path("live"), 2)])
def test_a_challenger_reads_refreshed_tables_too(
    data: Path | None, begun: int, challenger: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[tuple[Any, ...]] = []
    stopped: list[Any] = []

    class Process:
        ended = False

        async def stop(self) -> None:
            stopped.append(self)

    async def start(*arguments: Any) -> Process:
        started.append(arguments)
        return Process()

    def app() -> Any:
        log, scorer = SimpleNamespace(max_bytes=1, max_seconds=1), SimpleNamespace(card={})
        return SimpleNamespace(
            service=SimpleNamespace(predictor=SimpleNamespace(digest=OLD, scorer=scorer, log=log)), endpoints={}
        )

    async def reload() -> None:
        given = Namespace(follow=tmp_path / "production.json", logs=tmp_path, data=data)
        trial = challenger.Trial(given, SimpleNamespace(tried=None))
        for made in (app(), app()):
            await trial.begin({"version": 2, "mode": "shadow"}, made)

    monkeypatch.setattr(challenger.Challenger, "start", start)
    asyncio.run(reload())
    assert (len(started), len(stopped)) == (begun, begun - 1)


def test_a_key_stays_where_it_is(challenger: ModuleType) -> None:
    trial = challenger.Trial(Namespace(follow=None, logs=None), SimpleNamespace(tried=None))
    trial.asked = {"key": "who", "share": 0.2}
    bodies = [json.dumps({"who": f"customer {place}", "n": 1}).encode() for place in range(5_000)]
    first = [trial.drawn(body) for body in bodies]
    assert 0.18 < np.mean(first) < 0.22
    assert [trial.drawn(body.replace(b'"n": 1', b'"n": 2')) for body in bodies] == first
    trial.asked["share"] = 0.4  # a larger share takes all of a smaller one
    assert all(later for before, later in zip(first, map(trial.drawn, bodies), strict=True) if before)
    assert not any(trial.drawn(body) for body in (b"", b"[]", b'{"other": 1}', b"[" * 100_000, b"null"))
