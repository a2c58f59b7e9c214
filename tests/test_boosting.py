"""LightGBM is imported without what takes most of the time, and what it does without can be imported after it."""

import sys
from pathlib import Path

from tests.sandbox import PROJECTS, run, tree, write

LOOK = """
import sys
from weights.models.scoring import lightgbm as scoring
assert not {"pandas", "sklearn", "scipy.stats"} & sys.modules.keys(), "something else imports these"
import pandas, sklearn.base
import numpy as np
rows = np.random.default_rng(0).normal(size=(200, 3))
booster = scoring.lgb.train({"verbosity": -1}, scoring.lgb.Dataset(rows, rows[:, 0]), 5)
print(scoring.Model(booster).predict(rows).shape)
"""


def test_lightgbm_is_imported_alone(tmp_path: Path) -> None:
    write(tree(PROJECTS / "weights"), tmp_path)
    assert run(tmp_path, sys.executable, "-c", LOOK).strip() == "(200,)"
    early = "import pandas, sklearn; import weights.common.boosting; assert sys.modules['pandas'] is pandas"
    run(tmp_path, sys.executable, "-c", f"import sys; {early}")
