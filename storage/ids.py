"""Ids that sort by time and say what they are of: `plan_01J...`."""

from __future__ import annotations

from ulid import ULID


def new_id(prefix: str = "") -> str:
    return f"{prefix}{ULID()}"
