"""Alarms as Monitoring keeps them: rules with their states, the changes of a state, and what hushes them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.errors import ToolError
from tools.oracle.episodes import Transition, transition
from tools.oracle.everywhere import moment
from tools.oracle.parts import Parts, each
from tools.oracle.subtree import of_region
from tools.oracle.where import Where, text_of
from tools.reads.digest import short
from tools.spec import Json

PAGES = 5  # of a thousand entries


@dataclass(frozen=True, slots=True)
class Alarms:
    """Each rule with its state and `region`; of one that is turned off there is no state."""

    items: tuple[Json, ...]
    could_not_see: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hushed:
    """`alarm` is the OCID of the one alarm, or empty for all of a compartment; `dimensions` narrow it to some of its streams."""

    alarm: str
    compartment: str
    subtree: bool
    begin: datetime | None
    end: datetime | None
    why: str
    dimensions: tuple[tuple[str, str], ...] = ()

    def of(self, where: Where, alarm: Json) -> bool:
        if self.alarm:
            return self.alarm == text_of(alarm, "id")
        held = text_of(alarm, "compartmentId")
        if self.compartment == held or not self.subtree:
            return self.compartment == held
        tree = where.tenancy.compartments
        return (
            where.path(alarm).startswith(f"{tree.path(self.compartment)}/")
            or self.compartment == tree.root.id
        )

    def state(self, now: datetime) -> str:
        if self.begin is not None and now < self.begin:
            return "will be hushed"
        return "was hushed" if self.end is not None and now >= self.end else "is hushed"

    def said(self, now: datetime) -> str:
        what = (
            f" for {', '.join(f'{name} {value}' for name, value in self.dimensions)}"
            if self.dimensions
            else ""
        )
        until = f" until {self.end:%Y-%m-%d %H:%M} UTC" if self.end else " without end"
        return f"{self.state(now)}{what}{until}{f' ({short(self.why, 120)})' if self.why else ''}"

    @property
    def json(self) -> Json:
        return {
            "from": self.begin.isoformat() if self.begin else None,
            "to": self.end.isoformat() if self.end else None,
            "why": self.why,
            "dimensions": dict(self.dimensions),
            "whole_compartment": not self.alarm,
        }


async def alarms(where: Where) -> Alarms:
    """Of the scope. Raises the three error words when no region answers."""
    found: list[Json] = []

    missing: dict[str, str] = {}

    async def ask(region: str) -> int:
        listed, states = await asyncio.gather(
            of_scope(where, region, "list_alarms", missing),
            of_scope(where, region, "list_alarms_status", missing),
        )
        by_id = {text_of(one, "id"): one for one in states}
        mine = [
            one | by_id.get(text_of(one, "id"), {}) | {"region": region}
            for one in listed
            if where.covers(one)
        ]
        found.extend(mine)
        return len(mine)

    parts = await each(where.regions, ask)
    return Alarms(tuple(found), Parts(parts.found, {**parts.missing, **missing}).could_not_see)


async def of_scope(where: Where, region: str, operation: str, missing: dict[str, str]) -> list[Json]:
    """What is refused of single compartments joins `missing`. Raises the three error words when nothing answers."""

    async def ask(region: str, compartment: str, subtree: Json) -> list[Json]:
        place = {"compartment_id": compartment, **subtree}
        return (await where.api.listing("monitoring", operation, region=region, **place)).items

    return await of_region(where, region, ask, missing)


async def changes(where: Where, alarm: Json, begin: datetime, end: datetime) -> list[Transition]:
    """When its state changed. Raises the three error words."""
    found: list[Transition] = []
    page: Json = {}
    for _ in range(PAGES):
        answer = await where.api.read(
            "monitoring",
            "get_alarm_history",
            region=text_of(alarm, "region"),
            alarm_id=text_of(alarm, "id"),
            alarm_historytype="STATE_TRANSITION_HISTORY",
            timestamp_greater_than_or_equal_to=begin,
            timestamp_less_than=end,
            **page,
        )
        found += _transitions(answer.data.get("entries") or [])
        if not answer.next_page:
            break
        page = {"page": answer.next_page}
    return found


def _transitions(entries: Sequence[Json]) -> list[Transition]:
    pairs = ((moment(one, "timestamp"), text_of(one, "summary")) for one in entries)
    found = (transition(at, said) for at, said in pairs if at is not None)
    return [one for one in found if one is not None]


async def hushed(where: Where, unseen: list[str]) -> list[Hushed]:
    """Suppressions of alarms, their dimensions and whole compartments; what could not be asked is named in `unseen`."""
    found: list[Hushed] = []
    missing: dict[str, str] = {}

    async def ask(region: str) -> int:
        listed = await of_scope(where, region, "list_alarm_suppressions", missing)
        found.extend(_hushed(one) for one in listed if text_of(one, "lifecycleState") != "DELETED")
        return len(listed)

    try:
        parts = await each(where.regions, ask)
    except ToolError as error:
        unseen.append(f"suppressions of dimensions and compartments: {error.reason}")
        return found
    unseen += [f"suppressions in {name}: {why}" for name, why in {**parts.missing, **missing}.items()]
    return found


def _hushed(one: Json) -> Hushed:
    target = one.get("alarmSuppressionTarget") or {}
    dimensions = one.get("dimensions") or {}
    return Hushed(
        text_of(target, "alarmId"),
        text_of(target, "compartmentId") or text_of(one, "compartmentId"),
        target.get("compartmentIdInSubtree") is True,
        moment(one, "timeSuppressFrom"),
        moment(one, "timeSuppressUntil"),
        text_of(one, "description") or text_of(one, "displayName"),
        tuple(sorted((str(name), str(value)) for name, value in dimensions.items())),
    )


def own(alarm: Json) -> Hushed | None:
    """The suppression that an alarm carries itself."""
    held = alarm.get("suppression")
    if not isinstance(held, dict):
        return None
    return Hushed(
        text_of(alarm, "id"), "", False, moment(held, "timeSuppressFrom"), moment(held, "timeSuppressUntil"), text_of(held, "description")
    )  # fmt: skip
