"""Copies of what is JSON, several times faster than the general deep copy: every message that is posted is copied a few times."""

from __future__ import annotations

from typing import Any, TypeVar, cast

T = TypeVar("T")


def copied(value: T) -> T:
    """Objects and lists anew; what is in them besides cannot change."""
    return cast("T", _copied(value))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value
