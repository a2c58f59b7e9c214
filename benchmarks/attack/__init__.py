"""Attacks on the service, each a function that returns what it counted and fails where the service does not hold."""
