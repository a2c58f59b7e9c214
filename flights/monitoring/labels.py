"""Join outcomes to predictions, and count what is wrong with them."""

from array import array
from collections.abc import Iterator

import msgspec
import numpy as np

from flights.monitoring.logs import Log, Time, files_of, hashed, microseconds, read_lines

DUE = 54000 * 1_000_000  # microseconds from a prediction until its outcome is certain


class Outcome(msgspec.Struct):
    """What is read of a line of the log of outcomes."""

    id: str
    time: Time
    outcome: bool


def valid_outcomes(counts: dict[str, int]) -> Iterator[tuple[Outcome, float]]:
    """Yield each outcome in the log that can be a target, with its value as one; count the others."""
    for file in files_of("outcomes"):
        for _, outcome in read_lines(file, Outcome, counts):
            value = float(outcome.outcome)
            if np.isfinite(value):
                yield outcome, value
            else:
                counts["invalid"] += 1


class Labels:
    """The target of each prediction of the ``log``, not a number where it is not known, and how outcomes were counted.

    Where several outcomes were reported for a prediction, the one reported last counts.
    """

    def __init__(self, log: Log) -> None:
        ids, times, values = array("q"), array("q"), array("d")
        broken = {"torn": 0, "invalid": 0}
        for outcome, value in valid_outcomes(broken):
            ids.append(hashed(outcome.id))
            times.append(microseconds(outcome.time))
            values.append(value)
        self.target = np.full(len(log), np.nan)
        self.counts = self.join(log, np.array(ids, np.int64), np.array(times, np.int64), np.array(values, np.float64))
        self.counts["passed_over"] = sum(broken.values())
        unknown = np.isnan(self.target)
        late = log.logged + DUE < log.logged.max(initial=0)
        self.counts |= {"waiting": int((unknown & ~late).sum()), "missing": int((unknown & late).sum())}

    def join(self, log: Log, ids: np.ndarray, times: np.ndarray, values: np.ndarray) -> dict[str, int]:
        """Set the targets by outcomes with these ``ids``; return the counts of their kinds."""
        order = np.lexsort((times, ids))
        ids, times, values = ids[order], times[order], values[order]
        again, same = ids[1:] == ids[:-1], values[1:] == values[:-1]
        last = np.append(~again, True)[: len(ids)]
        ids, times, values = ids[last], times[last], values[last]
        places = np.minimum(np.searchsorted(ids, log.id), max(len(ids) - 1, 0))
        matched = ids[places] == log.id if len(ids) else np.zeros(len(log), dtype=bool)
        times, logged = times[places[matched]], log.logged[matched]
        self.target[matched] = values[places[matched]]
        return {
            "matched": len(logged),
            "unmatched": len(ids) - len(logged),  # of predictions of another version, or of none
            "repeated": int((again & same).sum()),
            "contradicting": int((again & ~same).sum()),
            "early": int((times < logged).sum()),  # before the prediction was made: a clock was set
            "delayed": int((times > logged + DUE).sum()),
        }
