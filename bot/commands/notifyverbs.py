"""The commands about notifications."""

from __future__ import annotations

from bot.commands.verb import AUDIT, Verb

ADMIN = "system:write"
SEND = "notifications:send"
NOTIFY_VERBS: tuple[Verb, ...] = (
    Verb(
        ("notifications",),
        ("state?",),
        "what went out to whom, and what did not: waiting, sending, sent, dead, dropped",
        AUDIT,
        example="notifications dead",
    ),
    Verb(
        ("notifications", "ack"),
        ("notification",),
        "say that you are on it: nobody else is called about it",
        SEND,
        example="notifications ack ntf_0a1b2c",
    ),
    Verb(
        ("notifications", "retry"),
        ("notification",),
        "try a dead letter anew",
        ADMIN,
        example="notifications retry ntf_0a1b2c",
    ),
    Verb(
        ("notifications", "test"),
        ("route...",),
        "send a test by every way of a route",
        ADMIN,
        example="notifications test on-call",
    ),
)
