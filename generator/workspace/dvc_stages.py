"""What the stages on disk are, so that a change of the graph can be distinguished from a change of values."""

import json
from pathlib import Path

import yaml


def stage_names(root: Path) -> dict[str, str]:
    """Return the stages of ``root/dvc.yaml``, those of a ``foreach`` one by one, each with its definition as text."""
    file = root / "dvc.yaml"
    if not file.is_file():
        return {}
    stages = yaml.safe_load(file.read_text(encoding="utf-8")).get("stages", {})
    params = root / "params.yaml"
    values = yaml.safe_load(params.read_text(encoding="utf-8")) if params.is_file() else {}
    found: dict[str, str] = {}
    for name, body in stages.items():
        if "foreach" in body:
            items = values.get(str(body["foreach"]).strip("${}"), {})
            found |= {f"{name}@{item}": json.dumps(body) for item in items}
        else:
            found[name] = json.dumps(body)
    return found


def difference(before: dict[str, str], after: dict[str, str]) -> str:
    """Return the stages that came (+), went (-) or changed (~), as one phrase."""
    came = [f"+{name}" for name in after if name not in before]
    went = [f"-{name}" for name in before if name not in after]
    changed = [f"~{name}" for name in after if name in before and after[name] != before[name]]
    return ", ".join([*came, *went, *changed])
