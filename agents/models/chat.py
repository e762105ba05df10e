"""LangChain's clients, made with our settings: temperature 0, no retries of their own, streaming left to the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agents.models.setting import ModelSpec, Provider

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel


UNREADABLE = (TimeoutError, ValueError, LookupError, TypeError)  # our deadline; answers in no known shape


def failures(provider: Provider) -> tuple[type[Exception], ...]:
    """What a provider's client raises for what the provider does."""
    import httpx

    if provider == "groq":
        import groq

        return (groq.GroqError, httpx.HTTPError)
    import openai

    return (openai.OpenAIError, httpx.HTTPError)


Maker = Callable[["httpx.AsyncClient"], "BaseChatModel"]


def chat_model(spec: ModelSpec, key: SecretStr, base_url: str, timeout_s: float) -> Maker:
    """A maker, called once when the model is first needed: importing a provider costs a second."""

    def groq(client: httpx.AsyncClient) -> BaseChatModel:
        from agents.models.groq import PlainGroq

        return PlainGroq(
            model_name=spec.model,
            groq_api_key=key,
            groq_api_base=base_url or None,
            temperature=0,
            max_retries=0,
            request_timeout=timeout_s,
            http_async_client=client,
        )

    def openai(client: httpx.AsyncClient) -> BaseChatModel:
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(
            model=spec.model,
            api_key=key,
            base_url=base_url or None,
            temperature=0,
            max_retries=0,
            timeout=timeout_s,
            http_async_client=client,
        )

    return groq if spec.provider == "groq" else openai
