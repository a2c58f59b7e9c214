"""Who hears of each step of long work."""

from collections.abc import Callable

Echo = Callable[[str], None]


def silent(_: str) -> None:
    """Print nothing."""
