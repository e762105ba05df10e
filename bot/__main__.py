"""`python -m bot <command>`. Everything is in bot/cli; this file only says how it ended."""

from __future__ import annotations

import sys

from bot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
