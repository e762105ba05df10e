"""Load balancers of both kinds by the health that Oracle counts; one whose health is not known is named, not counted healthy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from tools.oracle.everywhere import everywhere, live, one_of, partly
from tools.oracle.where import Where, text_of
from tools.reads.digest import listed
from tools.spec import Json

NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Family:
    service: str
    words: str
    listing: str
    health: str
    key: str


FAMILIES: Final = (
    Family("load_balancer", "load balancers", "list_load_balancers", "list_load_balancer_healths", "loadBalancerId"),
    Family(
        "network_load_balancer", "network load balancers", "list_network_load_balancers",
        "list_network_load_balancer_healths", "networkLoadBalancerId",
    ),
)  # fmt: skip


async def balancers(where: Where, unseen: list[str]) -> list[tuple[str, Json]]:
    """Each with its health, that of its worst backend set. Raises the three error words when nothing at all answers."""
    asks = (
        partly(one.words, everywhere(where, one.service, operation))
        for one in FAMILIES
        for operation in (one.listing, one.health)
    )
    answers = await asyncio.gather(*asks)
    one_of(*answers)
    found: list[tuple[str, Json]] = []
    silent: list[str] = []
    for family, balancers_, healths in zip(FAMILIES, answers[::2], answers[1::2], strict=True):
        unseen.extend(one for one in (*balancers_.unseen, *healths.unseen) if one not in unseen)
        state = {text_of(one, family.key): text_of(one, "status") for one in healths.items}
        for one in filter(live, balancers_.items):
            word = state.get(text_of(one, "id"), "") or "UNKNOWN"
            found.append((word, one))
            if word not in {"OK", "WARNING", "CRITICAL"}:
                silent.append(text_of(one, "displayName") or text_of(one, "id"))
    if silent:
        unseen.append(f"health of load balancers that is not told (UNKNOWN): {listed(sorted(silent), NAMED)}")
    return found
