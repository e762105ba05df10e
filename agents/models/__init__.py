"""Language models by the `LLM` setting: an ordered list, tried one after the other, with the planner as the last resort."""

from agents.models.chain import Chain, ModelEntry, build_chain
from agents.models.errors import ModelAway, ModelsAway
from agents.models.setting import ModelsConfig, ModelSpec, parse

__all__ = [
    "Chain",
    "ModelAway",
    "ModelEntry",
    "ModelSpec",
    "ModelsAway",
    "ModelsConfig",
    "build_chain",
    "parse",
]
