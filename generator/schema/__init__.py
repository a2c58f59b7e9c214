"""The config as frozen types, one module for each group of ``conf/``."""

from pydantic import Field

from generator.schema.base import Identifier, Strict, Text
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
from generator.schema.service import Service
from generator.schema.split import Split
from generator.schema.stages import OwnStage
from generator.schema.tuning import Tuning

__all__ = ["Config", "Naming"]


class Naming(Strict):
    """What the project is called."""

    package: Identifier = Field(description="the Python package that is rendered")
    title: Text


class Config(Strict):
    """A whole project: its name, and one option of every group."""

    project: Naming
    problem: Problem
    data: Data
    metrics: Metrics
    explore: Explore
    features: Features
    split: Split
    model: dict[Identifier, Candidate] = Field(min_length=1)
    tuning: Tuning
    engine: Engine
    service: Service
    release: Release
    monitor: Monitor
    deploy: Deploy = Deploy()
    stages: dict[Identifier, OwnStage] | None = Field(default=None, description="stages of the project's own")
