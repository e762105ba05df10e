"""Who is in the workspace: our people, a guest, somebody of another company, somebody who left, and bots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

TEAM: Final = "TLOCAL"
OTHER_TEAM: Final = "TOTHER"
TEAM_NAME: Final = "Local Shop"
TEAM_DOMAIN: Final = "local-shop"
APP_ID: Final = "ACLOUDOPS"
BOT_USER: Final = "UCLOUDOPS"
BOT_ID: Final = "BCLOUDOPS"

Kind = Literal["member", "guest", "stranger", "deactivated", "bot"]


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    real_name: str
    title: str
    kind: Kind = "member"
    team: str = TEAM
    bot_id: str = ""

    @property
    def email(self) -> str:
        return f"{self.name}@{'partner' if self.team != TEAM else 'shop'}.example"

    def as_slack(self, *, with_email: bool) -> dict[str, Any]:
        """The user object of `users.info`; the e-mail needs its own scope."""
        profile: dict[str, Any] = {
            "real_name": self.real_name,
            "display_name": self.name,
            "title": self.title,
            "team": self.team,
        }
        if with_email and self.kind != "bot":
            profile["email"] = self.email
        if self.bot_id:
            profile |= {"bot_id": self.bot_id, "api_app_id": APP_ID if self.id == BOT_USER else ""}
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.kind == "deactivated",
            "tz": "Europe/Berlin",
            "tz_label": "Central European Time",
            "tz_offset": 3600,
            "profile": profile,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.kind == "guest",
            "is_ultra_restricted": self.kind == "guest",
            "is_bot": self.kind == "bot",
            "is_stranger": self.kind == "stranger",
            "is_app_user": False,
            "updated": 1_764_000_000,
        }

    def in_payload(self) -> dict[str, str]:
        return {"id": self.id, "username": self.name, "name": self.name, "team_id": self.team}


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    handle: str
    name: str
    users: tuple[str, ...]

    def as_slack(self, *, with_users: bool) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": self.id,
            "team_id": TEAM,
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "description": "",
            "date_delete": 0,
            "user_count": len(self.users),
        }
        return found | ({"users": list(self.users)} if with_users else {})


class People:
    """Everybody by id, by bot id and by handle."""

    def __init__(self, bot_name: str) -> None:
        bot = Person(BOT_USER, bot_name, bot_name, "Operations bot", kind="bot", bot_id=BOT_ID)
        self._by_id = {person.id: person for person in (*FIXTURES, bot)}
        self.groups: dict[str, Group] = {group.id: group for group in GROUPS}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_id.values())

    def get(self, user: str) -> Person | None:
        return self._by_id.get(user)

    def by_name(self, name: str) -> Person | None:
        return next((person for person in self if person.name == name.lower()), None)

    def by_email(self, email: str) -> Person | None:
        return next((p for p in self if p.kind != "bot" and p.email == email.lower()), None)


FIXTURES: Final = (
    Person("UALICE", "alice", "Alice Weber", "Operator, on call"),
    Person("UBOB", "bob", "Bob Ortiz", "Approver, admin"),
    Person("UCAROL", "carol", "Carol Okafor", "Finance, viewer"),
    Person("UDAN", "dan", "Dan Lindqvist", "Second approver"),
    Person("UBOB2", "bob2", "Bob Ortiz", "Bob's second account"),
    Person("UGUEST", "guest", "Gita Rao", "Contractor, single channel", kind="guest"),
    Person("UEVE", "eve", "Eve Novak", "Partner company", kind="stranger", team=OTHER_TEAM),
    Person("UGONE", "gone", "Gus Moreau", "Left the company", kind="deactivated"),
    Person("UALERTS", "alerts", "Alerts", "Alertmanager webhook", kind="bot", bot_id="BALERTS"),
)
GROUPS: Final = (Group("SFINANCE", "finance-team", "Finance", ("UCAROL", "UDAN")),)
