"""``ninefold adopt``: keep what an experiment tried."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, say
from generator.experiments.conf import adopted, differences, values
from generator.experiments.runs import UnknownRunError, conf_of, run_of
from generator.workspace.diff import read
from generator.workspace.write import create


def adopt(
    experiment: Annotated[str, typer.Argument(help="Its name, as in `dvc exp show`.", metavar="EXPERIMENT")],
    project: Folder = Path(),
) -> None:
    """Keep an experiment: write its options into the defaults list of conf/, its values into the files.

    Comments and layout are kept, and what else you changed in conf/ since. `dvc repro` then runs nothing that the
    experiment has run, but decides on the release, which an experiment never does.

    Examples: `ninefold adopt muggy-bits`, then `git diff conf/` and `dvc repro`.
    """
    try:
        run = run_of(project, experiment)
        with conf_of(project, experiment) as then:
            overrides = list(differences(values(project, draft=then), run.params))
    except UnknownRunError as error:
        raise typer.BadParameter(str(error)) from error
    texts = adopted(project, overrides)
    for path, text in texts.items():
        for line in _changed(path, read(project / path) or "", text):
            say(line)
    create(texts, project)
    if not texts:
        say(f"conf/ says what {experiment} was run with.")
    say("Next: `ninefold generate`, commit what it changes, then `dvc repro`, which decides on the release.")


def _changed(path: str, before: str, after: str) -> Iterator[str]:
    """Yield the lines of ``after`` that are new, each with its place, and those that are gone."""
    old, new = before.splitlines(), after.splitlines()
    for what, first, last, begin, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "delete":
            yield from (f"{path}:{begin + 1}: without {line.strip()}" for line in old[first:last])
        elif what != "equal":
            yield from (f"{path}:{place + 1}: {new[place].strip()}" for place in range(begin, end))
