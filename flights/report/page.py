"""Put markup into pages that stand alone: numbered steps and sections inside the frame of page.html."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from flights.report.markup import Html, element, join

FRAME = Path(__file__).with_name("page.html")
STYLE = Path(__file__).with_name("page.css")


@dataclass(frozen=True)
class Step:
    """One step of the lifecycle as the report tells it: ``fact`` is the one thing to know of it."""

    name: str
    title: str
    fact: str
    body: Html


def section(name: str, mark: object, title: str, *inner: object) -> Html:
    """Return a section that ``#name`` leads to, with its mark and title beside what it holds."""
    head = element("header", element("span", mark, class_="mark"), element("h2", title))
    return element("section", head, element("div", *inner, class_="content"), id=name)


def steps(listed: Sequence[Step]) -> Html:
    """Return the steps as a line of numbered stops that link to their sections."""
    stops = [
        element(
            "a",
            element("span", place, class_="mark"),
            element("strong", step.title),
            element("small", step.fact),
            href=f"#{step.name}",
        )
        for place, step in enumerate(listed, start=1)
    ]
    return element("nav", element("ol", *(element("li", stop) for stop in stops), class_="steps"), aria_label="Steps")


def page(title: str, *inner: object) -> str:
    """Return the whole page."""
    frame = Template(FRAME.read_text(encoding="utf-8"))
    return frame.substitute(title=html.escape(title), style=STYLE.read_text(encoding="utf-8"), body=join(inner))
