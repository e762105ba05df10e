"""Routes of notifications, checked as the policy is read."""

from __future__ import annotations

from collections.abc import Iterator

from agents.policy.marks import Document
from agents.policy.models import PolicyFile
from agents.policy.routes import NotificationPart, Routes, named


def check_routes(document: Document, file: PolicyFile) -> None:
    for place, problem in problems(file.notifications, frozenset(person.name for person in file.people)):
        raise document.error(place, problem)


def problems(routes: Routes, people: frozenset[str]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong, each with its place in the file."""
    seen: set[str] = set()
    for n, part in enumerate(routes):
        name = part.name or f"route {n + 1}"
        if name in seen:
            yield ("notifications", n, "name"), f"duplicate {name!r}"
        seen.add(name)
        for m, person in enumerate(part.people):
            if person not in people:
                yield ("notifications", n, "people", m), f"unknown person {person!r}"
        for m, where in enumerate(part.to):
            if where.startswith("person:") and where.removeprefix("person:") not in people:
                yield ("notifications", n, "to", m), f"unknown person {where.removeprefix('person:')!r}"
        if (part.escalate_after is None) != (part.escalate_to is None):
            yield ("notifications", n), "needs both escalate_after and escalate_to, or neither"
    yield from _escalations(routes)


def _escalations(routes: Routes) -> Iterator[tuple[tuple[str | int, ...], str]]:
    known = named(routes)
    for n, part in enumerate(routes):
        if part.escalate_to is not None and part.escalate_to not in known:
            yield ("notifications", n, "escalate_to"), f"unknown route {part.escalate_to!r}"
        way: list[NotificationPart] = [part]
        while (after := known.get(way[-1].escalate_to or "")) is not None:
            if after in way:
                yield ("notifications", n, "escalate_to"), "goes round in a circle"
                return
            way.append(after)
