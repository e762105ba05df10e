"""The other world of a service in an investigation: its parts in Oracle Cloud, as a finding or as ruled out."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from agents.conversation.compose import MAX_EVIDENCE, answer, cite, tool_answer
from agents.conversation.failing import failed
from agents.conversation.places import name_of
from agents.conversation.work import Work
from agents.gate.called import Called
from agents.outcomes import Answer, Outcome
from agents.planner import Known
from tools.spec import Evidence

TOOL = "oci_service"
STOPPED = "STOPPED"


def _known(work: Work) -> Known | None:
    name = str(work.route.args.get("service", ""))
    return next(iter(work.catalog.find(name, "service")), None) if name else None


def alone(work: Work) -> bool:
    """Whether the service has parts there and nothing in a cluster."""
    known = _known(work)
    return bool(known and known.cloud and not known.namespace and work.visible(TOOL))


async def state(work: Work) -> Outcome:
    """A service of Oracle Cloud alone."""
    called = await work.read(TOOL, {"service": name_of(work)})
    return found(work, called) or (tool_answer(work, called) if called.ok else failed(work, called))


async def with_parts(work: Work, first: Coroutine[Any, Any, Called]) -> tuple[Called, Called | None]:
    """The call that was going to be made, and beside it the service's parts in Oracle Cloud, where it has any."""
    known = _known(work)
    if known is None or not known.cloud or not work.visible(TOOL):
        called = await first
        work.log.add(called)
        return called, None
    called, parts = await asyncio.gather(first, work.look(TOOL, {"service": known.name}))
    work.log.add(called)
    if not called.ok or _faults(work, parts):
        kept(work, parts)
    return called, parts


def kept(work: Work, parts: Called | None) -> None:
    """Among the turn's facts. What only rules something out comes after what proves the cause."""
    if parts is not None and all(parts is not known for known in work.log.calls):
        work.log.add(parts)


def found(work: Work, parts: Called | None) -> Answer | None:
    """What does not serve there, as the answer; None when everything does, or nothing was seen."""
    said = [f"{line}." for line in _faults(work, parts)]
    if not said:
        return None
    text = "\n".join(
        [f"{name_of(work)} has a fault in Oracle Cloud: {said[0]}", *(f"Also: {s}" for s in said[1:])]
    )
    return answer(work, text, suggestions=[*_offers(parts), f"what changed in {name_of(work)}?"])


def added(told: Answer, work: Work, parts: Called | None) -> Answer:
    """The same answer, with what does not serve there."""
    said = [f"Also, in Oracle Cloud: {line}." for line in _faults(work, parts)]
    if not said:
        return told
    facts = tuple(work.log.evidence[:MAX_EVIDENCE])
    offers = tuple(dict.fromkeys([*told.suggestions[:2], *_offers(parts), *told.suggestions[2:]]))
    return replace(told, text="\n".join([told.text, *said]), evidence=facts, suggestions=offers[:4])


def instead(work: Work, called: Called, parts: Called | None) -> Answer | None:
    """An answer from this world alone when the cluster gave none; a question or refusal goes before it."""
    if called.kind in {"ask", "refused", "invalid"} or parts is None or parts.result is None:
        return None
    told = found(work, parts)
    seen = "What I could read of" if parts.result.could_not_see else "What I see of"
    text = told.text if told else f"{seen} {name_of(work)} in Oracle Cloud serves."
    return answer(
        work, f"I could not look into the cluster, so this is half of it. {text}", suggestions=_offers(parts)
    )


def _faults(work: Work, parts: Called | None) -> list[str]:
    return [
        f"{part['words']}{cite(work.log.evidence, _proofs(work, part))}"
        for part in _parts(parts)
        if part.get("fault")
    ]  # fmt: skip


def _proofs(work: Work, part: dict[str, Any]) -> list[Evidence]:
    return [item for item in work.log.evidence if item.ref.startswith(f"oci:{part['id']}#")]


def _offers(parts: Called | None) -> list[str]:
    """Words that a person may send next about what is stopped; what is still stopping cannot be started yet."""
    off = [
        str(part["name"])
        for part in _parts(parts)
        if part["kind"] == "instance" and part["state"] == STOPPED and part["fault"]
    ]
    return [
        words for name in off[:1] for words in (f"start instance {name}", f"who stopped instance {name}?")
    ]


def _parts(called: Called | None) -> list[dict[str, Any]]:
    return list(called.result.data["parts"]) if called is not None and called.result is not None else []
