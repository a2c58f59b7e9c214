"""Retrain where that is due: ask the sources, decide, reproduce, commit; what passes the gate becomes a version.

Nothing is done in a working tree that a version cannot be made of. What fails leaves the last commit, the registry and
production as they were.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime

import msgspec

from flights.common.outputs import read_json
from flights.monitoring.retraining import BRIEF, decision_at
from flights.monitoring.summary import SUMMARY, Summary
from flights.release.attempts import remember
from flights.release.lineage import PACKAGE, RELEASE, blocked, obstacle
from flights.release.tags import GitError, author, git, uncommitted
from flights.release.versions import PRODUCTION, VERSIONS, Registry, point, read_registry

CHANGED = ("dvc.lock", "reports")  # what git keeps of what the stages write
THEN = "then retrain"


class RetrainError(Exception):
    """A step fails; the message says which, and what is left."""


def dvc(*arguments: str, known: bool = False) -> str:
    """Run DVC and return what it prints where it is asked for a list; raise RetrainError where it fails.

    Sources elsewhere have to be reached, and are asked unless they are ``known``.
    """
    listing = arguments[:2] == ("remote", "list")
    asking = {"SOURCES_REQUIRED": "1", **({"SOURCES_KNOWN": "1"} if known else {})}
    command, environment = [sys.executable, "-m", "dvc", *arguments], {**os.environ, **asking}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE if listing else None, text=True, check=False)
    if done.returncode:
        raise RetrainError(f"`dvc {' '.join(arguments)}` failed, and production is as it was: see above")
    return done.stdout or ""


def commit(subject: str, reasons: list[str]) -> None:
    """Commit what the stages have written, where git keeps that, and nothing else."""
    if uncommitted(CHANGED):
        git("add", "--", *CHANGED)
        git(*author(), "commit", "--quiet", "--message", subject, "--message", "\n".join(reasons), "--", *CHANGED)


def retrain(reasons: list[str], options: tuple[str, ...]) -> None:
    """Fit, evaluate and package a model on all rows there are, commit that, and let the gate decide on it.

    Rows that come meanwhile are for the next time: what is committed and what is released are of the same rows.
    """
    dvc("repro", *options, "package", known=True)
    commit("Retrain", reasons)  # a version is made of a commit, which has the digests of its data
    dvc("repro", *options, known=True)
    summary = read_json(RELEASE)
    commit(f"Verdict on the retrained model: {summary['verdict']}", summary["reasons"])


def announce(before: Registry, after: Registry, watched: Summary, shared: bool) -> None:
    """Say what came of it, and what to type next; where production is as it was, remember what was tried, and ``watched`` before."""
    summary = read_json(RELEASE)
    if summary["todo"]:
        raise RetrainError(f"not registered: {summary['todo']}")
    if before.version_in(PRODUCTION) == after.version_in(PRODUCTION):
        remember(after, read_json(PACKAGE), summary, watched)
    new = sorted(after.versions.keys() - before.versions.keys())
    if not new:
        same = after.by_digest(read_json(PACKAGE)["digest"])
        again = f"this is version {same} again, of the same rows and settings"
        verdict = f"{summary['verdict']}: {'; '.join(summary['reasons'])}"
        print(f"no new version: {again if same else verdict}")
        print("so that no clone tries it again: git push --follow-tags")
        return
    (number,) = new
    if number == after.version_in(PRODUCTION):
        print(f"version {number} is in production: services that follow it take it now")
    else:
        print(
            f"version {number} is in staging: `python -m flights.release.registry promote {number}` puts it into production"
        )
    print(f"to share it: {'' if shared else '`dvc push` and '}`git push --follow-tags`")


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.release.retrain", description="Retrain where that is due.")
    parser.add_argument("--now", action="store_true", help="whether it is due or not")
    parser.add_argument("--check", action="store_true", help="say whether it is due, and do nothing else")
    given = parser.parse_args()
    try:
        if reason := obstacle(THEN):
            raise RetrainError(reason)
        remote = bool(dvc("remote", "list").strip())
        options = ("--pull", "--allow-missing") if remote else ()
        if remote:
            dvc("pull", "--quiet", "--allow-missing", str(VERSIONS), str(BRIEF))
        before = read_registry()
        point(before)
        if reason := blocked(before, THEN):
            raise RetrainError(reason)
        dvc("repro", *options, "define")  # with all that it reads: rows that came since are counted
        dvc("repro", *options, "--single-item", "monitor")
        watched = msgspec.json.decode(SUMMARY.read_bytes(), type=Summary)
        decision = decision_at(datetime.now(UTC), watched, before)
        for words in (*decision.reasons, *([decision.against] if decision.against else [])):
            print(words)
        if given.check or not (decision.due or given.now):
            print(f"retraining is {'' if decision.due else 'not '}due")
            return
        retrain(decision.reasons or ["asked for"], options)
        if remote:
            dvc("push", "--quiet")
        announce(before, read_registry(), watched, remote)
    except (RetrainError, GitError) as error:
        sys.exit(f"retrain: {error}")


if __name__ == "__main__":
    main()
