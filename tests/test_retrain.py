"""Retraining: new rows wherever they are, when it is due, what it is worth, what is left behind, and schedules."""

import csv
import json
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from generator.plan.schedule import calendars
from tests.sandbox import (
    PROJECTS,
    ROOT,
    SCRIPTS,
    Tree,
    commit,
    edit,
    loaded,
    module_of,
    ran,
    run,
    start,
    tree,
    write,
)
from tests.shop import ADDED, FIRST, LOOKUPS, PLACES, Shop, level, shop
from tests.ways import serving

NOW = datetime(2024, 5, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def rendered() -> Tree:
    """Return what the example renders to, whose decision has payoffs."""
    return tree(ROOT)


@pytest.fixture
def module(rendered: Tree, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module that decides, with settings of the test's own."""
    made = loaded(rendered, "flights/monitoring/retraining.py")
    settings: dict[str, Any] = {"on_alarm": True, "min_gain": 0.0, "cost": 0.0}
    monkeypatch.setattr(made, "setting", lambda *_: settings)
    vars(made)["settings"] = settings
    return made


def summary(module: ModuleType, alarm: bool = True, loss: float = 0.05, money: float = 7_000.0) -> Any:
    """Return what monitoring says of a window of 1,000 rows in a day, with an ``alarm`` or without."""
    kinds = vars(loaded_summary)
    window = kinds["Window"](
        start=NOW - timedelta(days=1), end=NOW, rows=1_000, labelled=1_000, complete=True, money=money
    )
    measured = kinds["Performance"](metric="roc_auc", rows=1_000, value=0.75 - loss, interval=(0.6, 0.8), holdout=0.75)
    return kinds["Summary"](
        status="alarm" if alarm else "quiet",
        statement="",
        windows=[window],
        performance=measured,
        retrain=alarm,
        reasons=["worse"] if alarm else [],
    )


loaded_summary = loaded(tree(ROOT), "flights/monitoring/summary.py")


def version(module: ModuleType, days: float = 1, money: float | None = 8_000.0) -> Any:
    data = {"fitted_on": 500, "metrics": {"value_per_1000_rows": money}}
    return module.version_of(3, (NOW - timedelta(days=days)).isoformat(), data)


@pytest.mark.parametrize(
    ("alarm", "settings", "retrain"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"on_alarm": False}, False),
        (True, {"min_gain": 0.04}, True),
        (True, {"min_gain": 0.06}, False),
        (
            "performance",
            {"cost": 29_000.0},
            True,
        ),  # 1,000 less for each 1,000 rows, of which there are 30,000 in 30 days
        (True, {"cost": 31_000.0}, False),
        (False, {"every": "2 days"}, True),
        (False, {"every": "4 days"}, False),
        (True, {"every": "2 days", "cost": 31_000.0}, True),
        (False, {"new_labels": 250}, True),
        (False, {"new_labels": 251}, False),
    ],
)
def test_what_calls_for_a_new_model(alarm: bool, settings: dict[str, Any], retrain: bool, module: ModuleType) -> None:
    vars(module)["settings"].update(settings)
    decision = module.decide(summary(module, alarm), version(module, days=3), 750, NOW)
    assert decision.due == retrain
    assert bool(decision.reasons) == bool(decision.policies) >= retrain
    assert (decision.against is not None) == (bool(decision.policies) and not retrain)
    assert (decision.expected_gain, decision.expected_money) == (0.05, 30_000.0)


def test_what_is_not_known_weighs_nothing(module: ModuleType) -> None:
    vars(module)["settings"].update({"min_gain": 1.0, "cost": 1e9, "new_labels": 1})
    unknown = summary(module)
    unknown.performance = None
    unknown.windows[0].money = None
    decision = module.decide(unknown, version(module, money=None), None, NOW)
    assert (decision.due, decision.reasons) == (True, ["worse"])


def test_a_document_of_an_empty_log_does_not_change_with_the_day(module: ModuleType) -> None:
    """Age is a reason as of the last prediction, and of none it is not."""
    vars(module)["settings"].update({"every": "2 days"})
    assert not module.decide(summary(module, alarm=False), version(module, days=3), None, None).due
    assert module.decide(summary(module, alarm=False), version(module, days=3), None, NOW).policies == ["every"]


@pytest.mark.parametrize(
    ("settings", "labelled", "days", "rows", "due"),
    [
        ({"every": "30 days"}, None, 29.9, None, False),
        ({"every": "30 days"}, None, 30.0, None, True),
        ({"new_labels": 250}, 750, 0.0, 501, False),
        ({"new_labels": 250}, 751, 0.0, 501, True),
        ({"new_labels": 250}, 750, 0.0, None, True),  # whoever set the tag did not say: the version's own count
        ({"every": "30 days", "new_labels": 250}, 750, 1.0, 750, False),
    ],
)
def test_age_and_rows_count_from_the_last_attempt(
    settings: dict[str, Any], labelled: int | None, days: float, rows: int | None, due: bool, module: ModuleType
) -> None:
    """A model that the gate held is not fitted again at each call, although the version in production is old."""
    vars(module)["settings"].update(settings)
    tried = module.Attempt(NOW - timedelta(days=days), rows, "hold")
    decided = [
        module.decide(summary(module, alarm=False), version(module, days=90), labelled, NOW, attempt)
        for attempt in (tried, None)
    ]
    assert decided[0].due == due
    assert all("the last attempt" in reason for reason in decided[0].reasons)
    assert decided[1].due == ("every" in settings or labelled is not None)


def alarmed(module: ModuleType, *windows: int, kind: str = "performance") -> Any:
    """Return what monitoring says of ten windows of an hour each, with an alarm in those ``windows``."""
    kinds, found = vars(loaded_summary), summary(module)
    found.windows = [
        kinds["Window"](
            start=NOW + timedelta(hours=hour), end=NOW + timedelta(hours=hour + 1), rows=9, labelled=9, complete=True
        )
        for hour in range(10)
    ]
    found.alarms = [
        kinds["Alarm"](kind=kind, window=window, what="roc_auc", value=0.5, limit=0.6, text="worse")
        for window in windows
    ]
    return found


@pytest.mark.parametrize(
    ("alarms", "labelled", "due"),
    [
        ((3, 5), 600, False),  # those that the attempt knew
        ((3, 6), 500, False),  # one more, and the same rows: a model of them would be the same
        ((3, 6), 501, True),
        ((3, 6), None, True),
    ],
)
def test_an_alarm_is_answered_once(
    alarms: tuple[int, ...], labelled: int | None, due: bool, module: ModuleType
) -> None:
    tried = module.Attempt(NOW, 500, "hold", NOW + timedelta(hours=5))
    decision = module.decide(alarmed(module, *alarms), version(module), labelled, NOW, tried)
    assert (decision.due, decision.policies) == (due, ["on_alarm"])
    assert (decision.against or "").startswith("" if due else "answered by the retraining of 2024-05-31 (hold): ")
    assert module.decide(alarmed(module, *alarms), version(module), labelled, NOW).due
    # Of a version that was registered since, the log begins anew: whatever alarms is new.
    newer = module.Attempt(NOW, 500)
    assert module.decide(alarmed(module, *alarms), version(module), labelled, NOW, newer).due


def test_bad_data_since_does_not_reopen_an_alarm(module: ModuleType) -> None:
    tried = module.Attempt(NOW, 500, "hold", NOW + timedelta(hours=5))
    found = alarmed(module, 3)
    found.alarms += alarmed(module, 9, kind="data quality").alarms
    assert not module.decide(found, version(module), 600, NOW, tried).due


def test_where_no_version_is_in_production_the_same_rows_are_tried_once(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"tried": None, "labelled": 500}
    monkeypatch.setattr(module, "last_attempt", lambda _: known["tried"])
    monkeypatch.setattr(module, "labelled_rows", lambda: known["labelled"])
    registry = SimpleNamespace(version_in=lambda: None)
    assert module.decision_at(NOW, summary(module), registry).due
    known["tried"] = module.Attempt(NOW, 500, "refuse")
    decision = module.decision_at(NOW, summary(module), registry)
    assert (decision.due, decision.policies) == (False, ["first version"])
    assert "2024-05-31" in str(decision.against)
    known["labelled"] = 501
    assert module.decision_at(NOW, summary(module), registry).due


def test_attempts_are_tags_that_clones_have_and_gto_passes_over(
    rendered: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    run(folder, "git", "init", "-q")
    (folder / "a.txt").write_text("a")
    commit(folder, "Begin")
    monkeypatch.chdir(folder)
    attempts = loaded(rendered, "flights/release/attempts.py")
    registry = SimpleNamespace(name="flights", versions={}, version_in=lambda: 1, by_digest=lambda _: None)
    assert attempts.last_attempt(registry) is None
    package, verdict = {"digest": "d", "fitted_on": 500}, {"verdict": "hold", "reasons": ["within the noise"]}
    found = summary(attempts)
    names = [attempts.remember(registry, package | {"fitted_on": rows}, verdict, found) for rows in (400, 500)]
    assert len(set(names)) == 2
    run(tmp_path, "git", "clone", "-q", "here", "there")
    monkeypatch.chdir(tmp_path / "there")
    last = attempts.last_attempt(registry)
    assert (last.rows, last.verdict, last.window) == (500, "hold", found.windows[-1].start)
    assert "Nothing found" in run(tmp_path / "there", "gto", "show")
    version = attempts.Tag("flights@v9.0.0", "c", "w", (last.when + timedelta(seconds=1)).isoformat(), {"fitted_on": 7})
    registry.versions = {9: version}
    assert attempts.last_attempt(registry).rows == 7
    registry.versions = {}
    registry.by_digest = lambda _: 1
    attempts.remember(registry, package, verdict, found)
    assert "the same model" in run(tmp_path / "there", "git", "tag", "--list", "-n1", "flights-tried-*")


@pytest.mark.parametrize(
    "data",
    [{}, {"fitted_on": "many", "verdict": {}, "window": 3}, {"fitted_on": None, "window": "2024-05-31T00:00:00"}],
)
def test_a_tag_of_somebody_else_says_nothing_wrong(data: dict[str, Any], rendered: Tree) -> None:
    attempts = loaded(rendered, "flights/release/attempts.py")
    found = attempts.attempt_of(attempts.Tag("flights-tried-1", "c", "w", NOW.isoformat(), data))
    assert (found.when, found.rows, found.verdict) == (NOW, None, None)
    assert found.window in (None, NOW)


def test_a_project_without_payoffs_weighs_the_metric_alone() -> None:
    text = tree(PROJECTS / "weights")["weights/monitoring/retraining.py"]
    assert 'settings["cost"]' not in text
    assert 'settings["min_gain"]' in text


# Schedules


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 4 * * 1", ["Mon *-*-* 4:0:00"]),
        ("*/15 * * * *", ["*-*-* *:0/15:00"]),
        ("30 2 1,15 * *", ["*-*-1,15 2:30:00"]),
        ("30 2 * 1-6 1-5", ["Mon,Tue,Wed,Thu,Fri *-1..6-* 2:30:00"]),
        ("0 0-23/2 * */3 7", ["Sun *-1/3-* 0..23/2:0:00"]),
        ("0 5 1 * 1", ["*-*-1 5:0:00", "Mon *-*-* 5:0:00"]),
    ],
)
def test_systemd_has_the_moments_of_cron(cron: str, expected: list[str]) -> None:
    assert list(calendars(cron)) == expected
    if program := shutil.which("systemd-analyze"):
        for moment in expected:
            said = subprocess.run([program, "calendar", moment], capture_output=True, text=True, check=False)
            assert said.returncode == 0, said.stderr


@pytest.fixture(scope="module")
def schedule() -> Iterator[Tree]:
    """Yield the schedules of a project whose features have windows."""
    files = tree(ROOT, "+ci.cron='0 4 * * 1'", "+ci.crontab=true", "+ci.systemd=true")
    yield {path: text for path, text in files.items() if path.startswith("schedule/")}


def test_schedules_retrain_and_refresh_snapshots(schedule: Tree) -> None:
    jobs = [f"schedule/flights-{name}@.{kind}" for name in ("retrain", "snapshots") for kind in ("service", "timer")]
    assert sorted(schedule) == sorted(["schedule/crontab", *jobs])
    lines = [line for line in schedule["schedule/crontab"].splitlines() if line and not line.startswith("#")]
    path = 'cd "PROJECT" && export PATH="PROJECT/.venv/bin:$PATH" &&'
    assert lines == [
        f"0 4 * * 1 {path} flock .dvc python -m flights.release.retrain",
        f"5 * * * * {path} flock --nonblock --conflict-exit-code 0 .dvc "
        'sh -c "dvc repro snapshots && cp -r data/snapshots/. live/snapshots/"',
    ]
    assert "OnCalendar=Mon *-*-* 4:0:00\n" in schedule["schedule/flights-retrain@.timer"]
    assert "OnCalendar=*-*-* *:5:00\n" in schedule["schedule/flights-snapshots@.timer"]


def scheduled_commands(schedule: Tree, folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return what cron and systemd run for each job of the example in ``folder``."""
    found: dict[str, dict[str, list[str]]] = {"cron": {}, "systemd": {}}
    for name, module in (("retrain", "flights.release.retrain"), ("snapshots", "dvc repro snapshots")):
        lines = schedule["schedule/crontab"].replace("PROJECT", str(folder)).splitlines()
        (line,) = [line for line in lines if module in line and not line.startswith("#")]
        found["cron"][name] = ["/bin/sh", "-c", line.split(" ", 5)[5]]
        (started,) = re.findall(r"^ExecStart=(.*)$", schedule[f"schedule/flights-{name}@.service"], re.MULTILINE)
        found["systemd"][name] = shlex.split(started)
    return found


@pytest.mark.parametrize("kind", ["cron", "systemd"])
def test_jobs_take_turns(kind: str, schedule: Tree, tmp_path: Path) -> None:
    """A refresh is left out while a retraining runs, without failing; a retraining waits for the refresh to end."""
    if not shutil.which("flock"):
        pytest.skip("flock of util-linux is not installed")
    for folder in (".dvc", ".venv/bin", "data/snapshots", "live/snapshots"):
        (tmp_path / folder).mkdir(parents=True)
    for program in ("python", "dvc"):
        stub = tmp_path / ".venv/bin" / program
        wait = f"while [ ! -e {program}.end ]; do sleep 0.05; done"
        stub.write_text(f"#!/bin/sh\necho {program} begins >>said\n{wait}\necho {program} ends >>said\n")
        stub.chmod(0o755)
    commands = scheduled_commands(schedule, tmp_path)[kind]

    def begun(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(commands[name], cwd=tmp_path, env={"PATH": "/usr/bin:/bin"})

    def said() -> list[str]:
        return (tmp_path / "said").read_text().splitlines() if (tmp_path / "said").exists() else []

    def until(lines: list[str]) -> None:
        end = time.monotonic() + 30
        while said() != lines:
            assert time.monotonic() < end, said()
            time.sleep(0.05)

    retraining = begun("retrain")
    until(["python begins"])
    assert begun("snapshots").wait(30) == 0
    (tmp_path / "python.end").touch()
    assert retraining.wait(30) == 0
    assert said() == ["python begins", "python ends"]
    refresh = begun("snapshots")
    until(["python begins", "python ends", "dvc begins"])
    retraining = begun("retrain")
    time.sleep(0.3)
    assert len(said()) == 3
    (tmp_path / "dvc.end").touch()
    assert (refresh.wait(30), retraining.wait(30)) == (0, 0)
    assert said()[2:] == ["dvc begins", "dvc ends", "python begins", "python ends"]


def test_units_are_what_systemd_takes(schedule: Tree, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("systemd is not installed")
    for path, text in schedule.items():
        if "@" in path:
            (tmp_path / Path(path).name.replace("@", "@tmp")).write_text(text, encoding="utf-8")
    said = subprocess.run(
        [program, "verify", "--man=no", *map(str, sorted(tmp_path.glob("*.*")))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in said.stderr.splitlines() if str(tmp_path) in line] == []


def test_nothing_is_scheduled_unasked() -> None:
    assert not [path for path in tree(PROJECTS / "weights", "+ci.cron='0 4 * * 1'") if path.startswith("schedule/")]


MADE = ("collect", "process", "snapshots", "features", "train_baseline", "train_linear", "evaluate", "refit", "package")
NEXT = {"sent at": "2024-01-30 00:00:00", "depot": "日本", "select": "slow"}
"""A row that comes after all others of the parcels."""


@pytest.fixture
def scheduled(tmp_path: Path) -> Path:
    """Return the parcels, packaged and with schedules, the environment of the tests as theirs."""
    folder = start("parcels", tmp_path / "parcels")
    edit(folder / "conf/config.yaml", "[baseline, linear, lightgbm]", "[baseline, linear]")
    edit(folder / "conf/config.yaml", "  - backtest: replay\n", "  - ci: weekly\n")
    write({"conf/ci/weekly.yaml": "cron: '0 4 * * 1'\ncrontab: true\nsystemd: true\n"}, folder)
    run(folder, "ninefold", "generate")
    for stage in MADE:
        run(folder, "python", "-m", f"parcels.{module_of(stage)}")
    (folder / ".venv").symlink_to(Path(SCRIPTS).parent)
    return folder


def jobs(folder: Path) -> dict[str, list[str]]:
    """Return what cron and systemd run to refresh the snapshots, once it is installed as the files say."""
    (install,) = re.findall(r"^#.*(sed .*schedule/crontab)\)", (folder / "schedule/crontab").read_text(), re.MULTILINE)
    installed = run(folder, "sh", "-c", install)
    (line,) = [line for line in installed.splitlines() if "dvc repro snapshots" in line and not line.startswith("#")]
    unit = (folder / "schedule/parcels-snapshots@.service").read_text()
    (started,) = [row.partition("=")[2] for row in unit.splitlines() if row.startswith("ExecStart=")]
    return {"cron": ["/bin/sh", "-c", line.split(" ", 5)[5]], "systemd": shlex.split(started)}


@pytest.mark.slow
def test_scheduled_snapshots_reach_a_service_that_runs(scheduled: Path, tmp_path: Path) -> None:
    shutil.copytree(scheduled / "bundle/data", scheduled / "live")
    table = scheduled / "parcels.csv"
    with serving(scheduled, "--candidate", "--data", "live") as (client, _):
        row = client.get("/example.json").json() | NEXT | {"sent at": "2024-01-30 12:00:00"}

        def known() -> Any:
            assert client.post("/predict", json=row).status_code == 200
            files = sorted((scheduled / "logs").glob("predictions-*.jsonl"))
            lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
            return max(lines, key=lambda line: line["time"])["features"]["parcels_before"]

        def counted() -> int:
            rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
            return sum((found["depot"], found["select"]) == ("日本", "slow") for found in rows)

        first = known()
        assert first == counted()
        for number, (name, job) in enumerate(jobs(scheduled).items(), start=1):
            with table.open("a", encoding="utf-8", newline="") as file:
                file.write(f"{1_600 + number},{','.join(NEXT.values())},3,2.5,false,,,\n")
            folder = Path("/") if name == "cron" else scheduled  # systemd starts it in the project
            run(folder, *job, env={"PATH": "/usr/bin:/bin"})
            until = time.monotonic() + 20
            while known() != counted():
                assert time.monotonic() < until, (name, known(), counted())
                time.sleep(0.2)
        assert known() == first + 2


# The whole way


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, dict[str, str]]]:
    """Yield the shop, reproduced and with a remote, and why a place of its sources is not there."""
    top = tmp_path_factory.mktemp("retrain")
    with shop(top / "shop") as (made, missing):
        run(made.folder, "ninefold", "run", env=made.env)
        run(made.folder, "dvc", "remote", "add", "-q", "--default", "store", str(top / "store"))
        commit(made.folder, "Reproduce")
        run(made.folder, "dvc", "push", "-q")
        run(top, "git", "clone", "-q", "shop", "clone")
        clone = top / "clone"
        run(clone, "git", "config", "user.name", "Someone")
        run(clone, "git", "config", "user.email", "someone@example.com")
        yield Shop(clone, made.places, made.env), missing


@pytest.fixture(scope="module")
def retrained(reproduced: tuple[Shop, dict[str, str]]) -> tuple[Shop, dict[str, str], str, str]:
    """Retrain in a fresh clone, before and after rows were added to every source; return what was said both times."""
    made, missing = reproduced
    before = run(made.folder, "ninefold", "retrain", env=made.env)
    assert run(made.folder, "git", "status", "--porcelain") == ""
    run(made.folder, "dvc", "pull", "-q", "inputs/orders.dvc")
    made.add(FIRST, ADDED)
    run(made.folder, "dvc", "add", "-q", "inputs/orders")
    assert "inputs/orders.dvc" in run(made.folder, "ninefold", "retrain", env=made.env, fails=True)
    commit(made.folder, "More orders")
    return made, missing, before, run(made.folder, "ninefold", "retrain", env=made.env)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_rows_that_are_added_are_trained_on(place: str, retrained: tuple[Shop, dict[str, str], str, str]) -> None:
    """Every added row of the table has a key that came with it to each lookup: all its features are there."""
    made, missing, before, after = retrained
    if place in missing:
        pytest.skip(missing[place])
    assert ran(before) == ["probe"]
    assert ran(after)[:2] == ["probe", "collect"]
    # Asked once, so that what is committed and what is released are of the same rows.
    assert re.findall(r"^agents: (changed|nothing new)$", after, re.MULTILINE) == ["changed"]
    assert "train@lightgbm" in ran(after)
    rows = pq.read_table(made.folder / "data/tables/orders.parquet").num_rows
    assert rows == FIRST + ADDED
    parts = [pq.read_table(made.folder / f"data/{part}.parquet") for part in ("train", "holdout")]
    assert sum(part.num_rows for part in parts) == FIRST + ADDED
    if place in LOOKUPS:
        name, _ = LOOKUPS[place]
        assert sorted(value for part in parts for value in part[f"{name}_level"].to_pylist()) == sorted(
            float(level(row)) for row in range(FIRST + ADDED)
        )


@pytest.mark.slow
def test_a_retrained_version_is_proposed_and_committed(retrained: tuple[Shop, dict[str, str], str, str]) -> None:
    made, _, before, after = retrained
    assert "retraining is not due" in before
    assert f"{ADDED:,} rows were labelled since version 1" in after
    assert "version 2 is in production" in after
    assert run(made.folder, "git", "status", "--porcelain") == ""
    log = run(made.folder, "git", "log", "--format=%s %D").splitlines()
    assert [line.split(" ")[0] for line in log[:3]] == ["Verdict", "Retrain", "More"]
    assert "weights@v2.0.0" in log[1]
    lock = yaml.safe_load(run(made.folder, "git", "show", "weights@v2.0.0:dvc.lock"))
    here = yaml.safe_load((made.folder / "dvc.lock").read_text(encoding="utf-8"))
    assert lock["stages"]["collect"] == here["stages"]["collect"]


@pytest.mark.slow
def test_without_its_sources_nothing_is_retrained(retrained: tuple[Shop, dict[str, str], str, str]) -> None:
    made = retrained[0]
    said = run(made.folder, "ninefold", "retrain", "--now", env={**made.env, "SHOP": ""}, fails=True)
    assert "the source agents cannot be reached: SHOP is not set" in said
    assert "production is as it was" in said
    assert run(made.folder, "git", "status", "--porcelain") == ""


@pytest.mark.slow
def test_what_the_gate_held_is_not_tried_again(retrained: tuple[Shop, dict[str, str], str, str]) -> None:
    """Not here, and not in a clone; once as many rows are new as config asks for, it is."""
    made = retrained[0]
    edit(made.folder / "conf/release/gate.yaml", "min_gain: 0.0", "min_gain: 1000")
    made.add(FIRST + ADDED, ADDED)
    run(made.folder, "dvc", "add", "-q", "inputs/orders")
    run(made.folder, "ninefold", "generate")
    commit(made.folder, "More orders, and a gate that holds")
    said = run(made.folder, "ninefold", "retrain", env=made.env)
    assert f"{ADDED:,} rows were labelled since version 2" in said
    assert "no new version: hold: " in said
    assert run(made.folder, "git", "status", "--porcelain") == ""
    (tag,) = run(made.folder, "git", "tag", "--list", "weights-tried-*").split()
    assert tag
    run(made.folder.parent, "git", "clone", "-q", "clone", "another")
    for folder in (made.folder, made.folder.parent / "another"):
        said = run(folder, "ninefold", "retrain", env=made.env)
        assert "retraining is not due" in said
    made.add(FIRST + 2 * ADDED, ADDED)
    run(made.folder, "dvc", "add", "-q", "inputs/orders")
    commit(made.folder, "Still more orders")
    said = run(made.folder, "ninefold", "retrain", "--check", env=made.env)
    assert f"{ADDED:,} rows were labelled since the last attempt" in said
    assert "retraining is due" in said
