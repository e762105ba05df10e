"""Small wordings that reads and changes share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785
from pydantic import BaseModel, ValidationError


def spell_invalid(error: ValidationError, model: type[BaseModel] | None = None) -> str:
    """What is wrong with which argument, and with `model` which there are; never the value, it may be anything."""
    parts = [
        f"{'.'.join(str(p) for p in item['loc']) or 'arguments'}: {_message(item['type'], item['msg'])}"
        for item in error.errors(include_url=False, include_input=False)[:5]
    ]
    known = f". It takes: {', '.join(model.model_fields)}" if model is not None else ""
    return f"wrong arguments: {'; '.join(parts)}{known}"


def _message(kind: str, words: str) -> str:
    return "there is no such argument" if kind == "extra_forbidden" else words.removeprefix("Value error, ")


def args_hash(args: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, of the arguments as they were before redaction. Never fails."""
    try:
        text = rfc8785.dumps(dict(args))
    except (rfc8785.CanonicalizationError, TypeError, ValueError, RecursionError):
        text = repr(sorted(args.items(), key=lambda item: str(item[0]))).encode()
    return hashlib.sha256(text).hexdigest()
