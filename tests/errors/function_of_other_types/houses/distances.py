"""Distances."""

import random

import requests


def far(rooms: int) -> float:
    """Return something."""
    return rooms / 2


def untyped(rooms, price: list) -> float:
    """Return something."""
    return rooms / 2


def many(*rooms: int) -> float:
    """Return something."""
    return 0.0
