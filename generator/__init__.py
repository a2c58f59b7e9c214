"""Ninefold: from Hydra configs to the code of a whole machine-learning project."""

__version__ = "0.1.0"
