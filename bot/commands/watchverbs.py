"""The commands about watches."""

from __future__ import annotations

from bot.commands.verb import READ, Verb

WATCH_VERBS: tuple[Verb, ...] = (
    Verb(
        ("watch",),
        ("what...",),
        "look at something every minute for a while and say what changes: `watch checkout for 30m`",
        READ,
        ("namespace", "cluster"),
        example="watch instance train-recsys-1 for 1h",
    ),
    Verb(("watch", "list"), (), "what is being watched in this channel", READ, example="watch list"),
    Verb(("watch", "stop"), ("watch",), "watch it no more", READ, example="watch stop wat_01ABC"),
)
