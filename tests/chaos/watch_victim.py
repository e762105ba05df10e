"""What a forked bot has more, so that it can die inside a look of a watch: only here is anything wrapped.

`ORDER_FILE` is one order for all: the first process to pass the point that it names dies of it.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.outgoing import Outgoing
from bot.watches import KIND, Watches
from storage.watches import Watches as Store
from tests.chaos import bot_victim

LOOKED, TELLING, PLANNED, POSTED = "watch_looked", "watch_telling", "watch_planned", "watch_posted"
POINTS = (POSTED, PLANNED, LOOKED, TELLING)


def arm() -> None:
    """The look is taken; what was seen is noted, not yet committed; Slack has it not yet; Slack has it."""
    bot_victim.before(Watches, "_read", LOOKED)
    bot_victim.after(Store, "tell", TELLING, lambda told, _, __: bool(told))
    bot_victim.before(Outgoing, "_taken", PLANNED, lambda _, args, __: args[1].kind == KIND)
    bot_victim.after(Outgoing, "_taken", POSTED, lambda _, args, __: args[1].kind == KIND)
    if shared := os.environ.get("ORDER_FILE"):
        bot_victim.FILE = Path(shared)
