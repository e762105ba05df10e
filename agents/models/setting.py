"""The `LLM` setting: `groq:<model>,openai:<model>,offline`, first to last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import SecretStr

Provider = Literal["groq", "openai"]
OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model. `model` may hold slashes and colons, as providers name theirs."""

    provider: Provider
    model: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True)
class ModelsConfig:
    """What bot/ read from the settings. Groq's base is the host, OpenAI's ends in `/v1`; empty means the SDK's own."""

    llm: str = OFFLINE
    groq_api_key: SecretStr | None = None
    groq_base_url: str = ""
    openai_api_key: SecretStr | None = None
    openai_base_url: str = ""
    timeout_s: float = 20.0


def parse(llm: str) -> tuple[ModelSpec, ...]:
    """The models in order; `offline` ends the list and is always its end.

    Raises:
        ValueError: an entry that is no `<provider>:<model>`; the message names the entry.
    """
    specs: list[ModelSpec] = []
    for entry in (part.strip() for part in llm.split(",")):
        if entry in {"", OFFLINE}:
            if entry == OFFLINE:
                break
            continue
        provider, _, model = entry.partition(":")
        if provider not in get_args(Provider) or not model:
            raise ValueError(f"LLM: {entry!r} is not groq:<model>, openai:<model> or offline")
        spec = ModelSpec("groq" if provider == "groq" else "openai", model)
        if spec not in specs:
            specs.append(spec)
    return tuple(specs)
