"""The commands about channels that belong to one incident."""

from __future__ import annotations

from bot.commands.verb import READ, Verb

WRITE = "monitoring:write"
ROOM_VERBS: tuple[Verb, ...] = (
    Verb(
        ("incident", "watch"),
        (),
        "follow this channel's incident: a card, and news as they come",
        READ,
        example="incident watch",
    ),
    Verb(("incident", "pause"), (), "say nothing unasked in this channel", WRITE, example="incident pause"),
    Verb(("incident", "resume"), (), "speak up again in this channel", WRITE, example="incident resume"),
    Verb(
        ("incident", "complete"),
        ("words...?",),
        "resolve this channel's incident, with hand-over and review draft",
        WRITE,
        example="incident complete rolled back, holds",
    ),
    Verb(("incident", "reopen"), (), "go on with this channel's incident", WRITE, example="incident reopen"),
)
