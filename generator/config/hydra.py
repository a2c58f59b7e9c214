"""What Hydra makes of ``conf/``, after what we can report better than it was refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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

from generator.config.composed import Composed
from generator.config.defaults import groups, missing_options
from generator.config.interpolation import asks_a_resolver, from_environment, odd_interpolations, unresolved
from generator.config.overrides import chooses, origins_under, parse_overrides, unknown_keys
from generator.config.source_map import Origin, Path_, origins_of, read_yaml
from generator.errors import ConfigError, Problem

ROOT = "config"
HYDRA = Lock()
"""Hydra keeps what it composes in one global object, so one thread composes at a time."""


def composition(folder: Path, overrides: Sequence[str]) -> tuple[Composed, bool]:
    """Return what ``folder/config.yaml`` is under ``overrides``; raises as ``compose`` does.

    With it comes whether that depends on the files in ``folder`` and the overrides alone: no link leads out of it,
    nothing is asked of a resolver, as the time of day is, and no file is found elsewhere.
    """
    nodes = _read_files(folder)
    items = parse_overrides(overrides, folder)
    choices = [str(item.input_line) for item in items if chooses(item, folder)]
    try:
        if len(choices) < len(items):
            before = _compose(folder, choices)
            plain = OmegaConf.to_container(before)
            assert isinstance(plain, dict)
            settings = [item for item in items if not chooses(item, folder)]
            _refuse(unknown_keys(settings, {str(key): plain[key] for key in plain}, groups(folder)))
        config = _compose(folder, list(overrides))
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise ConfigError([_hydra_problem(error, folder)]) from error

    origins: dict[Path_, Origin] = {}
    inside = True
    for part in _parts(folder, list(overrides)):
        if part.config_path and not part.config_path.startswith("hydra/"):
            package = tuple(part.package.split(".")) if part.package else ()
            file = folder / f"{part.config_path}.yaml"
            inside = inside and file in nodes
            origins |= origins_of(nodes.get(file), _shown(file, folder), package)
    composed = replace(_resolved(config, origins_under(origins, items, folder)), root=folder.parent)
    linked = any(path.is_symlink() for path in folder.rglob("*"))
    asked = any(map(asks_a_resolver, nodes.values())) or any("${" in text for text in overrides)
    return composed, inside and not linked and not asked


def params(file: Path) -> Composed:
    """Read an already composed config, as DVC writes it for an experiment, from ``file``."""
    if not file.is_file():
        raise ConfigError([Problem(file.name, 0, "", "this file does not exist", "run `ninefold generate`")])
    node, problems = read_yaml(file, file.name)
    _refuse(problems)
    conf = file.parent / "conf"  # of which DVC has filled in every value by now
    _refuse(from_environment(node, file.name))
    _refuse_odd({path: read_yaml(path, path.name)[0] for path in sorted(conf.rglob("*.yaml"))}, conf)
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError([Problem(file.name, 1, "", "this is not a composed config", "run `ninefold generate`")])
    # OmegaConf reads numbers and dates the way composing does: 1e-3 is a number, 2013-10-01 is a text.
    config = OmegaConf.create(file.read_text(encoding="utf-8-sig"))
    assert isinstance(config, DictConfig)
    return Composed(_plain(config, resolve=False), origins_of(node, file.name), file.parent)


def _compose(folder: Path, overrides: list[str]) -> DictConfig:
    """Return Hydra's config."""
    with HYDRA, initialize_config_dir(str(folder), version_base=None):
        return hydra_compose(ROOT, overrides)


def _parts(folder: Path, overrides: list[str]) -> list[ResultDefault]:
    """Return the files that Hydra puts the config together from, in the order in which they win."""
    with HYDRA, initialize_config_dir(str(folder), version_base=None):
        loader = GlobalHydra.instance().config_loader()
        return list(loader.compute_defaults_list(ROOT, overrides, RunMode.RUN).defaults)


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


def _refuse(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise ConfigError(found)


def _read_files(folder: Path) -> dict[Path, yaml.Node | None]:
    """Return every file of ``folder`` as YAML; raises :class:`ConfigError` for those that cannot be read."""
    if not (folder / f"{ROOT}.yaml").is_file():
        hint = "run `ninefold` in the folder that holds conf/, or name it with --project"
        raise ConfigError([Problem(f"{folder.name}/{ROOT}.yaml", 0, "", "this file does not exist", hint)])
    files = sorted(folder.rglob("*.yaml"))
    read = {file: read_yaml(file, _shown(file, folder), _package(file, folder)) for file in files}
    _refuse(problem for _, problems in read.values() for problem in problems)
    nodes = {file: node for file, (node, _) in read.items()}
    _refuse_odd(nodes, folder)
    _refuse(
        problem for file, node in nodes.items() for problem in missing_options(node, file, folder, _shown(file, folder))
    )
    return nodes


def _refuse_odd(nodes: Mapping[Path, yaml.Node | None], folder: Path) -> None:
    """Raise :class:`ConfigError` where a file of ``folder`` reads the environment, or says ``${`` and nothing else."""
    _refuse(
        problem
        for file, node in nodes.items()
        for problem in odd_interpolations(node, _shown(file, folder), _package(file, folder))
    )


def _hydra_problem(error: Exception, folder: Path) -> Problem:
    """Return what Hydra says of a config that has passed every check of ours."""
    first, *rest = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    hint = " ".join(rest)[:300] or "see the defaults lists and interpolations of the config"
    return Problem(f"{folder.name}/{ROOT}.yaml", 0, str(getattr(error, "full_key", None) or ""), first, hint)
