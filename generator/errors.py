"""What a user can get wrong, and how it is reported: every problem at once, each with its file, line and remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a config: where it stands, what is wrong, and what to do about it.

    ``line`` is 1-based; 0 means the problem has no line (an override on the command line, a missing file).
    """

    file: str
    line: int
    path: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        head = ": ".join(part for part in (place, self.path, self.what) if part)
        return f"{head}\n    {self.hint}" if self.hint else head


class ConfigError(Exception):
    """The config cannot be rendered; ``problems`` says why, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class MergeConflictError(Exception):
    """Files that were edited by hand and that the new render changes in the same place; nothing was written."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = tuple(paths)
        super().__init__("conflicts in " + ", ".join(self.paths))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that ``name`` is most likely meant to be, or None."""
    spelt = {item.lower(): item for item in known}
    near = get_close_matches(name.lower(), spelt, n=1, cutoff=0.6)
    return spelt[near[0]] if near else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint for the misspelt ``name``: the nearest of the ``known`` names, or all of them."""
    names = [str(item) for item in known]
    near = nearest(name, names)
    if near:
        return f"did you mean '{near}'?"
    return f"known here: {', '.join(names)}" if names else ""


def excerpt(value: object) -> str:
    """Return ``value`` on one line of at most 60 characters, for use in a message."""
    line = "".join(char if char.isprintable() else repr(char)[1:-1] for char in " ".join(str(value).split()))
    return line if len(line) <= 60 else f"{line[:57]}..."
