"""Where people talk: public, private, shared with another company, and direct messages with the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from sandbox.slack.core.people import BOT_USER, OTHER_TEAM, TEAM, Person

Kind = Literal["public", "private", "im"]
CREATED: Final = 1_764_000_000


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: Kind = "public"
    members: list[str] = field(default_factory=list)
    is_ext_shared: bool = False
    is_archived: bool = False
    topic: str = ""
    purpose: str = ""
    creator: str = "UBOB"
    created: int = CREATED
    updated: int = 0  # milliseconds
    previous_names: list[str] = field(default_factory=list)

    @property
    def event_kind(self) -> str:
        """The `channel_type` of a message event, and what the subscriptions are named after."""
        return {"public": "channel", "private": "group", "im": "im"}[self.kind]

    @property
    def person(self) -> str:
        """The other end of a direct message."""
        return next((user for user in self.members if user != BOT_USER), "")

    def seen_by(self, person: Person) -> bool:
        if person.id in self.members:
            return True
        return self.kind == "public" and person.kind == "member"

    def as_slack(self) -> dict[str, Any]:
        base = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_im": self.kind == "im",
            "is_mpim": False,
            "is_org_shared": False,
        }
        if self.kind == "im":
            return {**base, "user": self.person, "is_open": True, "is_ext_shared": False, "is_shared": False}
        return {
            **base,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_private": self.kind == "private",
            "is_general": False,
            "is_member": BOT_USER in self.members,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": False,
            "context_team_id": TEAM,
            "shared_team_ids": [TEAM, OTHER_TEAM] if self.is_ext_shared else [TEAM],
            "creator": self.creator,
            "updated": self.updated or self.created * 1000,
            "previous_names": list(self.previous_names),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": self.purpose, "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


class Channels:
    def __init__(self) -> None:
        self._by_id = {channel.id: channel for channel in fixtures()}

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._by_id.values())

    def get(self, key: str) -> Channel | None:
        return self._by_id.get(key)

    def named(self, name: str) -> Channel | None:
        wanted = name.removeprefix("#")
        return next((c for c in self if c.kind != "im" and c.name == wanted), None)

    def add(self, channel: Channel) -> None:
        self._by_id[channel.id] = channel

    def direct(self, user: str) -> Channel:
        """The direct message of `user` with the app, opened when it was not there yet."""
        key = direct_id(user)
        if key not in self._by_id:
            self.add(Channel(key, user, "im", [user, BOT_USER]))
        return self._by_id[key]


def direct_id(user: str) -> str:
    return "D" + user[1:]


def fixtures() -> list[Channel]:
    staff = ["UALICE", "UBOB", "UCAROL", "UDAN", "UBOB2"]
    channels = [
        Channel("COPS", "ops", members=[*staff, BOT_USER], topic="Operations"),
        Channel("CDEV", "dev", members=[*staff, "UGUEST", BOT_USER], topic="The development cluster"),
        Channel("CINCIDENTS", "incidents", members=[*staff, "UALERTS", BOT_USER], topic="What is on fire"),
        Channel("CFINANCE", "finance", members=[*staff, BOT_USER], topic="What it costs"),
        Channel("CAUDIT", "audit", "private", members=["UBOB", "UCAROL", "UDAN", BOT_USER]),
        Channel("CSHARED", "shared-partner", members=[*staff, "UEVE", BOT_USER], is_ext_shared=True),
    ]
    talkers = (*staff, "UGUEST")
    return channels + [Channel(direct_id(user), user, "im", [user, BOT_USER]) for user in talkers]
