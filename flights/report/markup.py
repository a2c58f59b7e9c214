"""Build markup from escaped text: elements, figures for people, tables, facts, bars and small pictures."""

import html
from collections.abc import Iterable, Mapping, Sequence

MINUS = "\N{MINUS SIGN}"


class Html(str):
    """Markup that is shown as it stands; any other text is escaped on its way into a page."""

    __slots__ = ()


def join(parts: Iterable[object]) -> Html:
    """Return ``parts`` one after the other, escaped where they are not markup."""
    return Html("".join(part if isinstance(part, Html) else html.escape(str(part)) for part in parts))


def element(name: str, *inner: object, **attributes: object) -> Html:
    """Return the element ``name`` around ``inner``; ``class_`` stands for class, ``aria_label`` for aria-label."""
    given = [f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"' for key, value in attributes.items()]
    return Html(f"<{name}{''.join(given)}>{join(inner)}</{name}>")


def number(value: float) -> str:
    """Return ``value`` as people read it: four digits, thousands apart, a real minus."""
    text = f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 1_000 else f"{value:.4g}"
    return text.replace("-", MINUS)


def percent(share: float, digits: int = 1) -> str:
    """Return ``share`` in percent."""
    return f"{100 * share:.{digits}f} %".replace("-", MINUS)


def between(interval: Sequence[float]) -> str:
    """Return an interval in words."""
    return f"{number(interval[0])} to {number(interval[1])}"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """Return a table that scrolls inside its own box; a column whose title begins with ``#`` holds figures."""
    classes = ["figure" if title.startswith("#") else "words" for title in columns]
    heads = [element("th", title.lstrip("#"), class_=kind) for title, kind in zip(columns, classes, strict=True)]
    lines = [
        element("tr", *(element("td", cell, class_=kind) for cell, kind in zip(row, classes, strict=True)))
        for row in rows
    ]
    body = element("table", element("thead", element("tr", *heads)), element("tbody", *lines))
    return element("div", body, class_="scroll", tabindex=0)


def facts(pairs: Mapping[str, object]) -> Html:
    """Return ``pairs`` as a list of terms, each with what it is."""
    return element("dl", *(element("div", element("dt", term), element("dd", fact)) for term, fact in pairs.items()))


def code(text: object) -> Html:
    """Return ``text`` as code."""
    return element("code", text)


def marked(text: str) -> Html:
    """Return ``text`` with what stands between backticks as code."""
    return join(code(part) if place % 2 else part for place, part in enumerate(text.split("`")))


def badge(text: str, tone: str = "plain") -> Html:
    """Return a word that stands out; ``tone`` is good, bad, unsure or plain."""
    return element("span", text, class_=f"badge {tone}")


def note(*inner: object) -> Html:
    """Return a sentence that explains what is beside it."""
    return element("p", *inner, class_="note")


def bar(share: float, tone: str = "accent") -> Html:
    """Return a bar that is filled to ``share`` of its length."""
    filled = element("span", class_=tone, style=f"width:{100 * min(max(share, 0), 1):.1f}%")
    return element("span", filled, class_="bar")


def span(interval: Sequence[float], value: float, domain: Sequence[float], mark: float, tone: str = "accent") -> Html:
    """Return an interval as a line with a dot at ``value``, drawn over ``domain`` with a stroke at ``mark``."""
    low, middle, high, stroke = (place(point, domain) for point in (interval[0], value, interval[1], mark))
    line = element("i", style=f"left:{low:.1f}%;width:{max(high - low, 0.5):.1f}%")
    dot = element("b", style=f"left:{middle:.1f}%")
    return element("span", element("u", style=f"left:{stroke:.1f}%"), line, dot, class_=f"span {tone}")


def place(value: float, domain: Sequence[float]) -> float:
    """Return where ``value`` lies in ``domain``, in percent."""
    width = domain[1] - domain[0]
    return 100 * min(max((value - domain[0]) / width if width else 0.5, 0), 1)


def spark(counts: Sequence[int], label: str) -> Html:
    """Return a tiny histogram of ``counts``."""
    top = max(counts, default=0) or 1
    bars = [
        element("rect", x=4 * place, y=f"{24 - 24 * count / top:.1f}", width=3, height=f"{24 * count / top:.1f}")
        for place, count in enumerate(counts)
    ]
    return element(
        "svg",
        *bars,
        viewBox=f"0 0 {4 * len(counts)} 24",
        class_="spark",
        role="img",
        preserveAspectRatio="none",
        aria_label=label,
    )


def figure(title: str, picture: Html, reading: str) -> Html:
    """Return a picture under its title, with a sentence that says how to read it."""
    return element("figure", element("figcaption", element("strong", title), element("span", reading)), picture)
