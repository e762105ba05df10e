"""The bot as its own process that dies by SIGKILL at a named point of a delivery: `python -m tests.chaos.notify_victim FILE`.

When FILE holds the name of a point, the first delivery to pass it is the process's last. Only here is anything wrapped.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.cli.main import main
from bot.notify.email import Email
from tests.chaos import bot_victim

if __name__ == "__main__":
    bot_victim.FILE = Path(sys.argv[1])
    bot_victim.before(Email, "send", "after_claim")
    sys.exit(main(["run"]))
