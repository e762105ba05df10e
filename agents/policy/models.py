"""The policy file as written. Unknown keys are errors; meaning is given in compile.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from agents.policy.detecting import Detecting
from agents.policy.fields import (
    Account,
    Cron,
    Date,
    Day,
    Duration,
    Name,
    Patterns,
    RiskName,
    Subject,
    TeamName,
    Time,
    Weekday,
    Zone,
)
from agents.policy.routes import NotificationPart


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _user(value: object) -> object:
    return {"user": value} if isinstance(value, str) else value


class ClusterUserPart(Part):
    """How clusters know a person: what their changes are sent as, where the bot may act as them."""

    user: Subject
    groups: Annotated[tuple[Subject, ...], Field(max_length=20)] = ()


ClusterUser = Annotated[ClusterUserPart, BeforeValidator(_user)]


class PersonPart(Part):
    id: Account
    name: Name
    also: tuple[Account, ...] = ()
    kubernetes: ClusterUser | None = None


class GroupPart(Part):
    people: tuple[Name, ...] = ()
    slack_usergroup: Account | None = None


class BindingPart(Part):
    """A scope key that is left out reaches nothing; in a deny it reaches everything. Both err on the safe side."""

    subjects: Annotated[tuple[StrictStr, ...], Field(min_length=1)]
    role: Name
    channels: Patterns = ()
    compartments: Patterns = ()
    clusters: Patterns = ()
    namespaces: Patterns = ()
    tools: Patterns = ()
    max_risk: RiskName | None = None
    deny: StrictBool = False


class OfferPart(Part):
    """What may be given to whom for a while, by a change that people approve. It reaches no further than is written here."""

    name: Name
    role: Name
    to: Annotated[tuple[StrictStr, ...], Field(min_length=1)]
    channels: Patterns = ()
    compartments: Patterns = ()
    clusters: Patterns = ()
    namespaces: Patterns = ()
    tools: Patterns = ()
    max_risk: RiskName | None = None
    longest: Annotated[Duration, Field(ge=timedelta(minutes=1), le=timedelta(days=30))]

    @property
    def binding(self) -> BindingPart:
        """What it is while it is held; `to` are those who may hold it."""
        shared = self.model_dump(exclude={"name", "to", "longest"})
        return BindingPart(subjects=self.to, **shared)


class CeilingPart(Part):
    """How far a team's own file may reach: to whom, with which roles, where, up to which risk. What is left out is nothing."""

    to: Annotated[tuple[StrictStr, ...], Field(min_length=1)]
    roles: Annotated[tuple[Name, ...], Field(min_length=1)]
    channels: Patterns = ()
    compartments: Patterns = ()
    clusters: Patterns = ()
    namespaces: Patterns = ()
    tools: Patterns = ()
    max_risk: RiskName | None = None


class TeamFile(Part):
    """`teams/<team>.yaml`."""

    version: Literal[1] = 1
    groups: dict[Name, GroupPart] = {}
    bindings: tuple[BindingPart, ...] = ()


class EnvironmentPart(Part):
    name: Name
    clusters: Patterns = ()
    namespaces: Patterns = ()
    compartments: Patterns = ()


class ProtectedPart(Part):
    namespaces: Patterns = ()
    tags: tuple[StrictStr, ...] = ()
    compartments: Patterns = ()


class HoursPart(Part):
    """Outside of these hours a change is at least of class `outside`; one class higher where that is left out."""

    name: Name
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    from_time: Time = Field(alias="from")
    to_time: Time = Field(alias="to")
    timezone: Zone = "UTC"
    holidays: tuple[Day, ...] = ()
    environments: Patterns = ("*",)
    outside: RiskName | None = None
    allow: tuple[StrictStr, ...] = ()


class RiskPart(Part):
    protected: ProtectedPart = ProtectedPart()
    max_objects: Annotated[StrictInt, Field(ge=1, le=1000)] = 10
    hours: tuple[HoursPart, ...] = ()
    max_percent: Annotated[StrictInt, Field(ge=1, le=100)] = 100


class ApprovalPart(Part):
    count: Annotated[StrictInt, Field(ge=1, le=10)] = 1
    distinct: StrictBool = True
    not_requester: StrictBool = False
    role: StrictStr | None = None
    expires: Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(hours=24))]


class FreezePart(Part):
    name: StrictStr
    from_day: Day | None = Field(None, alias="from")
    to_day: Day | None = Field(None, alias="to")
    cron: Cron | None = None
    lasts: Duration | None = None
    timezone: Zone = "UTC"
    environments: Patterns = ("*",)
    allow: tuple[StrictStr, ...] = ()


class LimitsPart(Part):
    changes_per_person_hour: Annotated[StrictInt, Field(ge=0)] = 5
    changes_per_channel_hour: Annotated[StrictInt, Field(ge=0)] = 10
    changes_global_hour: Annotated[StrictInt, Field(ge=0)] = 100
    tokens_per_person_day: Annotated[StrictInt, Field(ge=0)] = 200_000
    incidents_per_channel_hour: Annotated[StrictInt, Field(ge=1)] = 30
    shadow_judged: Annotated[StrictInt, Field(ge=20, le=1000)] = 20
    shadow_right_percent: Annotated[StrictInt, Field(ge=80, le=100)] = 80


class ScopePart(Part):
    service: StrictStr = ""
    cluster: StrictStr = ""
    namespace: StrictStr = ""
    compartment: StrictStr = ""
    region: StrictStr = ""


class ChannelPart(Part):
    deny: StrictBool = False
    follow_up: Literal["never", "thread", "always"] = "thread"
    incidents: StrictBool = False
    shadow: StrictStr = ""  # where triage for this channel is told until people have found it right
    audit: StrictBool = False
    scope: ScopePart = ScopePart()


class RoomsPart(Part):
    """Channels that belong to one incident each, by their name. `home` is the channel for whose incidents, rights and people they are."""

    patterns: Patterns = ()
    home: StrictStr = ""
    quiet: Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(minutes=5))] = timedelta(
        seconds=10
    )


class DigestPart(Part):
    name: Name
    kind: Literal["operations", "cost", "access", "handover", "approvals", "noise"]
    channel: StrictStr
    cron: Cron
    timezone: Zone = "UTC"


class RotaPart(Part):
    """People take turns of `every`, from the day `since`, and hand over at `at` by the clock on their wall."""

    people: Annotated[tuple[Name, ...], Field(min_length=1)]
    since: Date
    at: Time = "09:00"
    every: Annotated[Duration, Field(ge=timedelta(hours=1), le=timedelta(days=60))] = timedelta(days=7)
    timezone: Zone = "UTC"


class PagerDutyPart(Part):
    url: StrictStr
    schedule: StrictStr


class DutyPart(Part):
    """Who is on duty for plans of these channels. `people` gives the names of a calendar or service their person here."""

    name: Name
    channels: Patterns = ("*",)
    rota: RotaPart | None = None
    ical: StrictStr | None = None
    pagerduty: PagerDutyPart | None = None
    group: Name | None = None
    people: dict[StrictStr, Name] = {}
    timezone: Zone = "UTC"  # of a calendar's times that name none


SHORTEST = timedelta(seconds=60)


class IncidentPart(Part):
    """What whoever is on duty may do alone in a declared incident, after a countdown that others can stop. Empty: nothing."""

    actions: tuple[StrictStr, ...] = ()
    max_objects: Annotated[StrictInt, Field(ge=1, le=10)] = 1
    countdown: Annotated[Duration, Field(ge=SHORTEST, le=timedelta(minutes=10))] = SHORTEST
    budget_factor: Annotated[StrictInt, Field(ge=1, le=10)] = 2
    longest: Annotated[Duration, Field(ge=timedelta(hours=1), le=timedelta(days=7))] = timedelta(hours=12)


class PolicyFile(Part):
    version: Literal[1] = 1
    people: tuple[PersonPart, ...] = ()
    groups: dict[Name, GroupPart] = {}
    roles: dict[Name, tuple[StrictStr, ...]] | None = None
    bindings: tuple[BindingPart, ...] = ()
    teams: dict[TeamName, CeilingPart] = {}
    grantable: tuple[OfferPart, ...] = ()
    environments: tuple[EnvironmentPart, ...] = ()
    risk: RiskPart = RiskPart()
    approvals: dict[RiskName, ApprovalPart] = {}
    freeze: tuple[FreezePart, ...] = ()
    limits: LimitsPart = LimitsPart()
    channels: dict[StrictStr, ChannelPart] = {}
    rooms: RoomsPart = RoomsPart()
    digests: tuple[DigestPart, ...] = ()
    detectors: Detecting = ()
    notifications: tuple[NotificationPart, ...] = ()
    duty: tuple[DutyPart, ...] = ()
    incident: IncidentPart = IncidentPart()
