"""The config as frozen types, one module for each group of ``conf/``."""

from pydantic import Field

from generator.schema.alerts import Channel
from generator.schema.backtest import Backtest
from generator.schema.base import Identifier, Strict, Text
from generator.schema.blend import Blend
from generator.schema.ci import Ci
from generator.schema.data import Data
from generator.schema.deploy import Deploy
from generator.schema.engine import Engine
from generator.schema.explore import Explore
from generator.schema.features import Features
from generator.schema.metrics import Metrics
from generator.schema.model import Candidate
from generator.schema.monitor import Monitor
from generator.schema.problem import Problem
from generator.schema.release import Release
from generator.schema.retrain import Retrain
from generator.schema.service import Service
from generator.schema.split import Split
from generator.schema.stages import OwnStage
from generator.schema.tuning import Tuning

__all__ = ["Config", "Naming"]


class Naming(Strict):
    """What the project is called."""

    package: Identifier = Field(description="the Python package that is rendered", examples=["flights"])
    title: Text = Field(description="what the project is called on its pages", examples=["Late arrivals of flights"])


class Config(Strict):
    """A whole project: its name, and one option of every group."""

    project: Naming
    problem: Problem
    data: Data
    metrics: Metrics
    explore: Explore
    features: Features = Field(
        description="each feature under its name: an expression, a lookup, a window aggregate, or a Python function",
        examples=[
            {
                "hour": "extract(hour FROM departure)",
                "seats": {"lookup": "planes.seats", "by": "tailnum"},
                "late_7d": {"avg": "arr_delay >= 30", "by": "carrier", "over": "7 days"},
                "bearing": {"python": "distances.bearing", "of": ["lat", "lon"]},
            }
        ],
    )
    split: Split = Field(description="which rows are trained on, which choose a candidate, and which are held out")
    model: dict[Identifier, Candidate] = Field(
        min_length=1,
        description="the candidates that compete, each under a name of its own",
        examples=[{"lightgbm": {"kind": "lightgbm", "rounds": 400}}],
    )
    blend: Blend | None = Field(
        default=None,
        description="a candidate that combines the others; it competes where it is given",
        examples=[{"kind": "greedy"}],
    )
    tuning: Tuning = Field(description="whether, and how long, settings are searched for")
    engine: Engine
    service: Service
    release: Release
    monitor: Monitor
    retrain: Retrain = Field(
        default=Retrain(),
        description="when `ninefold retrain` fits a new model, and what that has to be worth",
        examples=[{"on_alarm": True, "every": "30 days"}],
    )
    alerts: dict[Identifier, Channel] = Field(
        default_factory=dict,
        description="where alarms are sent, each channel under a name of its own",
        examples=[{"team": {"kind": "webhook", "url": "ALERT_WEBHOOK", "form": "slack"}}],
    )
    backtest: Backtest | None = Field(
        default=None,
        description="what `ninefold backtest` replays; rendered where it is given",
        examples=[{"period": "month", "first": 3}],
    )
    deploy: Deploy = Field(
        default=Deploy(),
        description="where the bundle runs; only targets that are given are rendered",
        examples=[{"container": {"port": 8000}}],
    )
    stages: dict[Identifier, OwnStage] | None = Field(default=None, description="stages of the project's own")
    ci: Ci = Field(
        default=Ci(),
        description="what checks and retrains the project on a server; only files that are asked for are rendered",
        examples=[{"github": True, "cron": "0 4 * * 1"}],
    )
