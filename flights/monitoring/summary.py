"""What reports/monitor.json holds: the log window by window, the alarms, and whether to retrain.

Readers decode it with ``msgspec.json.decode(SUMMARY.read_bytes(), type=Summary)``.
"""

from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from flights.common.outputs import write_json

SUMMARY = Path("reports/monitor.json")
AlarmClass = Literal["performance", "scores", "data quality"]
Policy = Literal["first version", "on_alarm", "every", "new_labels"]


class Figure(Struct):
    """A value and its interval."""

    value: float
    interval: tuple[float, float]


class Drift(Struct, kw_only=True):
    """How far a distribution is from the reference, 0 to 1; no threshold where it follows the calendar or nothing is known."""

    drift: float
    threshold: float | None = None
    alarm: bool = False


class Column(Drift, kw_only=True):
    """The drift of a feature in the latest window, and how much of the drift of the scores goes when it is put back."""

    name: str
    calendar: bool = False
    effect: float | None = None


class Performance(Struct, kw_only=True):
    """The realised primary metric of the latest window that has enough outcomes, and the value beyond which it is an alarm."""

    metric: str
    rows: int
    value: float
    interval: tuple[float, float]
    holdout: float | None = None
    threshold: float | None = None
    promised: float | None = None
    blocks: int = 0
    alarm: bool = False


class Window(Struct, kw_only=True, rename={"start": "from", "end": "to"}):
    """Consecutive predictions. ``money`` is per 1,000 rows; ``estimate`` is of the metric, made without outcomes.

    ``threshold`` is the value of the metric beyond which it is an alarm. ``complete`` says whether the window has all its rows; ``features`` is the drift of each; ``unexpected`` the share of
    rows in which a field is beyond the contract, without those in which none is.
    """

    start: datetime
    end: datetime
    rows: int
    labelled: int
    complete: bool
    realised: Figure | None = None
    threshold: float | None = None
    estimate: Figure | None = None
    money: float | None = None
    scores: Drift | None = None
    features: dict[str, float] = {}
    unexpected: dict[str, float] = {}


class Alarm(Struct, kw_only=True, rename={"kind": "class"}):
    """``what``, a metric, the score or a field, is ``value`` in ``windows[window]``, beyond ``limit``; ``text`` says so."""

    kind: AlarmClass
    window: int
    what: str
    value: float
    limit: float
    text: str


class Slice(Struct, kw_only=True):
    """A group of the rows of the latest windows: ``realised`` is the metric, ``drift`` that of its scores."""

    column: str
    value: str
    rows: int
    labelled: int
    realised: float | None = None
    drift: float | None = None


class Estimates(Struct, kw_only=True):
    """In how many windows with outcomes the interval of the estimate contains the realised value; None: too few to say."""

    windows: int
    covered: int
    reliable: bool | None = None


class Calibration(Struct, kw_only=True):
    """How thresholds were set, by ``blocks`` of ``rows`` consecutive rows, or by draws where there are none.

    Rates are false alarms a quarter: those ``asked`` for, those ``promised`` whatever is beyond the blocks, and those
    ``measured`` when each block has the thresholds that the others set.
    """

    rows: int
    blocks: int = 0
    windows_per_quarter: float
    asked: float
    promised: float | None = None
    measured: float | None = None


class Decision(Struct, kw_only=True):
    """Whether a new model is due, by which policies and why; ``against`` is what an alarm is outweighed by.

    ``expected_gain`` is in the primary metric, ``expected_money`` in the currency of the decision, for 30 days.
    """

    due: bool
    policies: list[Policy] = []
    reasons: list[str] = []
    against: str | None = None
    expected_gain: float | None = None
    expected_money: float | None = None


class Summary(Struct, kw_only=True):
    """The whole document, from the first prediction of the version, at ``since``, to the last, at ``until``.

    ``retrain`` says whether alarms call for a new model, for ``reasons``; ``decision`` weighs them, and other policies, as of
    the last prediction.
    """

    status: Literal["no predictions yet", "too few predictions", "quiet", "alarm"]
    statement: str
    version: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    rows: int = 0
    log: dict[str, int] = {}
    labels: dict[str, int] | None = None
    windows: list[Window] = []
    alarms: list[Alarm] = []
    performance: Performance | None = None
    score: Drift | None = None
    columns: list[Column] = []
    slices: list[Slice] = []
    estimates: Estimates | None = None
    calibration: Calibration | None = None
    retrain: bool = False
    reasons: list[str] = []
    decision: Decision | None = None


def write_summary(summary: Summary, path: Path = SUMMARY) -> None:
    """Write ``summary`` as JSON."""
    write_json(path, msgspec.to_builtins(summary))
