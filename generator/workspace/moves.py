"""Where the modules of a rendered package were before 0.1.0, when they lay in one folder: edits follow them."""

import re
from collections.abc import Iterator, Mapping

FOLDERS: Mapping[str, str] = {
    "common": "counts digests engine outputs progress rounding settings stage=guard",
    "problem": "define labels",
    "data": "collect database flat lines merged paths prepare process readers records unpack utf8 workbook",
    "exploration": "explore verdicts=exploration/judgement data_warnings=exploration/suspicions",
    "features": "audit calls columns comparison encoders encoding features functions latest lookup_tables=keyed "
    "snapshots split=parts",
    "models": "background=usual candidates refit scoring",
    "evaluation": "caveats=doubts curves decision evaluate metric_columns=scored metrics payoff reference",
    "service": "responses=service/answers validation=service/door window_aggregates=service/past",
    "service/models": "contributions=service/models/moves",
    "packaging": "bundles contract fitted_rows=unseen live_service=serving package parity",
    "release": "gate registry release",
    "monitoring": "calibration drift logs monitor performance",
    "report": "charts report",
    "report/templates": "style=page",
}
"""For each folder the modules and folders that came into it; with what they were, where that is another name."""

FLAT = "settings.py"
"""A module of every package that lies in one folder."""

TRAIN = "train_"
"""What the names of the modules begin with that fit candidates; the rest is the user's."""


def _pairs() -> Iterator[tuple[str, str]]:
    for folder, names in FOLDERS.items():
        for name in names.split():
            now, _, before = name.partition("=")
            yield before or now, f"{folder}/{now}"


NOW = dict(_pairs())
"""Where each is, by where it was, without the ending of its name."""

BEFORE = {now: before for before, now in NOW.items()}


def former(path: str) -> str:
    """Return where the file at ``path`` of a package, as in data/collect.py, was before; itself where it stayed."""
    if path.startswith(f"models/{TRAIN}"):
        return path.removeprefix("models/")
    head = next((head for head in _heads(path) if head in BEFORE), None)
    return path if head is None else BEFORE[head] + path.removeprefix(head)


def current(path: str) -> str:
    """Return where the file that was at ``path`` of a package is now; itself where it stayed."""
    if path.startswith(TRAIN):
        return f"models/{path}"
    head = next((head for head in _heads(path) if head in NOW), None)
    return path if head is None else NOW[head] + path.removeprefix(head)


def relocated(text: str, package: str) -> str:
    """Return ``text`` of a user's with the modules and files of ``package`` named as they are now."""
    names = "|".join([*sorted(map(re.escape, NOW), key=len, reverse=True), rf"{TRAIN}\w+"])
    name, start = re.escape(package), r"(?<![\w./])"
    for joint in (r"\.", "/"):
        modules = names.replace("/", joint)
        pattern = rf"{start}({name}{joint})({modules})\b(?![\w-])"
        text = re.sub(pattern, _renamed, text)
    relative = rf"(?m)^(\s*from \.)({names.replace('/', r'[.]')})(?= import )"
    text = re.sub(relative, _renamed, text)
    lines = rf"(?m)^([ ]*)from (\.|{name}) import (\w+(?: as \w+)?(?:, \w+(?: as \w+)?)*)$"
    return re.sub(lines, _split, text)


def _heads(path: str) -> Iterator[str]:
    """Yield the beginnings of ``path`` that end with a name, the longest first."""
    parts = re.split(r"(?=[/.])", path)
    yield from ("".join(parts[:count]) for count in range(len(parts), 0, -1))


def _renamed(found: re.Match[str]) -> str:
    """Return what ``found`` names, by its name now; what is named so already stays."""
    joint, old = found[1][-1], found[2].replace(".", "/")
    follows = re.match(r"[./](\w+)", found.string[found.end() :])
    if follows and f"{old}/{follows[1]}" in BEFORE:
        return found[0]
    now = f"models/{old}" if old.startswith(TRAIN) else NOW[old]
    return found[1] + now.replace("/", joint)


def _split(found: re.Match[str]) -> str:
    """Return a line that imports modules of the package, as lines that import them from where they are."""
    homes: dict[str, list[str]] = {}
    for item in found[3].split(", "):
        old, _, alias = item.partition(" as ")
        now = f"models/{old}" if old.startswith(TRAIN) else NOW.get(old, old)
        folder, _, module = now.rpartition("/")
        name = f"{module} as {alias or old}" if alias or module != old else module
        homes.setdefault(folder, []).append(name)
    joint = "" if found[2] == "." else "."
    lines = (
        f"{found[1]}from {found[2]}{joint + folder if folder else ''} import {', '.join(names)}"
        for folder, names in homes.items()
    )
    return "\n".join(lines)
