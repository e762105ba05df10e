"""When a detector looks: once in each slot of its schedule, some minutes after the hour, when the last hour is there in full."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

SETTLED: Final = timedelta(minutes=10)  # after the hour: what was measured in it has arrived by then
LOST: Final = timedelta(minutes=5)  # whoever took a look so long ago and said nothing of it is gone
BACK: Final = timedelta(minutes=10)  # a clock so far before the last look was put back
HOUR: Final = timedelta(hours=1)


def due(looked_at: datetime, seen_at: datetime | None, every: timedelta, now: datetime) -> bool:
    if now.minute * timedelta(minutes=1) < SETTLED:
        return False
    if now < looked_at - BACK:
        return True
    lost = (seen_at is None or seen_at != looked_at) and now - looked_at >= LOST
    return lost or _slot(now, every) > _slot(looked_at, every)


def _slot(at: datetime, every: timedelta) -> int:
    return int((at - SETTLED).timestamp() // every.total_seconds())
