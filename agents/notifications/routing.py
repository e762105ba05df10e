"""Which routes an event takes, and when it may be delivered there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agents.notifications.event import Event
from agents.notifications.quiet import ends
from agents.policy.destinations import SEVERITIES
from agents.policy.globs import any_matches
from agents.policy.models import PolicyFile
from agents.policy.routes import WHEN, NotificationPart, named

EVERYWHERE = ("*",)
Quiets = Mapping[str, tuple[str, str]]  # by Slack account: quiet hours and time zone


@dataclass(frozen=True, slots=True)
class Planned:
    """One delivery. `held` says why it waits, empty when it does not; `escalates` when nobody said that they saw it."""

    route: str
    destination: str
    due: datetime
    held: str = ""
    escalates: datetime | None = None


@dataclass(frozen=True, slots=True)
class Router:
    """`accounts`: by name in the policy, where a person is reached in Slack. `duty`: who is on duty, by account."""

    file: PolicyFile
    accounts: Mapping[str, str]
    duty: tuple[str, ...] = ()
    quiets: Quiets | None = None

    def planned(self, event: Event, now: datetime, *, slack_away: bool = False) -> tuple[Planned, ...]:
        """Each destination once, by the first route that names it."""
        known = named(self.file.notifications)
        taken = [name for name, part in known.items() if part.when == "always" and _takes(part, event)]
        found = _once([planned for name in taken for planned in self._by(name, known[name], event, now)])
        if slack_away and event.urgent and found:
            found = _once([*found, *self.instead(now)])
        return tuple(found)

    def along(self, route: str, event: Event, now: datetime) -> tuple[Planned, ...]:
        """Of one route, whatever it takes otherwise: for an escalation, or a test."""
        part = named(self.file.notifications).get(route)
        return tuple(_once(self._by(route, part, event, now))) if part is not None else ()

    def instead(self, now: datetime) -> tuple[Planned, ...]:
        """Where what is critical goes while Slack is away: routes for that, else all mail of the policy's critical ones and PagerDuty."""
        routes = named(self.file.notifications)
        chosen = _of(routes, "slack_away")
        where = [(name, to) for name, part in chosen.items() for to in part.to]
        if not chosen:
            mail = [(name, to) for name, part in routes.items() for to in part.to if to.startswith("email:")]
            where = [*mail, ("slack away", "pagerduty")]
        found = [Planned(name, to, now) for name, to in where if not _by_slack(to)]
        return tuple(_once(found))

    def _by(self, name: str, part: NotificationPart, event: Event, now: datetime) -> list[Planned]:
        late = None if part.escalate_after is None or event.action != "trigger" else part.escalate_after
        found = []
        for destination in (to for written in part.to for to in self._reached(written)):
            due, held = self._when(part, destination, event, now)
            found.append(Planned(name, destination, due, held, due + late if late else None))
        return found

    def _reached(self, written: str) -> tuple[str, ...]:
        """People as the accounts that they have in Slack now."""
        if written == "duty":
            return tuple(f"slack:{account.partition(':')[2]}" for account in self.duty)
        if written.startswith("person:"):
            account = self.accounts.get(written.removeprefix("person:"), "")
            return (f"slack:{account.partition(':')[2]}",) if account else ()
        return (written,)

    def _when(
        self, part: NotificationPart, destination: str, event: Event, now: datetime
    ) -> tuple[datetime, str]:
        """An end is told to PagerDuty at once, or it would go on ringing."""
        if event.urgent or (destination == "pagerduty" and event.action != "trigger"):
            return now, ""
        theirs = (self.quiets or {}).get(destination.removeprefix("slack:"))
        until = [ends(part.quiet_hours, part.timezone, now), ends(*theirs, now) if theirs else None]
        latest = max((one for one in until if one is not None), default=None)
        return (latest, "quiet hours") if latest is not None else (now, "")


def _of(routes: Mapping[str, NotificationPart], when: WHEN) -> dict[str, NotificationPart]:
    return {name: part for name, part in routes.items() if part.when == when}


def _takes(part: NotificationPart, event: Event) -> bool:
    if SEVERITIES.index(event.severity) < SEVERITIES.index(part.severity):
        return False
    if part.areas and event.area not in part.areas:
        return False
    if part.people and event.person not in part.people:
        return False
    return part.channels == EVERYWHERE or any_matches(part.channels, event.channel)


def _by_slack(destination: str) -> bool:
    return destination.startswith(("slack:", "person:")) or destination == "duty"


def _once(found: list[Planned]) -> list[Planned]:
    """The first of each destination, with the earliest moment that anybody wants it at."""
    kept: dict[str, Planned] = {}
    for one in found:
        before = kept.get(one.destination)
        if before is None or (one.due < before.due):
            kept[one.destination] = one
    return list(kept.values())
