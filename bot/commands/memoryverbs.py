"""The commands about what people know of services."""

from __future__ import annotations

from bot.commands.verb import READ, Verb

MEMORY_VERBS: tuple[Verb, ...] = (
    Verb(
        ("remember",),
        ("words...",),
        "keep a fact about a service, once somebody confirms it",
        READ,
        example="remember checkout's pool is 50 by design",
    ),
    Verb(
        ("memory",),
        ("service",),
        "what people confirmed about a service, with who said it and when",
        READ,
        example="memory checkout",
    ),
    Verb(("memory", "forget"), ("fact",), "forget a fact", READ, example="memory forget fact_01ABC"),
)
