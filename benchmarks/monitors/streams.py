"""A simulated stream in which nothing changes: seasons, slow noise, and a trend where there is one."""

import numpy as np
import pyarrow as pa
from scipy.signal import lfilter


def simulated(rows: int, seed: int, trend: float) -> pa.Table:
    """Return rows, one in two minutes, whose outcomes are as likely as their scores say."""
    draw = np.random.default_rng(seed)
    minutes = 2 * np.arange(rows)
    hour, weekday = (minutes // 60) % 24, (minutes // 1_440) % 7
    slow = lfilter([1.0], [1.0, -0.997], draw.normal(0, 0.06, rows))
    wind = slow + np.sin(hour / 24 * 2 * np.pi) + 0.5 * (weekday >= 5) + trend * np.arange(rows) / rows
    wind = wind + draw.normal(0, 1, rows)
    score = 1 / (1 + np.exp(2 - wind))
    columns = {
        "hour": hour.astype(float),
        "weekday": weekday.astype(str),
        "wind": wind,
        "__time": np.datetime64("2024-01-01T00:00:00", "us") + minutes.astype("timedelta64[m]"),
        "__target": (draw.random(rows) < score).astype(np.int64),
        "__score": score,
    }
    return pa.table(columns)
