"""Annotated git tags in the format of GTO, `flights@v1.0.0` and `flights#production#1`, with data in their messages."""

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ARTIFACT = "flights"
FIELDS = ("refname:strip=2", "objectname", "*objectname", "taggername", "creatordate:iso-strict", "contents")
NOBODY = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
"""Who sets a tag where git knows no name."""


class GitError(Exception):
    """Git does not do what it is asked to; the message is its own."""


@dataclass(frozen=True)
class Tag:
    """A tag: the commit it stands at, who set it and when, and the data in its message."""

    name: str
    commit: str
    who: str
    when: str
    data: dict[str, Any]


def home() -> Path:
    """Return the project: a temporary experiment of DVC runs below .dvc/ of it, in a repository that has no tags."""
    here = Path.cwd()
    return next((folder.parent for folder in here.parents if folder.name == ".dvc"), here)


def git(*arguments: str, text: str | None = None) -> str:
    """Return what git prints, which reads ``text``; raise GitError where it fails."""
    options: dict[str, Any] = {"capture_output": True, "encoding": "utf-8", "errors": "replace", "check": False}
    try:
        done = subprocess.run(["git", *arguments], cwd=home(), input=text, **options)
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    if done.returncode:
        raise GitError(done.stderr.strip().removeprefix("fatal: ").partition("\n")[0])
    return str(done.stdout)


def artifact() -> str:
    """Return what the bundle is called in tags: its folder stands before its name where that is a part of the repository."""
    folder = re.sub("[^A-Za-z0-9_/-]+", "-", git("rev-parse", "--show-prefix").strip("\n/"))
    return f"{folder}={ARTIFACT}" if folder else ARTIFACT


def read_tags(name: str, kinds: tuple[str, ...] = ("@", "#")) -> list[Tag]:
    """Return the tags of the artifact ``name``: of its versions and stages, or of other ``kinds``, as their names go on."""
    form = "".join(f"%({field})%00" for field in FIELDS)
    printed = git("for-each-ref", f"--format={form}", *(f"refs/tags/{name}{kind}*" for kind in kinds)).split("\0")
    found = zip(*[iter(printed[:-1])] * len(FIELDS), strict=True)
    return [
        Tag(tag.lstrip("\n"), commit or itself, who, when, data_in(message))
        for tag, itself, commit, who, when, message in found
    ]


def data_in(message: str) -> dict[str, Any]:
    """Return the JSON below the first line of a message; none where somebody else has set the tag."""
    try:
        found = json.loads(message.partition("\n\n")[2])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_tag(name: str, commit: str, subject: str, data: dict[str, Any]) -> None:
    """Set the tag ``name`` at ``commit``, with ``data`` below the line ``subject`` of its message."""
    text = f"{subject}\n\n{json.dumps(data, indent=2, ensure_ascii=False)}\n"
    git(*author(), "tag", "--annotate", "--cleanup=verbatim", "--file=-", name, commit, text=text)


def author() -> tuple[str, ...]:
    """Return the options that git needs to set a tag: none where it knows who does."""
    try:
        git("var", "GIT_COMMITTER_IDENT")
    except GitError:
        return NOBODY
    return ()


def head() -> str:
    """Return the commit that is checked out."""
    return git("rev-parse", "--verify", "HEAD").strip()


def uncommitted(paths: Iterable[str]) -> list[str]:
    """Return the files at or below ``paths`` that are not as the commit has them, new ones among them."""
    options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all")
    printed = git("--no-optional-locks", "--literal-pathspecs", "status", *options, "--", *paths)
    before = git("rev-parse", "--show-prefix").strip("\n")
    return [line[3:].removeprefix(before) for line in printed.split("\0") if line]
