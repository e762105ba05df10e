"""Counting tokens without a tokenizer: the provider's own figure where there is one, else an estimate."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

CHARS_A_TOKEN = 3.6  # English prose with JSON, measured over common tokenizers


def estimate(text: str) -> int:
    return round(len(text) / CHARS_A_TOKEN)


def estimate_prompt(system: str, functions: Iterable[dict[str, Any]], messages: Iterable[str] = ()) -> int:
    """Tokens of a whole request: system prompt, tool schemas as they are sent, messages."""
    schemas = json.dumps(list(functions), separators=(",", ":"))
    return estimate(system) + estimate(schemas) + sum(estimate(text) + 4 for text in messages)


def used(message: Any) -> int:
    """Tokens that one answer cost, cached prompt tokens left out; estimated when the provider says nothing."""
    usage = getattr(message, "usage_metadata", None)
    if not usage:
        return estimate(str(message.content))
    cached = (usage.get("input_token_details") or {}).get("cache_read") or 0
    return max(0, int(usage.get("total_tokens", 0)) - int(cached))
