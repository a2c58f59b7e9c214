"""``ninefold show``: print the composed config, and where each value comes from."""

from pathlib import Path
from typing import Annotated, Any

import typer

from generator.commands.common import Folder, composed
from generator.config.annotate import annotated, parts, spelt
from generator.errors import suggestion
from generator.validation.check import check

Wanted = Annotated[
    list[str] | None,
    typer.Argument(
        help="What to show, as in `split` or `model.lightgbm`; and Hydra overrides, as in `split=at_random`.",
        metavar="GROUP | OVERRIDE",
    ),
]


def show(wanted: Wanted = None, project: Folder = Path()) -> None:
    """Print the composed config with every default, and beside each value the file and line that it comes from.

    Examples: `ninefold show`, `ninefold show split model.lightgbm`, `ninefold show split split=at_random`.
    """
    paths = [text for text in wanted or [] if not _is_override(text)]
    found = composed(project, [text for text in wanted or [] if _is_override(text)])
    values = check(found).config.model_dump(mode="json", by_alias=True, exclude_none=True)
    chosen: dict[str, Any] = {}
    for path in paths:
        _choose(path, values, chosen)
    print(annotated(chosen if paths else values, found), end="")


def _is_override(text: str) -> bool:
    return "=" in text or text.startswith(("+", "~"))


def _choose(path: str, values: dict[str, Any], chosen: dict[str, Any]) -> None:
    """Put what is at ``path`` of ``values`` into ``chosen``, at the same place."""
    *above, last = _keys(path, values)
    for key in above:
        values, chosen = values[key], chosen.setdefault(key, {})
    chosen[last] = values[last]


def _keys(path: str, values: Any) -> list[str]:
    keys: list[str] = []
    for part in parts(path.replace("/", ".")):
        known = values if isinstance(values, dict) else {}
        key = spelt(part, known)
        if key is None:
            hint = suggestion(part, known) or f"nothing is below '{'.'.join(keys)}'"
            raise typer.BadParameter(f"nothing is set at '{path}': {hint}")
        keys.append(key)
        values = values[key]
    if not keys:
        raise typer.BadParameter(f"'{path}' is no path: write it like model.lightgbm")
    return keys
