"""Data exploration: the stage `explore`, what it looks at, and its page."""
