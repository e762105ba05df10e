"""Named points in the life of a running change, so that a test can end the process exactly there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

POINTS: Final = (
    "before_claim",
    "after_claim",
    "before_intent",
    "before_write",
    "after_write",
    "before_result",
    "after_result",
    "during_verify",
    "before_settle",
    "before_notify",
)

ROLLBACK_POINTS: Final = ("before_rollback", "after_rollback")

Point = Callable[[str, str], None]  # (point, plan id)


def pass_by(point: str, plan_id: str) -> None:
    """In production nothing happens at a point."""
