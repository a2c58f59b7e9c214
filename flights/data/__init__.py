"""Data collection and processing: the stages `collect` and `process`."""
