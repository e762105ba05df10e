"""Does the provider know the model? Asked by `doctor` and at start; costs no tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.models.setting import ModelsConfig, ModelSpec, parse

if TYPE_CHECKING:
    import httpx

HOSTS = {"groq": "https://api.groq.com", "openai": "https://api.openai.com/v1"}
TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """`problem` is empty when the model is offered; it never holds keys or addresses."""

    spec: ModelSpec
    problem: str


async def check(config: ModelsConfig) -> tuple[ModelCheck, ...]:
    """Every model of the setting, in order. Raises ValueError for a malformed setting, nothing for what providers do."""
    return tuple([ModelCheck(spec, await _problem(spec, config)) for spec in parse(config.llm)])


async def _problem(spec: ModelSpec, config: ModelsConfig) -> str:
    import httpx

    key = config.groq_api_key if spec.provider == "groq" else config.openai_api_key
    if key is None:
        return f"{spec.provider.upper()}_API_KEY is not set"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            answer = await client.get(
                _address(spec, config), headers={"Authorization": f"Bearer {key.get_secret_value()}"}
            )
    except httpx.HTTPError:
        return "the provider cannot be reached"
    if answer.status_code in {401, 403}:
        return "the provider does not accept the key"
    if answer.status_code != 200:
        return f"the provider answers with an error ({answer.status_code})"
    return "" if spec.model in _offered(answer) else "the provider does not offer this model"


def _address(spec: ModelSpec, config: ModelsConfig) -> str:
    base = (config.groq_base_url if spec.provider == "groq" else config.openai_base_url) or HOSTS[
        spec.provider
    ]
    return f"{base.rstrip('/')}/openai/v1/models" if spec.provider == "groq" else f"{base.rstrip('/')}/models"


def _offered(answer: httpx.Response) -> set[str]:
    try:
        body = answer.json()
    except ValueError:
        return set()
    items = body.get("data") if isinstance(body, dict) else None
    return {str(item.get("id")) for item in items or [] if isinstance(item, dict)}
