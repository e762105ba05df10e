"""The workflow engine: the one place that knows DBOS. Turns, changes and the tick survive the death of the process."""

from agents.engine.engine import Engine, EngineBusy
from agents.engine.runtime import upgrade

__all__ = ["Engine", "EngineBusy", "upgrade"]
