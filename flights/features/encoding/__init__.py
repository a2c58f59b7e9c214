"""The kinds of encoding, a module each, and all of them for one row at a time in single.py."""
