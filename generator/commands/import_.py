"""``ninefold import``: bring a project of MLflow Recipes over."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import say
from generator.commands.new import check_empty, make_project
from generator.new.answers import UnfitError
from generator.new.infer import infer
from generator.new.loading import UnreadableError
from generator.new.reading import Raw
from generator.new.recipes import Recipe, read_recipe


def import_(
    recipe: Annotated[Path, typer.Argument(help="The recipe.yaml of a project of MLflow Recipes.", dir_okay=False)],
    name: Annotated[str, typer.Argument(help="The folder to make.")],
    profile: Annotated[str, typer.Option(help="The profile that fills in its variables.")] = "local",
    data: Annotated[
        str | None, typer.Option("--data", "-d", help="The data, if it is not where the recipe says.")
    ] = None,
) -> None:
    """Make a project of an MLflow Recipes project: its data, target, metric, split and criteria; the rest is inferred.

    Python code in the recipe is not converted; each place is listed with its line and the alternative here.

    Examples: `ninefold import recipe.yaml taxi`, `ninefold import recipe.yaml taxi --profile cloud --data trips.csv`.
    """
    try:
        check_empty(Path(name))
        found = read_recipe(recipe, profile, data)
        make_project(Path(name), found.data, lambda raw: infer(_with_target(raw, found), found.answers))
    except (UnfitError, UnreadableError) as error:
        say(f"{error}\nNothing was written.")
        raise typer.Exit(1) from error
    for note in found.notes:
        say(note)


def _with_target(raw: Raw, recipe: Recipe) -> Raw:
    """Return ``raw``; raises :class:`UnfitError` where the target is in no file, but made by Python of the recipe."""
    if recipe.answers.target not in raw.columns and recipe.loader:
        files = ", ".join(file.name for file in raw.files)
        raise UnfitError(
            f"no column '{recipe.answers.target}' in {files}: the recipe makes it in {recipe.loader}; write what that "
            "returns to a file, as by `to_parquet`, and name it with --data"
        )
    return raw
