"""The commands about the service map."""

from __future__ import annotations

from bot.commands.verb import K8S, Verb

WRITE = "system:write"
SERVICE_VERBS: tuple[Verb, ...] = (
    Verb(
        ("services",), (), "the service map: what a name stands for, and who says so", K8S, example="services"
    ),
    Verb(
        ("services", "propose"),
        (),
        "what could be added to the service map, each line with its source",
        K8S,
        example="services propose",
    ),
    Verb(
        ("services", "confirm"),
        ("service...",),
        "write a proposed service to the map",
        WRITE,
        example="services confirm checkout in shop",
    ),
    Verb(
        ("services", "forget"),
        ("service...",),
        "take a confirmed service out of the map",
        WRITE,
        example="services forget checkout",
    ),
)
