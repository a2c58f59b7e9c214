"""Who hears of each step of long work."""

from collections.abc import Callable

Tell = Callable[[str], None]


def silent(_: str) -> None:
    """Tell nobody."""
