"""Fill the HTML templates in report/templates/, which escape every value; each page stands alone."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from flights.common.counts import counted
from flights.common.outputs import new_file

TEMPLATES = Path(__file__).with_name("templates")
MINUS = "\N{MINUS SIGN}"


def number(value: float) -> str:
    """Return ``value`` as people read it: four digits, thousands apart, a real minus."""
    text = f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 1_000 else f"{value:.4g}"
    return text.replace("-", MINUS)


def plain(value: object) -> object:
    """Return a number as people read it, and anything else, as a whole number that may be a year, as it is."""
    return number(value) if isinstance(value, float) else value


def percent(share: float, digits: int = 1) -> str:
    """Return ``share`` in percent."""
    return f"{100 * share:.{digits}f} %".replace("-", MINUS)


def between(interval: Sequence[float]) -> str:
    """Return an interval in words."""
    return f"{number(interval[0])} to {number(interval[1])}"


def domain(figures: Iterable[dict[str, Any]]) -> tuple[float, float]:
    """Return the range that holds the interval of each of ``figures``, with a little room."""
    ends = [end for figure in figures for end in figure["interval"]]
    room = 0.06 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def place(value: float, domain: Sequence[float]) -> float:
    """Return where ``value`` lies in ``domain``, in percent."""
    width = domain[1] - domain[0]
    return 100 * min(max((value - domain[0]) / width if width else 0.5, 0), 1)


def marked(text: str) -> Markup:
    """Return ``text`` with what stands between backticks as code."""
    parts = (
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(text.split("`"))
    )
    return Markup("").join(parts)


FILTERS = (between, counted, domain, marked, number, percent, place, plain)


def render(template: str, **values: Any) -> str:
    """Return ``template`` filled with ``values``; a value that it lacks is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {function.__name__: function for function in FILTERS}
    return environment.get_template(template).render(**values)


def write_page(file: Path, template: str, **values: Any) -> None:
    """Write ``template`` filled with ``values`` to ``file``."""
    with new_file(file) as new:
        new.write_text(render(template, **values), encoding="utf-8")
