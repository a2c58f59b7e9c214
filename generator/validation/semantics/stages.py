"""Stages of one's own, each by itself: what runs, and which settings it reads."""

from typing import Any

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.schema.stages import OwnStage
from generator.validation.semantics.modules import read_module
from generator.validation.semantics.session import Session

EXAMPLE = "def main() -> None"


def check_stages(session: Session) -> None:
    """Say what is wrong with each stage of the project's own."""
    for name, stage in (session.config.stages or {}).items():
        path: Path_ = ("stages", name)
        if (stage.module is None) == (stage.cmd is None):
            what = "what runs is not said" if stage.module is None else "a module, and a command"
            session.say(path, what, "give `module:`, a file of the package, or `cmd:`, a command")
        elif stage.module is not None:
            read_module(session, (*path, "module"), stage.module, EXAMPLE)
        if not stage.outs and not stage.metrics:
            session.say(path, "it makes nothing", "give `outs:` or `metrics:`: DVC runs a stage for what it makes")
        _settings(session, path, stage)


def _settings(session: Session, path: Path_, stage: OwnStage) -> None:
    for index, key in enumerate(stage.settings):
        values: Any = session.config.model_dump(mode="json", by_alias=True, exclude_none=True)
        for part in key.split("."):
            if not isinstance(values, dict) or part not in values:
                known = values if isinstance(values, dict) else {}
                hint = suggestion(part, known) or "`ninefold show` prints every key"
                session.say((*path, "settings", index), f"no key '{key}' in the config", hint)
                break
            values = values[part]
