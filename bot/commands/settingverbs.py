"""The command about what people set for themselves."""

from __future__ import annotations

from bot.commands.verb import Verb

WHAT = ("zone", "verbosity", "quiet", "service", "cluster", "namespace", "compartment")
SETTING_VERBS: tuple[Verb, ...] = (
    Verb(
        ("settings", "me"),
        ("what?", "value...?"),
        f"how I answer you: {', '.join(WHAT)}; alone it opens a form",
        example="settings me zone Europe/Berlin",
    ),
)
