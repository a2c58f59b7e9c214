"""Mistakes that people make, each an edit of one real project: the file, line and key that are told, and the remedy."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.config.compose import compose
from generator.errors import ConfigError, Problem
from generator.validation.check import check
from tests.sandbox import copy, edit


@dataclass(frozen=True)
class Mistake:
    """An edit of a file of conf/, and what is told of it: the line, the key, and words of the remedy."""

    file: str
    before: str
    after: str
    line: int
    key: str
    remedy: str

    @property
    def name(self) -> str:
        """Return the edit in short."""
        return f"{self.file}: {self.after.strip() or 'without ' + self.before.strip()}"


LIGHTGBM, LINEAR, SPLIT = "model/lightgbm.yaml", "model/linear.yaml", "split/by_time.yaml"
CONFIG, PROBLEM, DATA = "config.yaml", "problem/duration.yaml", "data/parcels.yaml"
FEATURES, METRICS, SERVICE = "features/parcels.yaml", "metrics/errors.yaml", "service/http.yaml"
GATE, DRIFT, DUCKDB, EXPLORE, TUNING = (
    "release/gate.yaml",
    "monitor/drift.yaml",
    "engine/duckdb.yaml",
    "explore/quick.yaml",
    "tuning/none.yaml",
)

# What YAML itself refuses is told first, since nothing can be said of what cannot be read.
YAML = (
    Mistake(LIGHTGBM, "  rounds: 200", "\trounds: 200", 4, "", "never with tabs"),
    Mistake(LIGHTGBM, "rounds: 200", "rounds:200", 4, "", "a colon and a space"),
    Mistake(LIGHTGBM, "  early_stopping", "   early_stopping", 5, "", "check indentation here"),
    Mistake(LIGHTGBM, "seed: 0}", "seed: 0", 6, "", "close every { and ["),
    Mistake(LIGHTGBM, "seed: 0}", "seed: 0, seed: 1}", 6, "model.lightgbm.params.seed", "already given in line 6"),
    Mistake(METRICS, "report: [mae, r2]", "report: [mae, r2", 4, "", "close every { and ["),
    Mistake(CONFIG, "title: How long", "title: Parcels: how long", 20, "", "put quotes around text that holds ': '"),
    Mistake(CONFIG, "  - split: by_time", "  split: by_time", 9, "", "check indentation"),
    Mistake(PROBLEM, "question: How", "question How", 3, "", "the colon in the line above"),
    Mistake(PROBLEM, "name: hours", 'name: "hours', 6, "", "a quote is opened"),
    Mistake(DATA, "  fragile: {type", "  depot: {type", 14, "data.columns.depot", "already given in line 10"),
    Mistake(DATA, "columns:\n  id", "columns:\n  - id", 9, "", "check indentation"),
    Mistake(SERVICE, "log: true", "log: *yes", 4, "", "quote text that begins with *"),
    Mistake(SERVICE, "log: true", "log: !yes", 4, "service.log", "quotes around text that begins with !"),
    Mistake(GATE, "min_gain: 0.0", "min_gain: 0.0\n---\nmin_gain: 1", 3, "", "check indentation"),
)  # fmt: skip

# A group or an option that is not there keeps the rest from being read as well.
CHOICES = (
    Mistake(CONFIG, "split: by_time", "split: by_tme", 9, "defaults.split", "did you mean 'by_time'?"),
    Mistake(CONFIG, "split: by_time", "splits: by_time", 9, "defaults.splits", "did you mean 'split'?"),
    Mistake(CONFIG, "- split: by_time", "- by_time", 9, "defaults", "`- split: by_time`"),
    Mistake(CONFIG, "lightgbm]", "lightgm]", 10, "defaults.model", "did you mean 'lightgbm'?"),
    Mistake(CONFIG, "  - split: by_time\n", "", 2, "split", "add `- split: <option>`"),
    Mistake(CONFIG, "[baseline, linear, lightgbm]", "[]", 2, "model", "add `- model: <option>`"),
    Mistake(CONFIG, "title: How long parcels take", "title: ${project.name}", 20, "project.title", "'project.package'"),
    Mistake(CONFIG, "title: How long parcels take", "title: ${project.title}", 20, "project.title", "write the value"),
    Mistake(GATE, "min_gain: 0.0", "min_gain: ???", 2, "release.min_gain", "in place of `???`"),
    Mistake(GATE, "min_gain: 0.0", "min_gain: ${oc.env:NO_GAIN}", 2, "release.min_gain", "a secret is named where"),
)

KEYS = (
    Mistake(LIGHTGBM, "num_leaves: 7", "num_leafs: 7", 6, "model.lightgbm.params.num_leafs", "'num_leaves'"),
    Mistake(LIGHTGBM, "rounds: 200", "n_estimators: 200", 4, "model.lightgbm.n_estimators", "rounds"),
    Mistake(LIGHTGBM, "  params:", "  parms:", 6, "model.lightgbm.parms", "did you mean 'params'?"),
    Mistake(LIGHTGBM, "rounds: 200", "num_leaves: 7", 4, "model.lightgbm.num_leaves", "known here: kind, rounds"),
    Mistake(LIGHTGBM, "rate: 0.1", "rate=0.1", 6, "model.lightgbm.params.'learning_rate=0.1'", "`learning_rate: 0.1`"),
    Mistake(LINEAR, "regularization", "C", 4, "model.linear.params.C", "regularization"),
    Mistake(LINEAR, "kind: linear", "kind: linear\n  rounds: 3", 4, "model.linear.rounds", "`kind: lightgbm` has it"),
    Mistake(SPLIT, "holdout: 0.25", "holdot: 0.25", 3, "split.holdot", "did you mean 'holdout'?"),
    Mistake(SPLIT, "holdout: 0.25", "seed: 3", 3, "split.seed", "`kind: random` has it"),
    Mistake(SPLIT, "kind: time\n", "", 2, "split.kind", "one of time, random"),
    Mistake(SPLIT, "kind: time", "split:\n  kind: time", 2, "split.split", "leave it out"),
    Mistake(METRICS, "primary: rmse", "metrics: {primary: rmse}", 2, "metrics.metrics", "leave it out"),
    Mistake(CONFIG, "  title", "  titel", 20, "project.titel", "did you mean 'title'?"),
    Mistake(CONFIG, "project:\n  package: parcels\n  title: How long parcels take", "", 2, "project", "package, title"),
    Mistake(PROBLEM, "task: regression\n", "", 2, "problem.task", "one of binary, multiclass, regression"),
    Mistake(DATA, "depot: {type: text}", "depot: {typ: text}", 10, "data.columns.depot.typ", "did you mean 'type'?"),
    Mistake(DATA, "table: parcels\n", "", 2, "data.table", "add `table:`"),
    Mistake(FEATURES, "lookup: couriers", "lokup: couriers", 8, "features.since.lokup", "did you mean 'lookup'?"),
    Mistake(FEATURES, ", by: courier}\nnotice", "}\nnotice", 8, "features.since.by", "add `by:`"),
    Mistake(FEATURES, "depot, over: 7 days", "depot", 12, "features.hours_before.over", "how far back"),
    Mistake(FEATURES, "{avg: hours", "{mean: hours", 12, "features.hours_before.mean", "the name here is avg"),
    Mistake(SERVICE, "port:", "prot:", 3, "service.prot", "did you mean 'port'?"),
    Mistake(TUNING, "kind: none", "kind: optuna\ntrails: 20", 3, "tuning.trails", "did you mean 'trials'?"),
    Mistake(DRIFT, "chunks: 50", "just words:", 4, "monitor.'just words'", "`key: value`"),
)

VALUES = (
    Mistake(LIGHTGBM, "kind: lightgbm", "kind: lightbgm", 3, "model.lightgbm.kind", "did you mean 'lightgbm'?"),
    Mistake(LIGHTGBM, "kind: lightgbm", "kind: xgboost", 3, "model.lightgbm.kind", "allowed: baseline, linear"),
    Mistake(LIGHTGBM, "rounds: 200", "rounds: '200'", 4, "model.lightgbm.rounds", "without quotes"),
    Mistake(LIGHTGBM, "rounds: 200", "rounds: 2.5", 4, "model.lightgbm.rounds", "a whole number"),
    Mistake(LIGHTGBM, "{num_leaves: 7", "[{num_leaves: 7", 6, "", "close every"),
    Mistake(
        LINEAR, "regularization: 1.0", "regularization: -1", 4, "model.linear.params.regularization", "more than 0"
    ),
    Mistake(
        LINEAR, "{regularization: 1.0, max_iter: 2000, min_count: 5}", "[1.0]", 4, "model.linear.params", "keys and"
    ),
    Mistake(SPLIT, "holdout: 0.25", "holdout: 25%", 3, "split.holdout", "write it as 0.25"),
    Mistake(SPLIT, "holdout: 0.25", "holdout: 25", 3, "split.holdout", "less than 0.9"),
    Mistake(SPLIT, "holdout: 0.25", "holdout_from: 01.10.2023", 3, "split.holdout_from", "2013-10-01"),
    Mistake(CONFIG, "package: parcels", "package: my-parcels", 19, "project.package", "small letters"),
    Mistake(CONFIG, "package: parcels", "package: class", 19, "project.package", "another name"),
    Mistake(PROBLEM, "use: predictive", "use: Predictive", 3, "problem.use", "did you mean 'predictive'?"),
    Mistake(PROBLEM, "use: predictive", "use: prescriptive", 3, "problem.use", "add `decision:`"),
    Mistake(PROBLEM, "regression", "classification", 4, "problem.task", "did you mean 'binary'?"),
    Mistake(PROBLEM, "30 minutes", "30 min", 8, "problem.decide_before", "'90 minutes'"),
    Mistake(PROBLEM, "3 days", "3", 9, "problem.label_after", "'3 hours'"),
    Mistake(PROBLEM, "How many hours will a parcel take?", "", 2, "problem.question", "write it after the colon"),
    Mistake(PROBLEM, "target:\n  name: hours\n  sql: hours", "target: hours", 5, "problem.target", "keys and values"),
    Mistake(
        DATA, "depot: {type: text}", "depot: {type: string}", 10, "data.columns.depot.type", "did you mean 'text'?"
    ),
    Mistake(DATA, "depot: {type: text}", "depot: text", 10, "data.columns.depot", "keys and values, of: role, type"),
    Mistake(DATA, "role: key", "role: id", 8, "data.columns.id.role", "did you mean 'key'?"),
    Mistake(DATA, "key: [courier]", "key: courier", 4, "data.sources.couriers.key", "write a list: [courier]"),
    Mistake(DATA, "{path: parcels.csv}", "parcels.csv", 3, "data.sources.parcels", "of: path, python"),
    Mistake(DATA, "4 days", "4days", 16, "data.columns.damaged.known_after", "'7 days'"),
    Mistake(FEATURES, "over: 7 days", "over: 7d", 12, "features.hours_before.over", "'7 days'"),
    Mistake(
        FEATURES, "depot: depot\n", "depot: {sql: depot, encode: onehot}\n", 2, "features.depot.encode", "'one_hot'"
    ),
    Mistake(METRICS, "primary: rmse", "primary: RMSE", 2, "metrics.primary", "did you mean 'rmse'?"),
    Mistake(METRICS, "primary: rmse", "primary: [rmse]", 2, "metrics.primary", "write a text"),
    Mistake(METRICS, "report: [mae, r2]", "report: mae", 3, "metrics.report", "write a list: [mae]"),
    Mistake(METRICS, "confidence: 0.9", "confidence: 90", 6, "metrics.bootstrap.confidence", "less than 1"),
    Mistake(DUCKDB, "1GB", "1 gigabyte", 3, "engine.memory_limit", "4GB"),
    Mistake(SERVICE, "log: true", "log: 'yes'", 4, "service.log", "true or false"),
    Mistake(EXPLORE, "nonlinear", "non_linear", 3, "explore.hypotheses.1", "did you mean 'nonlinear'?"),
)

MEANINGS = (
    Mistake(PROBLEM, "sql: hours", "sql: hour", 7, "problem.target.sql", "did you mean 'hours'?"),
    Mistake(PROBLEM, "sql: hours", "sql: depot", 7, "problem.target.sql", "TRY_CAST(x AS DOUBLE)"),
    Mistake(DATA, "table: parcels", "table: parcel", 6, "data.table", "did you mean 'parcels'?"),
    Mistake(DATA, "key: [courier]", "key: [id]", 4, "data.sources.couriers.key.0", "known here: courier, since"),
    Mistake(DATA, "known_at: posted", "known_at: hours", 5, "data.sources.notices.known_at", "known here: posted"),
    Mistake(FEATURES, "depot: depot\n", "depot: depto\n", 2, "features.depot", "did you mean 'depot'?"),
    Mistake(FEATURES, "fragile: fragile", "fragile: fragil", 5, "features.fragile", "did you mean 'fragile'?"),
    Mistake(FEATURES, 'hour("sent at")\n', "hour(sent at)\n", 6, "features.hour", 'quote the name: "sent at"'),
    Mistake(FEATURES, 'hour("sent at")\n', 'hours("sent at")\n', 6, "features.hour", "did you mean 'hour'?"),
    Mistake(FEATURES, 'hour("sent at")\n', 'hour("sent at"\n', 6, "features.hour", "close every ("),
    Mistake(FEATURES, "hour: hour(", "soon: hours - hour(", 6, "features.soon", "`role: input`, `key` or `time`"),
    Mistake(FEATURES, "hour: hour(", "mean: avg(weight) + hour(", 6, "features.mean", "one row"),
    Mistake(FEATURES, "weight: weight\n", "weight: weight +\n", 4, "features.weight", "a value on both sides"),
    Mistake(FEATURES, "couriers.since", "courier.since", 8, "features.since.lookup", "did you mean 'couriers'?"),
    Mistake(FEATURES, "couriers.since", "couriers.sinc", 8, "features.since.lookup", "did you mean 'since'?"),
    Mistake(FEATURES, "since, by: courier", "since, by: depot", 8, "features.since.by", "CAST(x AS BIGINT)"),
    Mistake(FEATURES, "vans.age", "van.age", 7, "features.van_age.python", "did you mean 'vans'?"),
    Mistake(FEATURES, "vans.age", "vans.ages", 7, "features.van_age.python", "did you mean 'age'?"),
    Mistake(FEATURES, "every: 12 hours", "every: 7 hours", 13, "features.weight_before.over", "a part of `over:`"),
    Mistake(FEATURES, "lag: 4 days", "lag: 1 day", 18, "features.latest_done.lag", "leave `lag:` out"),
    Mistake(FEATURES, "{sum: scanned", "{sum: depot", 14, "features.scans_today.sum", "TRY_CAST(x AS DOUBLE)"),
    Mistake(FEATURES, "fragile: fragile", "Weight: weight", 5, "features.Weight", "rename one of the two"),
    Mistake(FEATURES, "fragile: fragile", "a: b + 1\nb: a + 1", 5, "features.a", "from columns alone"),
    Mistake(METRICS, "primary: rmse", "primary: roc_auc", 2, "metrics.primary", "allowed: rmse, mae, r2"),
    Mistake(METRICS, "slices: [depot]", "slices: [depots]", 4, "metrics.slices.0", "did you mean 'depot'?"),
)

ALL = (*YAML, *CHOICES, *KEYS, *VALUES, *MEANINGS)


def told(project: Path) -> tuple[Problem, ...]:
    """Return the problems that the config of ``project`` has."""
    try:
        check(compose(project / "conf"))
    except ConfigError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("mistake", ALL, ids=[mistake.name for mistake in ALL])
def test_a_mistake_is_told_where_it_is_with_its_remedy(mistake: Mistake, tmp_path: Path) -> None:
    project = copy("parcels", tmp_path / "parcels")
    edit(project / "conf" / mistake.file, mistake.before, mistake.after)
    first, *others = told(project)
    assert (first.file, first.line, first.path) == (f"conf/{mistake.file}", mistake.line, mistake.key)
    assert mistake.remedy in first.hint
    assert not others


def test_the_project_has_none_and_there_are_many() -> None:
    assert told(Path(__file__).parent / "projects/parcels") == ()
    assert len(set(ALL)) == len(ALL) > 100


def test_one_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    """Of values and of keys; each is told as it is alone, in the order of files and lines."""
    project = copy("parcels", tmp_path / "parcels")
    chosen = {mistake.file: mistake for mistake in (*VALUES, *KEYS) if mistake.key}
    for mistake in chosen.values():
        edit(project / "conf" / mistake.file, mistake.before, mistake.after)
    found = [(problem.file, problem.line, problem.path) for problem in told(project)]
    assert found == sorted((f"conf/{mistake.file}", mistake.line, mistake.key) for mistake in chosen.values())
    assert len(found) == 13


def test_a_column_that_is_not_declared_is_told_wherever_it_is_used(tmp_path: Path) -> None:
    project = copy("parcels", tmp_path / "parcels")
    edit(project / "conf" / DATA, "  depot: {type: text}\n", "")
    problems = told(project)
    assert [problem.path for problem in problems][:2] == ["features.depot", "features.notice.by"]
    assert all("column 'depot'" in problem.what for problem in problems)
    assert all("data.columns" in problem.hint for problem in problems if problem.file.endswith("features/parcels.yaml"))


def test_what_windows_writes_is_no_mistake(tmp_path: Path) -> None:
    project = copy("parcels", tmp_path / "parcels")
    for file in (project / "conf").rglob("*.yaml"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert told(project) == ()


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    project = copy("parcels", tmp_path / "parcels")
    (project / "conf" / METRICS).write_bytes("# für\nprimary: rmse\n".encode("latin-1"))
    (problem,) = told(project)
    assert (problem.file, problem.line) == ("conf/metrics/errors.yaml", 1)
    assert "UTF-8" in problem.hint


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    project = copy("parcels", tmp_path / "parcels")
    shutil.rmtree(project / "conf/metrics")
    (problem,) = told(project)
    assert (problem.file, problem.line, problem.path) == ("conf/config.yaml", 6, "defaults.metrics")


def test_a_candidate_without_its_name(tmp_path: Path) -> None:
    project = copy("parcels", tmp_path / "parcels")
    edit(project / "conf/model/baseline.yaml", "baseline:\n  kind: baseline", "kind: baseline")
    (problem,) = told(project)
    assert (problem.line, problem.path) == (2, "model.kind")
    assert "stands under a name of its own" in problem.hint
