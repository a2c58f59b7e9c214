"""Compose ``conf/`` with Hydra into one plain mapping, and remember which file and line every value came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import yaml
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.default_element import ResultDefault
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from generator.errors import ConfigError, Problem, suggestion
from generator.interpolation import unresolved
from generator.origins import Origin, Path_, dotted, origins_of, read_yaml, text_problems
from generator.overrides import chooses, origins_under, parse_overrides, unknown_keys

__all__ = ["Composed", "Origin", "Path_", "compose", "dotted", "read_params"]

ROOT = "config"
HYDRA = Lock()
"""Hydra keeps what it composes in one global object, so one thread composes at a time."""


@dataclass(frozen=True)
class Composed:
    """The whole config as plain Python values, and the origin of every key."""

    values: dict[str, Any]
    origins: Mapping[Path_, Origin]
    root: Path = Path()
    """The folder of the project, in which its own modules are."""

    def origin(self, path: Path_) -> Origin:
        """Return the origin of ``path``, or of its nearest parent that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return Origin("conf/config.yaml", 0)

    def at(self, path: Path_) -> Any:
        """Return what is written at ``path``; None where nothing is."""
        value: Any = self.values
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def problem(self, path: Path_, what: str, hint: str = "") -> Problem:
        """Return a problem that stands at ``path``."""
        origin = self.origin(path)
        return Problem(origin.file, origin.line, dotted(path), what, hint)


def compose(folder: Path, overrides: Sequence[str] = ()) -> Composed:
    """Compose ``folder/config.yaml`` and its groups under Hydra ``overrides``.

    Raises :class:`ConfigError` for what Hydra or YAML refuse: a missing option, a syntax error, a duplicate key,
    an interpolation that leads nowhere, an override of a key that is not there.
    """
    folder = folder.resolve()
    _refuse_broken_files(folder)
    items = parse_overrides(overrides, folder)
    choices = [str(item.input_line) for item in items if chooses(item, folder)]
    try:
        if len(choices) < len(items):
            before, _ = _compose(folder, choices)
            plain = OmegaConf.to_container(before)
            assert isinstance(plain, dict)
            settings = [item for item in items if not chooses(item, folder)]
            _refuse(unknown_keys(settings, {str(key): plain[key] for key in plain}, _groups(folder)))
        config, parts = _compose(folder, list(overrides))
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise ConfigError([_hydra_problem(error, folder)]) from error
    origins: dict[Path_, Origin] = {}
    for part in parts:
        if part.config_path and not part.config_path.startswith("hydra/"):
            package = tuple(part.package.split(".")) if part.package else ()
            file = folder / f"{part.config_path}.yaml"
            origins |= origins_of(read_yaml(file), _shown(file, folder), package)
    return replace(_resolved(config, origins_under(origins, items, folder)), root=folder.parent)


def read_params(file: Path) -> Composed:
    """Read an already composed config, as DVC writes it for an experiment, from ``file``."""
    if not file.is_file():
        raise ConfigError([Problem(file.name, 0, "", "this file does not exist", "run `ninefold generate`")])
    _refuse(text_problems(file, file.name))
    node = read_yaml(file)
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError([Problem(file.name, 1, "", "this is not a composed config", "run `ninefold generate`")])
    # OmegaConf reads numbers and dates the way composing does: 1e-3 is a number, 2013-10-01 is a text.
    config = OmegaConf.create(file.read_text(encoding="utf-8-sig"))
    assert isinstance(config, DictConfig)
    return Composed(_plain(config, resolve=False), origins_of(node, file.name), file.parent)


def _compose(folder: Path, overrides: list[str]) -> tuple[DictConfig, list[ResultDefault]]:
    """Return Hydra's config, and the files it was put together from in the order in which they win."""
    with HYDRA, initialize_config_dir(str(folder), version_base=None):
        loader = GlobalHydra.instance().config_loader()
        parts = loader.compute_defaults_list(ROOT, overrides, RunMode.RUN).defaults
        return hydra_compose(ROOT, overrides), list(parts)


def _resolved(config: DictConfig, origins: Mapping[Path_, Origin]) -> Composed:
    composed = Composed({}, origins)
    _refuse(composed.problem(*wrong) for wrong in unresolved(config))
    return Composed(_plain(config, resolve=True), origins)


def _plain(config: DictConfig, resolve: bool) -> dict[str, Any]:
    values = OmegaConf.to_container(config, resolve=resolve)
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}


def _shown(file: Path, folder: Path) -> str:
    """Return ``file`` as ``conf/data/flights.yaml``, whatever folder the command runs in."""
    return f"{folder.name}/{file.relative_to(folder).as_posix()}"


def _package(file: Path, folder: Path) -> Path_:
    """Return where the values of ``file`` go, unless it says otherwise: ``data`` for ``conf/data/flights.yaml``."""
    return file.relative_to(folder).parts[:-1]


def _groups(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir() if item.is_dir())


def _refuse(problems: Iterator[Problem]) -> None:
    if found := list(problems):
        raise ConfigError(found)


def _refuse_broken_files(folder: Path) -> None:
    if not (folder / f"{ROOT}.yaml").is_file():
        hint = "run `ninefold` in the folder that holds conf/, or name it with --project"
        raise ConfigError([Problem(f"{folder.name}/{ROOT}.yaml", 0, "", "this file does not exist", hint)])
    files = sorted(folder.rglob("*.yaml"))
    _refuse(problem for file in files for problem in text_problems(file, _shown(file, folder), _package(file, folder)))
    _refuse(problem for file in files for problem in _missing_options(file, folder))


def _missing_options(file: Path, folder: Path) -> Iterator[Problem]:
    """Yield a problem for every group and option that the defaults list of ``file`` names and ``folder`` lacks."""
    for group, option, line in _defaults(read_yaml(file)):
        base = folder if group.startswith("/") else file.parent
        home, path = base / group.lstrip("/"), f"defaults.{group}"
        options = sorted(item.stem for item in home.glob("*.yaml"))
        if not home.is_dir():
            yield Problem(_shown(file, folder), line, path, "no such group", suggestion(group, _groups(base)))
        elif option == "???":
            yield Problem(_shown(file, folder), line, path, "no option is chosen", f"options: {', '.join(options)}")
        elif (home / f"{option}.yml").is_file():
            hint = f"rename {option}.yml to {option}.yaml"
            yield Problem(_shown(file, folder), line, path, f"no file '{option}.yaml'", hint)
        elif option not in options:
            yield Problem(_shown(file, folder), line, path, f"no option '{option}'", suggestion(option, options))


def _defaults(node: yaml.Node | None) -> Iterator[tuple[str, str, int]]:
    """Yield (group, option, line) for the entries of a ``defaults`` list that name an option outright."""
    if not isinstance(node, yaml.MappingNode):
        return
    lists = [value for key, value in node.value if key.value == "defaults" and isinstance(value, yaml.SequenceNode)]
    entries = [entry for found in lists for entry in found.value if isinstance(entry, yaml.MappingNode)]
    for group, options in (pair for entry in entries for pair in entry.value):
        name = group.value.removeprefix("override ").split("@")[0]
        if name.startswith(("optional ", "hydra/")):
            continue
        for option in options.value if isinstance(options, yaml.SequenceNode) else [options]:
            if isinstance(option, yaml.ScalarNode) and not option.tag.endswith(":null") and "${" not in option.value:
                yield name, option.value.removesuffix(".yaml"), option.start_mark.line + 1


def _hydra_problem(error: Exception, folder: Path) -> Problem:
    """Return what Hydra says of a config that has passed every check of ours."""
    first, *rest = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    hint = " ".join(rest)[:300] or "see the defaults lists and interpolations of the config"
    return Problem(f"{folder.name}/{ROOT}.yaml", 0, str(getattr(error, "full_key", None) or ""), first, hint)
