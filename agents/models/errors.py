"""What can go wrong with a model, and what follows from it.

ModelAway    this model, this call: busy, slow, refused, broken; the next one is tried
ModelsAway   no model is left; the planner answers, and the reason is told
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Why(StrEnum):
    BUSY = "busy"  # 429
    DOWN = "down"  # 5xx, connection
    SLOW = "slow"  # our deadline or the SDK's
    KEY = "key"  # 401, 403: nobody can mend it while we run
    REQUEST = "request"  # 4xx: this request, not the provider
    TOOLS = "tools"  # the provider could not read the model's own tool call
    BROKEN = "broken"  # answers that cannot be used


@dataclass(eq=False)
class ModelAway(Exception):
    """`retry_after` in seconds as the provider said, 0 when it said nothing."""

    why: Why
    reason: str
    retry_after: float = 0.0

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class ModelsAway(Exception):
    """`reasons` has one sentence a model, fit for a person."""

    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.reasons) or "no model is set up"


def classified(error: Exception) -> ModelAway:
    """What an exception of the groq, openai or httpx client means."""
    status, name = getattr(error, "status_code", None), type(error).__name__
    if isinstance(status, int):
        return _by_status(status, error)
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return ModelAway(Why.SLOW, "it did not answer in time")
    module = type(error).__module__.partition(".")[0]
    if module in {"groq", "openai", "httpx", "httpcore", "langchain_openai"}:
        return ModelAway(Why.DOWN, "it cannot be reached or broke off")
    return ModelAway(Why.BROKEN, "its answer could not be read")


def _by_status(status: int, error: Exception) -> ModelAway:
    if status == 429:
        wait = _retry_after(error)
        told = f"; it asks to wait {wait:.0f} s" if wait else ""
        return ModelAway(Why.BUSY, f"it is at its rate limit{told}", wait)
    if status in {401, 403}:
        return ModelAway(Why.KEY, "it does not accept the key")
    if status >= 500 or status == 408:
        return ModelAway(Why.DOWN, f"it answers with an error ({status})")
    if _code(error) == "tool_use_failed":
        return ModelAway(Why.TOOLS, "its tool call could not be read")
    return ModelAway(Why.REQUEST, f"it refuses the request ({status})")


def _retry_after(error: Exception) -> float:
    headers: Any = getattr(getattr(error, "response", None), "headers", {}) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except ValueError:
        return 0.0


def _code(error: Exception) -> str:
    body: Any = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else {}
    return str(inner.get("code", "")) if isinstance(inner, dict) else ""
