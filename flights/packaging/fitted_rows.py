"""Which rows a model has been fitted on: those between two places of an order, as the bundle keeps them.

So two models are compared on rows that are new to both, whichever data and split they were trained with.
"""

from pathlib import Path
from typing import Any

import numpy as np

from flights.common.engine import connect
from flights.common.outputs import read_json

TABLE = "data/tables/flights.parquet"
TRAIN = "data/train.parquet"
HOLDOUT = "data/holdout.parquet"
FILE = "fitted_on.json"
ORDER = "strftime(CAST(departure AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f')"  # what split the rows
GROUP = "''"  # within which they were split
PLACES = """
    SELECT {group} AS __group, {order} AS __order
    FROM read_parquet($table) JOIN (SELECT __row, __target FROM read_parquet($rows)) USING (__row)"""


def fitted_on() -> dict[str, Any]:
    """Return the least and the greatest place of the training rows in each group, and how both are computed."""
    places = PLACES.format(group=GROUP, order=ORDER)
    ranges = f"SELECT __group, min(__order), max(__order) FROM ({places}) GROUP BY __group ORDER BY __group"
    with connect() as database:
        found = database.execute(ranges, {"table": TABLE, "rows": TRAIN}).fetchall()
    return {"group": GROUP, "order": ORDER, "between": {group: bounds for group, *bounds in found}}


def unseen(bundle: Path) -> np.ndarray:
    """Return which rows of the holdout the evaluated model of ``bundle`` was not fitted on: all where it does not say."""
    if not (bundle / FILE).exists():
        with connect() as database:
            return np.ones(len(database.read_parquet(HOLDOUT)), dtype=bool)
    fitted = read_json(bundle / FILE)
    places = f"{PLACES.format(group=fitted['group'], order=fitted['order'])} ORDER BY __row"
    with connect() as database:
        found = database.execute(places, {"table": TABLE, "rows": HOLDOUT}).fetchall()
    ranges = fitted["between"]
    return np.array(
        [group not in ranges or not ranges[group][0] <= place <= ranges[group][1] for group, place in found]
    )
