"""Who is on duty for a channel now. The first source of the policy that names somebody whom the policy knows is the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from agents.duty.ical import CalendarProblem, names_at
from agents.duty.reading import CannotRead, on_call, read_text
from agents.duty.rota import whose_turn
from agents.people import Actor
from agents.policy import Person, Policy, PolicyStore, UserGroups
from agents.policy.globs import any_matches
from agents.policy.models import DutyPart

FRESH_S = 60.0
STALE_S = 900.0  # so long what was read last stands in for a source that cannot be read
GROUP_STALE_S = 300.0


@dataclass(frozen=True, slots=True)
class OnDuty:
    """`problems` are sources that came before it and could not be read, in words."""

    people: tuple[Person, ...] = ()
    source: str = ""
    problems: tuple[str, ...] = ()


@dataclass
class Duty:
    """`folder` is where files of calendars are; `token` is for the paging service."""

    policy: PolicyStore
    groups: UserGroups
    folder: Path
    token: str = ""
    clock: Callable[[], float] = time.monotonic
    _read: dict[str, tuple[float, str]] = field(default_factory=dict)

    async def on_duty(self, channel: str, now: datetime) -> OnDuty:
        """Never raises: who cannot be named is nobody, and why is said."""
        policy = self.policy.policy
        problems: list[str] = []
        for part in policy.file.duty:
            if not any_matches(part.channels, channel or "dm"):
                continue
            try:
                people = await self._people(policy, part, now)
            except (CannotRead, CalendarProblem) as problem:
                problems.append(f"{part.name}: {problem}")
                continue
            if people:
                return OnDuty(people, part.name, tuple(problems))
        return OnDuty(problems=tuple(problems))

    async def _people(self, policy: Policy, part: DutyPart, now: datetime) -> tuple[Person, ...]:
        if part.group is not None:
            return self._of_group(policy, part.group)
        spelled = part.people
        found = [spelled.get(name, name) for name in await self._names(part, now)]
        return tuple(dict.fromkeys(p for p in map(policy.person_named, found) if p is not None))

    async def _names(self, part: DutyPart, now: datetime) -> tuple[str, ...]:
        if part.rota is not None:
            name = whose_turn(part.rota, now)
            return (name,) if name else ()
        if part.pagerduty is not None:
            asked = part.pagerduty
            text = await self._kept(part.name, lambda: self._called(asked.url, asked.schedule))
            return tuple(filter(None, text.split("\n")))
        where = part.ical or ""
        return names_at(
            await self._kept(part.name, lambda: read_text(where, self.folder)), now, part.timezone
        )

    async def _called(self, url: str, schedule: str) -> str:
        return "\n".join(name.replace("\n", " ") for name in await on_call(url, schedule, self.token))

    async def _kept(self, name: str, read: Callable[[], object]) -> str:
        """Read once a minute. A source that fails is as it was, for a quarter of an hour. Raises CannotRead."""
        at, known = self._read.get(name, (float("-inf"), ""))
        age = self.clock() - at
        if age <= FRESH_S:
            return known
        try:
            text = str(await read())  # type: ignore[misc]
        except CannotRead:
            if age <= STALE_S:
                return known
            raise
        self._read[name] = (self.clock(), text)
        return text

    def _of_group(self, policy: Policy, name: str) -> tuple[Person, ...]:
        part = policy.file.groups[name]
        listed = [policy.person_named(person) for person in part.people]
        accounts: list[str] = []
        if part.slack_usergroup:
            members = self.groups.members(part.slack_usergroup)
            if members.age_s > GROUP_STALE_S:
                raise CannotRead("Slack has not said for a while who is in its user group")
            accounts = sorted(members.accounts)
        known = [policy.person_of(_member(account)) for account in accounts]
        return tuple(dict.fromkeys(p for p in (*listed, *known) if p is not None))


def _member(account: str) -> Actor:
    team, _, user = account.partition(":")
    return Actor(team, user, standing="member")
