"""Compare the models of an untouched project with what other libraries fit: `python benchmarks/quality.py run`.

Each table of tests/datasets.py is split once, 75 to 25: the last rows in time where it has an order, at random where it
has none. All contestants learn from the same rows, and are scored on the same other ones:

  Ninefold               `ninefold new` on the rows to learn from, `dvc repro` untouched; the bundle scores the others
  HistGradientBoosting   scikit-learn's, with its defaults and categories as such
  LightGBM               with its defaults, stopped early by a fifth of the rows
  FLAML                  a search of 60 seconds
  AutoGluon              its medium preset, whatever that fits

The scores are ROC-AUC of two classes, log loss of more, RMSE of numbers; errors and differences are those of 500
resamples of the held-out rows. FLAML and AutoGluon take hours, so their figures are kept with their date in
benchmarks/quality.json; `--peers` measures them anew, in an environment of their own in build/quality/. Everything that
is measured is kept in build/quality/ at once: a run that is stopped goes on where it was.

  python benchmarks/quality.py tables                       which tables there are
  python benchmarks/quality.py run                          what is not measured yet, then the report
  python benchmarks/quality.py run hotels --again Ninefold  one table, ours measured anew
  python benchmarks/quality.py run --peers                  FLAML and AutoGluon too, for hours; then keep their figures
  python benchmarks/quality.py report --json out.json       what is measured until now
"""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from contest import ours, tables  # noqa: E402
from contest.report import Entry, as_data, as_text  # noqa: E402
from contest.scores import resampled, score  # noqa: E402

CACHE = ROOT / "build/quality"
ENVIRONMENT = CACHE / "environment"
REQUIREMENTS = Path(__file__).parent / "requirements-quality.txt"
KEPT = Path(__file__).parent / "quality.json"
CONTESTANT = Path(__file__).parent / "contest/contestant.py"
OURS = "Ninefold"
HERE = ("HistGradientBoosting", "LightGBM")
PEERS = ("FLAML", "AutoGluon")
ALL = (OURS, *HERE, *PEERS)
ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def measure(table: tables.Table, name: str, python: str) -> None:
    """Let ``name`` predict ``table``, and keep what it said and what that took."""
    if name == OURS:
        facts = ours.predict(table)
    else:
        command = [python if name in PEERS else sys.executable, str(CONTESTANT), name, str(table.path)]
        done = subprocess.run(command, env=os.environ | ALONE, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ours.FailedError(done.stderr[-ours.ENDING :])
        facts = json.loads((table.path / f"{name}.json").read_text(encoding="utf-8"))
    facts["date"] = datetime.now(UTC).date().isoformat()
    (table.path / f"{name}.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def run(given: Namespace) -> None:
    """Measure what is not measured yet, and print the report."""
    names = [name for name in given.only or ALL if name not in PEERS or given.peers]
    python = given.python or (install() if given.peers else sys.executable)
    for title in given.tables or tables.NAMES:
        table = tables.table(title, CACHE)
        for name in names:
            if (table.path / f"{name}.json").exists() and name not in given.again:
                continue
            print(f"{datetime.now(UTC):%H:%M:%S} {title}: {name}", file=sys.stderr, flush=True)
            try:
                measure(table, name, python)
            except ours.FailedError as error:
                print(f"{title}: {name} failed\n{error}", file=sys.stderr, flush=True)
            if name in PEERS:
                keep()
    report(given)


def install() -> str:
    """Make the environment of FLAML and AutoGluon unless it is there, and return its interpreter."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)], check=True)
    return str(python)


def entries(table: tables.Table) -> dict[str, Entry]:
    """Return what each contestant reached on ``table``, with what is kept of those that are not measured here."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")).get(table.name, {}) if KEPT.exists() else {}
    found = {}
    for name in ALL:
        if (table.path / f"{name}.json").exists():
            facts = json.loads((table.path / f"{name}.json").read_text(encoding="utf-8"))
            found[name] = entry(table, np.load(table.path / f"{name}.npy"), facts)
        elif kept.get("digest") == table.digest and name in kept["peers"]:
            found[name] = Entry(**kept["peers"][name], resamples=None)
    return found


def entry(table: tables.Table, said: np.ndarray, facts: dict[str, Any]) -> Entry:
    """Return how good it is what was ``said`` of the held-out rows of ``table``."""
    drawn = resampled(table.metric, table.truth, said)
    value = score(table.metric, table.truth, said)
    return Entry(value=value, error=float(drawn.std()), facts=facts, resamples=drawn)


def keep() -> None:
    """Write down what FLAML and AutoGluon reached on each table."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for name in tables.NAMES:
        if (CACHE / name / "table.json").exists():
            table = tables.table(name, CACHE)
            found = {peer: one for peer, one in entries(table).items() if peer in PEERS}
            peers = {peer: {"value": one.value, "error": one.error, "facts": one.facts} for peer, one in found.items()}
            kept[name] = {"metric": table.metric, "digest": table.digest, "peers": peers}
    KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def report(given: Namespace) -> None:
    """Print what is measured until now."""
    chosen = [name for name in given.tables or tables.NAMES if (CACHE / name / "table.json").exists()]
    found = [(table, entries(table)) for table in (tables.table(name, CACHE) for name in chosen)]
    print(as_text([(table, some) for table, some in found if some], ALL))
    if given.json:
        given.json.write_text(json.dumps(as_data(found, OURS), indent=1) + "\n", encoding="utf-8")


def chosen(names: str) -> tuple[str, ...]:
    """Return the contestants in a list with commas; raises :class:`ArgumentTypeError` for what is none."""
    found = tuple(names.split(","))
    if unknown := set(found) - set(ALL):
        raise ArgumentTypeError(f"no contestant {', '.join(sorted(unknown))}: there are {', '.join(ALL)}")
    return found


def show(given: Namespace) -> None:
    """Print which tables there are."""
    for name in given.tables or tables.NAMES:
        one = tables.table(name, CACHE)
        size = f"{one.rows:>7,} + {one.holdout:>6,} rows, {one.columns:>5,} columns"
        print(f"{name:12} {one.task:10} {size}, split {f'by {one.time}' if one.time else 'at random'}: {one.hard}")


COMMANDS = {
    "run": (run, "measure what is not measured yet, then print the report"),
    "report": (report, "print what is measured until now"),
    "tables": (show, "print which tables there are"),
}


def parser() -> ArgumentParser:
    """Return what reads the command line."""
    found = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    commands = found.add_subparsers(required=True, metavar="COMMAND")
    for name, (command, what) in COMMANDS.items():
        one = commands.add_parser(name, help=what, description=what)
        one.set_defaults(command=command)
        one.add_argument("tables", nargs="*", metavar="TABLE", help="the tables; all by default")
        if command is not show:
            one.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
        if command is run:
            these = {"type": chosen, "metavar": "NAMES"}
            one.add_argument("--only", **these, help="these contestants alone, as in Ninefold,LightGBM")
            one.add_argument("--again", **these, default=(), help="measure these though they are measured")
            one.add_argument("--peers", action="store_true", help="measure FLAML and AutoGluon, and keep their figures")
            one.add_argument("--python", metavar="FILE", help="the interpreter of an environment that has both")
    return found


def main() -> None:
    """Do what is asked for."""
    reader = parser()
    given = reader.parse_args()
    if unknown := set(given.tables) - set(tables.NAMES):
        reader.error(f"no table {', '.join(sorted(unknown))}: there are {', '.join(tables.NAMES)}")
    given.command(given)


if __name__ == "__main__":
    main()
