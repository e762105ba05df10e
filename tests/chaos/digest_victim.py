"""What a forked bot has more, so that it can die inside a digest and be told another time: only here is anything wrapped.

`CLOCK_FILE` holds seconds that every process is ahead, `clock` in the process's own folder those that it alone is.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.outgoing import Outgoing
from storage.clock import SystemClock
from tests.chaos import bot_victim

PLANNED, POSTED = "digest_planned", "digest_posted"
KIND = "digest"


def arm() -> None:
    """Before Slack has it, and after: what is noted in the store comes later still."""
    bot_victim.before(Outgoing, "_taken", PLANNED, lambda _, args, __: args[1].kind == KIND)
    bot_victim.after(Outgoing, "_taken", POSTED, lambda _, args, __: args[1].kind == KIND)
    if everybody := os.environ.get("CLOCK_FILE"):
        _told(Path(everybody), Path(os.environ["DATA_DIR"]) / "clock")


def set_clock(file: Path, now: datetime) -> None:
    """Everybody's, from here on; never half of it."""
    (ready := file.with_suffix(".next")).write_text(str((now - datetime.now(UTC)).total_seconds()))
    ready.replace(file)


def _told(*files: Path) -> None:
    real = SystemClock.now

    def now(clock: Any) -> datetime:
        return real(clock) + timedelta(seconds=sum(map(_seconds, files)))

    SystemClock.now = now  # type: ignore[method-assign]


def _seconds(file: Path) -> float:
    return float(file.read_text()) if file.exists() else 0.0
