"""Tests of the project; none needs what the stages make."""
