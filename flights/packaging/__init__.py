"""Deployment: the stage `package`, which makes the bundle and proves it."""
