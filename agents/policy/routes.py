"""The routes of notifications: what of them must fit together, and what each is called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.policy.destinations import Area, Destination, Quiet, Severity
from agents.policy.fields import Duration, Name, Patterns, Zone

WHEN = Literal["always", "escalation", "slack_away"]


class NotificationPart(BaseModel):
    """A route. It takes what is as severe as `severity` or more, of these areas, about these channels and people.

    `quiet_hours` hold back what is not critical. `when`: only as somebody's `escalate_to`, or only while Slack is away.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name | None = None
    severity: Severity
    areas: tuple[Area, ...] = ()
    channels: Patterns = ("*",)
    people: tuple[Name, ...] = ()
    to: Annotated[tuple[Destination, ...], Field(min_length=1, max_length=20)]
    quiet_hours: Quiet = "none"
    timezone: Zone = "UTC"
    escalate_after: Annotated[Duration, Field(ge=timedelta(minutes=1), le=timedelta(hours=24))] | None = None
    escalate_to: Name | None = None
    when: WHEN = "always"


Routes = tuple[NotificationPart, ...]


def named(routes: Routes) -> dict[str, NotificationPart]:
    """By name; one without is called by its place."""
    return {part.name or f"route {n}": part for n, part in enumerate(routes, 1)}


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
