"""The config as frozen types, one module for each group of ``conf/``."""
