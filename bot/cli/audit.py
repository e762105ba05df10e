"""`audit`: prove or export the record of what happened."""

from __future__ import annotations

from bot.cli.command import Command

AUDIT = Command("audit", "prove or export the record of what happened")
