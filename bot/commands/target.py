"""The word that names what a command is about: a service of the map, else a workload in the namespace at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.commands.context import Ctx
from bot.commands.near import nearest

READS = "monitoring:read"


async def target_of(ctx: Ctx, word: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """`{service}` or `{name}`. A word that is neither is left as a service, so that the gate asks back with near ones."""
    kind, slash, name = word.partition("/")
    if slash and name:
        return {"name": name.lower(), "kind": kind.lower()}
    if "service" in args:
        return {"name": word}
    if await _is_service(ctx, word):
        return {"service": word}
    namespaced = "namespace" in args or bool(ctx.policy.scope_for(ctx.place.channel).namespace)
    return {"name": word} if namespaced and word == word.lower() and " " not in word else {"service": word}


async def near_names(ctx: Ctx, word: str) -> tuple[str, ...]:
    """Services that are spelled like a word that named nothing."""
    reach = ctx.policy.reach(ctx.actor, ctx.place, READS)
    known = (await ctx.core.clients.known_services()).all(reach)
    return nearest(word.lower(), [service.name for service in known]) if word else ()


async def _is_service(ctx: Ctx, word: str) -> bool:
    reach = ctx.policy.reach(ctx.actor, ctx.place, READS)
    known = (await ctx.core.clients.known_services()).all(reach)
    low = word.lower()
    return any(low in {s.name.lower(), *(alias.lower() for alias in s.aliases)} for s in known)
