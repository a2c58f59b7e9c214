"""Monitoring: the stage `monitor`, drift, and realised performance."""
