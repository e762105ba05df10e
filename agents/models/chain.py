"""The models in order, each behind its breaker. One call walks the list until a model answers or none is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from agents.models.breaker import Breaker
from agents.models.chat import UNREADABLE, Maker, chat_model, failures
from agents.models.errors import ModelAway, ModelsAway, Why, classified
from agents.models.setting import ModelsConfig, ModelSpec, parse

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")
SHORT_WAIT_S = 1.5  # a rate limit that ends this soon is waited for; longer ones go to the next model at once
MAX_BOUND = 16


@dataclass
class ModelEntry:
    """One model. `bound` keeps it with a tool set already attached: binding is paid once a role, not once a call."""

    spec: ModelSpec
    make: Maker
    breaker: Breaker
    timeout_s: float = 20.0
    _model: BaseChatModel | None = None
    _client: httpx.AsyncClient | None = None
    _bound: dict[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> BaseChatModel:
        if self._model is None:
            import httpx

            self._client = httpx.AsyncClient(timeout=self.timeout_s)
            self._model = self.make(self._client)
        return self._model

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def bound(self, key: str, functions: list[dict[str, Any]], *, closing: bool = False) -> Any:
        """The model with these tools; `key` stands for the tool set. `closing` forbids calls but keeps the prefix.

        The tools go past the SDK's own walk over every field, which costs more than everything else of a call.
        """
        name = f"{key}{'/closing' if closing else ''}"
        if name not in self._bound:
            if len(self._bound) >= MAX_BOUND:
                self._bound.clear()
            body = {"tools": functions, **({"tool_choice": "none"} if closing else {})}
            self._bound[name] = self.model.bind(extra_body=body) if functions else self.model
        return self._bound[name]


@dataclass
class Chain:
    """Empty means offline."""

    entries: tuple[ModelEntry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    def available(self) -> bool:
        """Whether any model may be asked right now."""
        return any(entry.breaker.waits() == 0 for entry in self.entries)

    def waits(self) -> float:
        """Seconds until one of the models may be asked; 0 when one may now."""
        return min((entry.breaker.waits() for entry in self.entries), default=0.0)

    def reasons(self) -> tuple[str, ...]:
        """Why models that may not be asked now may not, one sentence each."""
        return tuple(_rests(e.spec, e.breaker) for e in self.entries if e.breaker.waits() > 0)

    async def close(self) -> None:
        for entry in self.entries:
            await entry.close()

    async def run(
        self, call: Callable[[ModelEntry], Awaitable[T]], deadline: float
    ) -> tuple[T, ModelSpec, tuple[str, ...]]:
        """The first answer, who gave it, and why the ones before it did not.

        `call` may raise ModelAway itself for answers that cannot be used. `deadline` is loop time.

        Raises:
            ModelsAway: nobody answered.
        """
        reasons: list[str] = []
        for entry in self.entries:
            if entry.breaker.waits() > SHORT_WAIT_S:
                reasons.append(_rests(entry.spec, entry.breaker))
                continue
            try:
                return await self._try(entry, call, deadline), entry.spec, tuple(reasons)
            except ModelAway as away:
                reasons.append(f"{entry.spec.model}: {away.reason}")
        raise ModelsAway(tuple(reasons))

    async def _try(self, entry: ModelEntry, call: Callable[[ModelEntry], Awaitable[T]], deadline: float) -> T:
        """One model, twice at most: a short rate limit is waited for, an unreadable tool call asked again."""
        await _pause(entry.breaker.waits(), deadline)
        try:
            return await _once(entry, call, deadline)
        except ModelAway as away:
            if away.why is not Why.TOOLS and not (
                away.why is Why.BUSY and 0 < away.retry_after <= SHORT_WAIT_S
            ):
                raise
        await _pause(entry.breaker.waits(), deadline)
        return await _once(entry, call, deadline)


async def _once(entry: ModelEntry, call: Callable[[ModelEntry], Awaitable[T]], deadline: float) -> T:
    left = deadline - asyncio.get_running_loop().time()
    if left <= 0.5:
        raise ModelAway(Why.SLOW, "the time of this turn is used up")
    away_errors: tuple[type[Exception], ...] = (*failures(entry.spec.provider), *UNREADABLE)
    entry.breaker.enter()
    try:
        async with asyncio.timeout(min(entry.timeout_s, left)):
            answer = await call(entry)
    except asyncio.CancelledError:
        entry.breaker.left()
        raise
    except ModelAway as away:
        entry.breaker.failed(away)
        raise
    except away_errors as error:
        found = classified(error)
        entry.breaker.failed(found)
        raise found from error
    entry.breaker.succeeded()
    return answer


async def _pause(seconds: float, deadline: float) -> None:
    left = deadline - asyncio.get_running_loop().time()
    if 0 < seconds < left:
        await asyncio.sleep(seconds)


def _rests(spec: ModelSpec, breaker: Breaker) -> str:
    why = breaker.reason or "it failed before"
    return f"{spec.model}: {why}; next try in {breaker.waits():.0f} s"


def build_chain(config: ModelsConfig, now: Callable[[], float] = monotonic) -> Chain:
    """The chain of the settings; clients are made when first used, so that offline imports none of them.

    Raises:
        ValueError: the LLM setting is malformed or a provider's key is missing; the message names the setting.
    """
    entries = []
    for spec in parse(config.llm):
        key = config.groq_api_key if spec.provider == "groq" else config.openai_api_key
        base = config.groq_base_url if spec.provider == "groq" else config.openai_base_url
        if key is None:
            raise ValueError(f"LLM names {spec} but {spec.provider.upper()}_API_KEY is not set")
        entries.append(
            ModelEntry(spec, chat_model(spec, key, base, config.timeout_s), Breaker(now), config.timeout_s)
        )
    return Chain(tuple(entries))
