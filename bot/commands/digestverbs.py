"""The commands about digests."""

from __future__ import annotations

from agents.digests.digest import KINDS
from bot.commands.verb import READ, Verb

DIGEST_VERBS: tuple[Verb, ...] = (
    Verb(
        ("digest", "add"),
        ("kind", "cron..."),
        f"post {', '.join(KINDS)} to this channel on a schedule",
        READ,
        ("zone",),
        "digest add handover 0 9 * * 1-5 --zone Europe/Berlin",
    ),
    Verb(("digest", "list"), (), "what is posted to this channel on a schedule", READ, example="digest list"),
    Verb(("digest", "remove"), ("digest",), "post it no more", READ, example="digest remove dig_01ABC"),
    Verb(("digest", "preview"), ("kind",), "what it would say now", READ, example="digest preview cost"),
    Verb(
        ("digest", "now"),
        ("digest",),
        "post it now, beside its schedule: one of this channel, or a kind",
        READ,
        example="digest now operations",
    ),
)
