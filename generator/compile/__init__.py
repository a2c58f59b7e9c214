"""Expressions for serving: from the tree that DuckDB runs in training to Python with exactly its results.

Python values stand for DuckDB's: None for NULL, ``bool``, ``int``, ``float``, ``str``, ``date``, ``datetime`` without a
zone for TIMESTAMP and in UTC for TIMESTAMP WITH TIME ZONE, ``Interval`` for INTERVAL.
"""
