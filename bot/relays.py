"""Ports that core opens before their real ends exist: the bot puts them in later, the command line never does."""

from __future__ import annotations

from dataclasses import dataclass, field

from agents.advice import Advice, Adviser, Asked, NoAdviser
from agents.changes.ports import Accounts, Alarm, PolicyAccounts, QuietAlarm, Starter
from agents.digests.wording import NoWording, Worded, Wording
from agents.outcomes import Announcer
from agents.people import Actor
from agents.policy import Members, NoUserGroups, UserGroups


class Untold:
    """Where nobody shows cards."""

    async def glass_broken(self, plan_id: str) -> None:
        """A running bot reads the row itself."""

    async def plan_changed(self, plan_id: str) -> None:
        """A running bot reads the row itself."""

    async def plan_settled(self, plan_id: str) -> None:
        """A running bot reads the row itself."""


class LeftToTheBot:
    """Where no engine runs: an approved plan waits for the tick of the bot that works on the same database."""

    async def start_change(self, plan_id: str) -> None:
        """The plan stays approved."""


@dataclass
class AnnouncerRelay:
    to: Announcer = field(default_factory=Untold)

    async def glass_broken(self, plan_id: str) -> None:
        await self.to.glass_broken(plan_id)

    async def plan_changed(self, plan_id: str) -> None:
        await self.to.plan_changed(plan_id)

    async def plan_settled(self, plan_id: str) -> None:
        await self.to.plan_settled(plan_id)


@dataclass
class StarterRelay:
    to: Starter = field(default_factory=LeftToTheBot)

    async def start_change(self, plan_id: str) -> None:
        await self.to.start_change(plan_id)


@dataclass
class AccountsRelay:
    to: Accounts = field(default_factory=PolicyAccounts)

    async def actor(self, account: str) -> Actor:
        return await self.to.actor(account)


@dataclass
class GroupsRelay:
    to: UserGroups = field(default_factory=NoUserGroups)

    def members(self, group: str) -> Members:
        return self.to.members(group)


@dataclass
class AlarmRelay:
    to: Alarm = field(default_factory=QuietAlarm)

    def raise_alarm(self, name: str, text: str) -> None:
        self.to.raise_alarm(name, text)


@dataclass
class AdviserRelay:
    """Opened with the agent stack, which is later than the change engine."""

    to: Adviser = field(default_factory=NoAdviser)

    async def advise(self, asked: Asked) -> Advice | None:
        return await self.to.advise(asked)


@dataclass
class WordingRelay:
    """Opened with the agent stack, too."""

    to: Wording = field(default_factory=NoWording)

    async def word(self, facts: str, actor: Actor) -> Worded | None:
        return await self.to.word(facts, actor)


@dataclass(frozen=True)
class Relays:
    """Each stands for one port; `to` is where it leads now."""

    announcer: AnnouncerRelay = field(default_factory=AnnouncerRelay)
    starter: StarterRelay = field(default_factory=StarterRelay)
    accounts: AccountsRelay = field(default_factory=AccountsRelay)
    groups: GroupsRelay = field(default_factory=GroupsRelay)
    alarm: AlarmRelay = field(default_factory=AlarmRelay)
    adviser: AdviserRelay = field(default_factory=AdviserRelay)
    wording: WordingRelay = field(default_factory=WordingRelay)
