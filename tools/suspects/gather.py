"""Every source asked at once; one that does not answer costs its part alone, and is named."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from tools.errors import AskBack, ToolError
from tools.services.model import Service
from tools.services.where import Place
from tools.spec import Call
from tools.suspects import cluster, others
from tools.suspects.cluster import About, Window
from tools.suspects.model import Heard, Source, Suspect


async def gather(
    call: Call, place: Place | None, sources: Sequence[Source], window: Window, service: Service | None
) -> Heard:
    """Suspects in no order. Where nothing at all answers, `asked` is empty."""
    about = await _about(call, place, service)
    heard = Heard()
    work: dict[Source, Coroutine[Any, Any, list[Suspect]]] = {}
    if "cluster" in sources and place is not None:
        work["cluster"] = _cluster(call, place, window, about, heard)
    if "deploys" in sources and call.clients.deploys is not None:
        work["deploys"] = others.deploys(call, window, about, service)
    if "ours" in sources and call.clients.own is not None:
        work["ours"] = others.ours(call, window, about)
    if "oracle" in sources and call.clients.oracle is not None:
        work["oracle"] = _oracle(call, window, service, heard)
    heard.unseen += [f"{each}: not set up here" for each in sources if each not in work and each != "cluster"]
    answers = await asyncio.gather(*work.values(), return_exceptions=True)
    for source, answer in zip(work, answers, strict=True):
        _take(heard, source, answer)
    return heard


def _take(heard: Heard, source: Source, answer: list[Suspect] | BaseException) -> None:
    if isinstance(answer, ToolError | AskBack):
        heard.unseen.append(f"{source}: {answer}")
    elif isinstance(answer, BaseException):
        raise answer
    else:
        heard.asked.append(source)
        heard.suspects += answer


async def _about(call: Call, place: Place | None, service: Service | None) -> About:
    if service is None:
        return About(namespace=place.namespace if place else "")
    services = await call.clients.known_services()
    needed = [s for word in service.needs if (s := services.named(word, call.reach)) is not None]
    return About(
        frozenset((w.namespace, w.name) for w in service.workloads),
        frozenset((w.namespace, w.name) for s in needed for w in s.workloads),
    )


async def _cluster(call: Call, place: Place, window: Window, about: About, heard: Heard) -> list[Suspect]:
    seen = await cluster.read(place.api, place.namespace, call.reach)
    heard.unseen += seen.unseen
    return list(cluster.suspects(place.api.name, seen, window, about))


async def _oracle(call: Call, window: Window, service: Service | None, heard: Heard) -> list[Suspect]:
    found, missing = await others.oracle(call, window, service)
    heard.unseen += missing
    return found
