"""The commands about triage that is on probation."""

from __future__ import annotations

from bot.commands.verb import READ, Verb

WRITE = "monitoring:write"
TRIAGE_VERBS: tuple[Verb, ...] = (
    Verb(
        ("triage", "shadow"),
        (),
        "which alert rules are trusted, and by which figures",
        READ,
        example="triage shadow",
    ),
    Verb(
        ("triage", "promote"),
        ("rule...",),
        "let a rule out of the shadow, once it has earned that",
        "system:write",
        ("channel",),
        "triage promote CheckoutDown --channel C0123ABCD",
    ),
    Verb(
        ("triage", "demote"),
        ("rule...",),
        "put a rule back into the shadow",
        WRITE,
        ("channel",),
        "triage demote CheckoutDown --channel C0123ABCD",
    ),
)
