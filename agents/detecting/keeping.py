"""A detector's state as the store keeps it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.detecting.state import Fire, State


def kept(state: State) -> dict[str, Any]:
    return {
        "muted_until": _told(state.muted_until),
        "fires": {
            key: {
                "name": one.name,
                "since": one.since.isoformat(),
                "odd_at": one.odd_at.isoformat(),
                "text": one.text,
            }
            for key, one in state.fires.items()
        },
        "fired_at": _told(state.fired_at),
        "over_at": _told(state.over_at),
        "trouble": state.trouble,
        "trouble_since": _told(state.trouble_since),
        "told": state.told,
    }


def state_of(data: Mapping[str, Any]) -> State:
    """Of what `kept` made; of nothing, a detector that never looked."""
    fires = {
        key: Fire(one["name"], _time(one["since"]), _time(one["odd_at"]), one["text"])
        for key, one in (data.get("fires") or {}).items()
    }
    times = [
        _time(data[key]) if data.get(key) else None
        for key in ("muted_until", "fired_at", "over_at", "trouble_since")
    ]
    muted, fired, over, trouble = times
    return State(muted, fires, fired, over, str(data.get("trouble", "")), trouble, bool(data.get("told")))


def _told(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
