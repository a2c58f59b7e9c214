"""Gather what every stage has found into one page: reports/index.html."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from flights.common.counts import counted
from flights.common.outputs import read_json
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.features.encoders import column_features
from flights.models.folders import folder_of
from flights.report.charts import figures
from flights.report.pages import number, write_page
from flights.report.titles import MEANINGS, TITLES

REPORTS = Path("reports")
QUARANTINE = Path("data/quarantine.parquet")
ENCODERS = Path("data/encoders.json")
IMPORTANT = 12
PAGE = REPORTS / "index.html"
JSON = (
    "brief",
    "collection",
    "contract",
    "exploration",
    "features",
    "evaluation",
    "package",
    "release",
    "monitor",
)


@dataclass(frozen=True)
class Step:
    """A step of the lifecycle: templates/sections/ has a page for its ``name``, ``fact`` is the one thing to know of it."""

    name: str
    title: str
    fact: str


def steps(found: dict[str, Any], refused: int) -> list[Step]:
    """Return the steps of the page, in their order; ``refused`` is how many rows are in quarantine."""
    hypotheses, rows = (
        found["exploration"]["hypotheses"],
        sum(source["rows"] for source in found["collection"].values()),
    )
    confirmed = sum(item["verdict"] == "confirmed" for item in hypotheses)
    evaluation, files, release = found["evaluation"], found["package"]["files"], found["release"]
    running = (
        f"version {release['production']}, {found['monitor']['status']}"
        if release["production"]
        else release["verdict"]
    )
    return [
        Step("brief", "Problem", found["brief"]["problem"]["use"]),
        Step("sources", "Collection", counted(rows, "row")),
        Step("processing", "Processing", f"{counted(refused, 'row')} refused"),
        Step("metrics", "Metrics", f"{TITLES[setting('metrics', 'primary')]} decides"),
        Step("exploration", "Exploration", f"{confirmed} of {len(hypotheses)} hypotheses hold"),
        Step("features", "Features", counted(len(setting("features")), "feature")),
        Step("models", "Training", f"{evaluation['chosen']}, of {len(evaluation['holdout'])}"),
        Step("package", "Package", f"{len(files)} files, {number(sum(files.values()) // 1_000)} kB"),
        Step("release", "Release", running),
    ]


@dataclass(frozen=True)
class Group:
    """A group of the holdout: its metric, and a bar from the overall value in the middle, to the right where it is better."""

    value: str
    rows: int
    metric: float
    left: float
    width: float
    tone: str


def slices(found: dict[str, Any]) -> dict[str, list[Group]]:
    """Return the groups of each column, the best first, with lengths in percent of the widest difference."""
    primary, sign = found["primary"], 1 if found["higher_is_better"] else -1
    overall = found["holdout"][found["chosen"]][primary]["value"]
    columns = found.get("slices", {})
    widest = max((abs(group[primary] - overall) for groups in columns.values() for group in groups), default=0) or 1
    return {
        name: [
            Group(group["value"], group["rows"], group[primary], *bar(sign * (group[primary] - overall) / widest))
            for group in sorted(groups, key=lambda group: -sign * group[primary])
        ]
        for name, groups in columns.items()
        if any(columns.values())
    }


def bar(better: float) -> tuple[float, float, str]:
    """Return where a bar for a group begins, its length and its tone; ``better`` is -1 to 1."""
    length = 50 * abs(better)
    return (50, length, "good") if better >= 0 else (50 - length, length, "bad")


def important(summary: dict[str, Any]) -> dict[str, float]:
    """Return the features that a model gains most from, with their shares; ``summary`` is that of its training."""
    shares = summary.get("importance", {})
    return dict(sorted(shares.items(), key=lambda item: -abs(item[1]))[:IMPORTANT])


def modelled(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows of the model beside the reports of its stages."""
    encoders, summary = read_json(ENCODERS), read_json(folder_of(found["evaluation"]["chosen"]) / "summary.json")
    return {
        "encoded": encoders["features"],
        "width": Counter(column_features(encoders)),
        "figures": figures(REPORTS / "plots"),
        "slices": slices(found["evaluation"]),
        "importance": important(summary),
        "drifts": sorted(found["monitor"]["columns"], key=lambda column: -column["drift"] / (column["threshold"] or 1)),
    }


def main() -> None:
    found = {name: read_json(REPORTS / f"{name}.json") for name in JSON}
    values = {
        "package": "flights",
        "found": found,
        "settings": {
            "metrics": setting("metrics"),
            "features": setting("features"),
            "service": setting("service"),
        },
        "titles": TITLES,
        "meanings": MEANINGS,
        "refused": (refused := pq.read_metadata(QUARANTINE).num_rows),
        "steps": steps(found, refused),
    }
    write_page(PAGE, "report.html", tiles="modelled.html", **values, **modelled(found))
    print(f"open {PAGE}")


if __name__ == "__main__":
    run_stage(main)
