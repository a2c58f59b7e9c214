"""Tests of Ninefold: of its parts, of what it renders, and of rendered projects that run."""
