"""What is known of vans by their age."""

from datetime import date


def age(since: int, day: date) -> int:
    """Return the whole years from the year ``since`` to ``day``."""
    return day.year - since
