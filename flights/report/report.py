"""Gather what every stage has found into one page: reports/index.html."""

from pathlib import Path

import pyarrow.parquet as pq

from flights.common.outputs import new_file, read_json
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.report.markup import element
from flights.report.page import page, section, steps
from flights.report.sections.brief import brief
from flights.report.sections.exploration import exploration
from flights.report.sections.features import features
from flights.report.sections.metrics import metrics
from flights.report.sections.models import models
from flights.report.sections.package import package
from flights.report.sections.processing import processing
from flights.report.sections.release import release
from flights.report.sections.sources import sources
from flights.report.sections.tiles import chosen, money, quality, standing

REPORTS = Path("reports")
QUARANTINE = Path("data/quarantine.parquet")
ENCODERS = Path("data/encoders.json")
MODELS = Path("models")
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


def main() -> None:
    found = {name: read_json(REPORTS / f"{name}.json") for name in JSON}
    title, question = found["brief"]["title"], found["brief"]["problem"]["question"]
    refused = pq.read_metadata(QUARANTINE).num_rows
    summaries = {name: read_json(MODELS / name / "summary.json") for name in found["evaluation"]["holdout"]}
    listed = [
        brief(found["brief"]),
        sources(found["collection"]),
        processing(found["contract"], refused),
        metrics(setting("metrics")),
        exploration(found["exploration"]),
        features(setting("features"), read_json(ENCODERS), found["features"]),
        models(found["evaluation"], summaries, REPORTS / "plots"),
        package(found["package"], setting("service")),
        release(found["release"], found["monitor"]),
    ]
    body = [
        element("p", "flights", class_="eyebrow"),
        element("h1", title),
        element("p", question, class_="lead"),
        element(
            "div",
            chosen(found["evaluation"]),
            quality(found["evaluation"]),
            money(found["evaluation"]),
            standing(found["release"], found["monitor"]),
            class_="tiles",
        ),
        steps(listed),
        *(section(step.name, place, step.title, step.body) for place, step in enumerate(listed, start=1)),
    ]
    with new_file(PAGE) as file:
        file.write_text(page(title, *body), encoding="utf-8")
    print(f"open {PAGE}")


if __name__ == "__main__":
    run_stage(main)
