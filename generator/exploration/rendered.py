"""What both `ninefold new` and the exploration of a project look for: each has the same modules."""

from pathlib import Path

MODULES = ("leaks", "pairs", "presence", "separation", "shallow", "words")
"""Modules of this folder that are rendered into projects."""


def module(name: str, package: str) -> str:
    """Return the text of a module as it stands in the project ``package``; importing it would need its libraries."""
    text = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    return text.replace(__package__, f"{package}.exploration")
