"""Metrics, and offline evaluation: the stage `evaluate`."""
