"""The routes of notifications: what of them must fit together, and what each is called."""

from __future__ import annotations

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
