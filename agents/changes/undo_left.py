"""How a success left its target, and what others made of that since: an undo would take it back as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tools.plan import Reread

COUNTER: Final = "metadata.generation"  # moves with whatever an autoscaler sets, too


def left_by(reread: Reread) -> dict[str, str]:
    """The fields that are no longer as the card showed them before the write: what the plan made of them."""
    return {change.path: change.after for change in reread.drift if change.path != COUNTER}


def moved(left: Mapping[str, str] | None, reread: Reread) -> str:
    """What others made of the target since, in words; empty when it is as it was left, or was never noted."""
    if left is None:
        return ""
    now = {change.path: (change.before, change.after) for change in reread.drift if change.path != COUNTER}
    paths = sorted(
        path for path in left.keys() | now.keys() if left.get(path) != now.get(path, ("", None))[1]
    )
    return "; ".join(f"{path} was {left.get(path, 'as before')}, is {_now(path, now)}" for path in paths)


def _now(path: str, now: Mapping[str, tuple[str, str]]) -> str:
    return now[path][1] if path in now else "as it was before the change"
