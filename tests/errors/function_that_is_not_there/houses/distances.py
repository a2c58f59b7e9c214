"""Distances."""


def far(rooms: int) -> float:
    """Return something."""
    return rooms / 2
