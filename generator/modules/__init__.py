"""Modules of Python: those that templates become, and what a project's own import."""
