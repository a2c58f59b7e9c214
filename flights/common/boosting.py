"""LightGBM without its interfaces to scikit-learn and pandas: nothing here uses them, and their imports take five times as long.

A module that is None in `sys.modules` cannot be imported, and LightGBM does without it as where it is not installed.
"""

import sys

UNUSED = ("pandas", "sklearn")

hidden = [name for name in UNUSED if name not in sys.modules]
sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
try:
    import lightgbm as lightgbm  # for others to import from here
finally:
    for name in hidden:
        del sys.modules[name]
