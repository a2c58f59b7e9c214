"""Compose ``conf/`` with Hydra into one plain mapping, and remember which file and line every value came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from generator.errors import ConfigError, Problem, suggestion

ROOT = "config"

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Origin:
    """Where a value was written: a file as the user would type it, and a 1-based line (0: none)."""

    file: str
    line: int


@dataclass(frozen=True)
class Composed:
    """The whole config as plain Python values, and the origin of every key."""

    values: dict[str, Any]
    origins: Mapping[Path_, Origin]

    def origin(self, path: Path_) -> Origin:
        """Return the origin of ``path``, or of its nearest parent that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return Origin("conf/config.yaml", 0)

    def problem(self, path: Path_, what: str, hint: str = "") -> Problem:
        """Return a problem that stands at ``path``."""
        origin = self.origin(path)
        return Problem(origin.file, origin.line, dotted(path), what, hint)


def dotted(path: Path_) -> str:
    """Return ``path`` as a user would write it: ``features.hour.sql``, ``model.0``."""
    return ".".join(str(part) for part in path)


def compose(folder: Path, overrides: Sequence[str] = ()) -> Composed:
    """Compose ``folder/config.yaml`` and its groups under Hydra ``overrides``.

    Raises :class:`ConfigError` for what Hydra or YAML refuse: a missing option, a syntax error, a duplicate key,
    an interpolation that leads nowhere.
    """
    if not (folder / f"{ROOT}.yaml").is_file():
        hint = "run `ninefold` in the folder that holds conf/, or name it with --project"
        raise ConfigError([Problem(f"{folder.name}/{ROOT}.yaml", 0, "", "this file does not exist", hint)])
    broken = list(_syntax_problems(folder))
    if broken:
        raise ConfigError(broken)
    missing = list(_missing_options(folder))
    if missing:
        raise ConfigError(missing)
    try:
        with initialize_config_dir(str(folder.resolve()), version_base=None):
            loader = GlobalHydra.instance().config_loader()
            parts = loader.compute_defaults_list(ROOT, list(overrides), RunMode.RUN).defaults
            config = hydra_compose(ROOT, list(overrides))
        values = _plain(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError([_hydra_problem(error, folder)]) from error
    origins: dict[Path_, Origin] = {}
    for part in parts:
        if part.config_path and not part.config_path.startswith("hydra/"):
            package = tuple(part.package.split(".")) if part.package else ()
            origins |= _origins(folder / f"{part.config_path}.yaml", package, folder.name)
    origins |= _override_origins(overrides)
    return Composed(values, origins)


def read_params(file: Path) -> Composed:
    """Read an already composed config, as DVC writes it for an experiment, from ``file``."""
    text = file.read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    if not isinstance(values, dict):
        raise ConfigError([Problem(file.name, 1, "", "this is not a composed config", "run `ninefold generate`")])
    return Composed(values, _origins(file, (), ""))


def _plain(config: DictConfig) -> dict[str, Any]:
    values = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}


def _shown(file: Path, root: str) -> str:
    """Return ``file`` as ``conf/data/flights.yaml``, whatever folder the command runs in."""
    parts = file.parts
    return "/".join(parts[parts.index(root) :]) if root in parts else file.name


def _origins(file: Path, package: Path_, root: str) -> dict[Path_, Origin]:
    found: dict[Path_, Origin] = {}
    shown = _shown(file, root)

    def walk(node: yaml.Node, path: Path_) -> None:
        found.setdefault(path, Origin(shown, node.start_mark.line + 1))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = (*path, key.value)
                found[below] = Origin(shown, key.start_mark.line + 1)
                walk(value, below)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                walk(value, (*path, index))

    root_node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if root_node is not None:
        walk(root_node, package)
    return found


def _override_origins(overrides: Sequence[str]) -> dict[Path_, Origin]:
    parsed = OverridesParser.create().parse_overrides(list(overrides)) if overrides else []
    return {
        tuple(item.key_or_group.replace("/", ".").split(".")): Origin(f"override {item.input_line}", 0)
        for item in parsed
    }


def _syntax_problems(folder: Path) -> Iterator[Problem]:
    for file in sorted(folder.rglob("*.yaml")):
        shown = _shown(file, folder.name)
        try:
            node = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            hint = "YAML is indented with spaces, never with tabs" if "\\t" in str(error.problem) else ""
            yield Problem(shown, line, "", f"not valid YAML: {error.problem}", hint)
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            yield Problem(shown, 0, "", f"not valid YAML: {error}", "save the file as UTF-8 text")
        else:
            yield from _duplicate_keys(node, shown, ())


def _duplicate_keys(node: yaml.Node | None, shown: str, path: Path_) -> Iterator[Problem]:
    if isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _duplicate_keys(value, shown, (*path, index))
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value in first:
            hint = f"it is already given in line {first[key.value]}: keep one of the two"
            yield Problem(shown, line, dotted((*path, key.value)), "this key is given twice", hint)
        first.setdefault(key.value, line)
        yield from _duplicate_keys(value, shown, (*path, key.value))


def _missing_options(folder: Path) -> Iterator[Problem]:
    """Yield a problem for every group and option that a defaults list names and ``folder`` does not have."""
    for file in sorted(folder.rglob("*.yaml")):
        node = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        base = folder if file.parent == folder else file.parent
        for group, option, line in _defaults(node):
            home = folder / group.lstrip("/") if group.startswith("/") else base / group
            if (home / f"{option}.yaml").is_file():
                continue
            shown = _shown(file, folder.name)
            if not home.is_dir():
                groups = sorted(item.name for item in base.iterdir() if item.is_dir())
                yield Problem(shown, line, f"defaults.{group}", "no such group", suggestion(group, groups))
            else:
                options = sorted(item.stem for item in home.glob("*.yaml"))
                hint = suggestion(option, options)
                yield Problem(shown, line, f"defaults.{group}", f"no option '{option}'", hint)


def _defaults(node: yaml.Node | None) -> Iterator[tuple[str, str, int]]:
    """Yield (group, option, line) for the entries of a ``defaults`` list that name an option outright."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, entries in node.value:
        if key.value != "defaults" or not isinstance(entries, yaml.SequenceNode):
            continue
        for entry in entries.value:
            for group, options in entry.value if isinstance(entry, yaml.MappingNode) else ():
                name = group.value.removeprefix("override ").split("@")[0]
                if name.startswith(("optional ", "hydra/")):
                    continue
                listed = options.value if isinstance(options, yaml.SequenceNode) else [options]
                for option in listed:
                    if option.tag.endswith(":str") and "${" not in option.value:
                        yield name, option.value.removesuffix(".yaml"), option.start_mark.line + 1


def _hydra_problem(error: Exception, folder: Path) -> Problem:
    first, *rest = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    place = _find_line(folder, getattr(error, "full_key", None))
    file, line = (place.file, place.line) if place else (f"{folder.name}/", 0)
    return Problem(file, line, str(getattr(error, "full_key", None) or ""), first, " ".join(rest)[:300])


def _find_line(folder: Path, key: str | None) -> Origin | None:
    """Return where ``key`` is written, looking through every file: Hydra names the key but not its line."""
    if not key:
        return None
    wanted = tuple(key.replace("[", ".").replace("]", "").split("."))
    for file in sorted(folder.rglob("*.yaml")):
        package = tuple(file.relative_to(folder).parts[:-1])
        for path, origin in _origins(file, package, folder.name).items():
            if tuple(str(part) for part in path) == wanted:
                return origin
    return None
