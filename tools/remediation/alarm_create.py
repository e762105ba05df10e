"""Make an alarm of a metric that a person looked at: "alarm me when this is above 80 for 10 minutes"."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from pydantic import Field, model_validator

from tools.errors import GiveUp
from tools.oracle.metric_names import MetricArgs, which
from tools.oracle.metrics import query
from tools.oracle.naming import named
from tools.oracle.where import OCID, Where, find, text_of
from tools.plan import Blast, Check, Draft, FieldChange, Target
from tools.reads.digest import short
from tools.remediation import alarm
from tools.remediation.alarm_edit import Severity
from tools.remediation.cloud_created import MARK, Created, Making, mark_of
from tools.remediation.cloud_item import may_change
from tools.remediation.cloud_kinds import ALARM
from tools.spec import Call, Json, Risk

FINE_UP_TO: Final = 5  # minutes; what must be so for longer is looked at in coarser steps
WATCHED: Final = "alarms with this rule"
NAME: Final = "alarms of that name"


class Args(MetricArgs):
    above: float | None = Field(None, description="fires above this")
    below: float | None = Field(None, description="fires below this")
    minutes: int = Field(5, ge=1, le=60, description="for how many minutes it must be so")
    severity: Severity = Field("WARNING", description="critical, error, warning or info")
    called: str | None = Field(
        None, max_length=100, description="name of the alarm; left out: made of the rule"
    )
    topic: str | None = Field(
        None, pattern=OCID, description="OCID of the topic that is told; left out: as other alarms there"
    )

    @model_validator(mode="after")
    def _one_limit(self) -> Args:
        if (self.above is None) == (self.below is None):
            raise ValueError("say one threshold: above or below which number")
        return self

    @property
    def limit(self) -> str:
        return (
            f"> {alarm.plain(self.above)}" if self.above is not None else f"< {alarm.plain(self.below or 0)}"
        )


@dataclass(frozen=True, slots=True)
class Watched:
    """What the alarm is to watch: one resource, or all of a compartment."""

    where: Where
    region: str
    place: str
    space: str
    metric: str
    thing: Json


async def _watched(call: Call, args: Args) -> Watched:
    where = await find(call, args)
    thing = await named(where, args.kind, args.resource) if args.resource else {}
    only = where.regions[0] if len(where.regions) == 1 else where.tenancy.home
    region = text_of(thing, "region") or only
    place = text_of(thing, "compartmentId") or where.top.id
    return Watched(where, region, place, *await which(where, region, place, args), thing)


async def plan(call: Call, args: Args) -> Draft:
    watched = await _watched(call, args)
    where, region, place = watched.where, watched.region, watched.place
    alarms = await _alarms(where, region, place)
    mark = mark_of(call, watched.metric)
    rule = _rule(watched, args) | {"destinations": _destinations(alarms, args), "freeformTags": {MARK: mark}}
    may_change(call)
    shown = _shown(alarms, rule)
    if shown[WATCHED] != "none":
        raise GiveUp(f"{shown[WATCHED]} has this rule already: change that one", "oci:monitoring")
    target = Target(
        provider="oci", kind="Alarm", name=text_of(rule, "displayName"), uid="", region=region,
        compartment=where.tenancy.compartments.path(place),
    )  # fmt: skip
    return Draft(
        action="alarm_create",
        args=args.model_dump(mode="json", exclude_none=True) | {"compartment": target.compartment, "region": region},
        target=target,
        title=f"Make alarm {short(target.name, 80)}",
        shown=shown,
        changes=_lines(rule),
        dry_run=await alarm.tried(call, where, region, rule),
        blast=Blast(summary=f"1 new alarm, which tells {len(rule['destinations'])} destination(s)"),
        reversible=True,
        undo="delete the alarm again",
        rollback={"service": "monitoring", "operation": "delete_alarm", "region": region},
        write={
            "service": "monitoring", "operation": "create_alarm", "region": region, "token": True,
            "arguments": {"create_alarm_details": rule},
        },
        check=Check(criterion="Oracle lists the alarm as ACTIVE", deadline_s=60.0, params={"mark": mark}),
        before={"state": "not there"},
        warnings=("it tells whoever other alarms of that compartment tell",) if args.topic is None else (),
        risk=Risk.LOW,
    )  # fmt: skip


def _rule(watched: Watched, args: Args) -> Json:
    """What is sent, less whom it tells."""
    held = [("resourceId", text_of(watched.thing, "identifier"))] if watched.thing else []
    step = "1m" if args.minutes <= FINE_UP_TO else "5m"
    whole = {"metricCompartmentIdInSubtree": True} if watched.place == watched.where.tenancy.id else {}
    return {
        "displayName": args.called or _name(watched.metric, text_of(watched.thing, "displayName"), args),
        "compartmentId": watched.place,
        "metricCompartmentId": watched.place,
        **whole,
        "namespace": watched.space,
        "query": f"{query(watched.metric, step, args.stat, held)} {args.limit}",
        "pendingDuration": f"PT{args.minutes}M",
        "severity": args.severity,
        "isEnabled": True,
    }


def _name(metric: str, resource: str, args: Args) -> str:
    way = (
        f"above-{alarm.plain(args.above)}"
        if args.above is not None
        else f"below-{alarm.plain(args.below or 0)}"
    )
    return "-".join(part for part in (metric, resource, way) if part)[:200]


def _lines(rule: Json) -> tuple[FieldChange, ...]:
    told = ", ".join(rule["destinations"])
    fields = {name: str(rule[name]) for name in ("displayName", "query", "pendingDuration", "severity")}
    return tuple(
        FieldChange(path=path, before="(not there)", after=after)
        for path, after in {**fields, "destinations": told}.items()
    )


async def _alarms(where: Where, region: str, place: str) -> list[Json]:
    return (await where.api.listing("monitoring", "list_alarms", region=region, compartment_id=place)).items


def _destinations(alarms: list[Json], args: Args) -> list[str]:
    """The topic that was named, else what most alarms of the compartment tell: a new topic would tell nobody."""
    if args.topic:
        return [args.topic]
    told = Counter(tuple(one.get("destinations") or ()) for one in alarms)
    usual = next((list(topics) for topics, _ in told.most_common() if topics), [])
    if not usual:
        raise GiveUp(
            "no alarm of that compartment tells anybody yet: name the topic by its OCID, e.g. topic=ocid1.onstopic...",
            "oci:monitoring",
        )
    return usual


def _shown(alarms: list[Json], rule: Json) -> dict[str, str]:
    def listed(key: str) -> str:
        found = [one for one in alarms if text_of(one, key) == rule[key]]
        return ", ".join(sorted(text_of(one, "displayName") for one in found)) or "none"

    return {WATCHED: listed("query"), NAME: listed("displayName")}


async def shown_again(call: Call, draft: Draft, where: Where) -> dict[str, str]:
    del call
    rule: Json = draft.write["arguments"]["create_alarm_details"]
    alarms = await _alarms(where, draft.target.region, rule["compartmentId"])
    return _shown(alarms, rule)


async def tried_again(call: Call, draft: Draft, where: Where) -> str:
    """Raises GiveUp: Oracle refuses the rule."""
    rule: Json = draft.write["arguments"]["create_alarm_details"]
    return await alarm.tried(call, where, draft.target.region, rule)


def _making(draft: Draft) -> Making:
    rule = draft.write["arguments"]["create_alarm_details"]
    narrowed = {"compartment_id": rule["compartmentId"], "display_name": rule["displayName"]}
    return Making(ALARM, "list_alarms", narrowed, frozenset({"ACTIVE"}))


ALARM_CREATE = Created(_making, shown_again, tried_again).action(
    plan,
    name="alarm_create",
    summary="Make an Oracle Cloud alarm of a metric, also of the one just shown.",
    args=Args,
    risk=Risk.LOW,
    reversible=True,
    reads=("alarms of the compartment", "metric of its rule, last 24 hours", "resource"),
    writes=("alarm: new",),
    verified="Oracle lists the alarm as ACTIVE",
    needs_oci=(
        "ALARM_INSPECT",
        "ALARM_READ",
        "ALARM_CREATE",
        "ALARM_DELETE",
        "METRIC_INSPECT",
        "METRIC_READ",
    ),
    examples=("alarm me when cpu of node-1 is above 80 for 10 minutes",),
    says=(
        "(alarm|alert|warn) (me|us) when {metric} of [instance] {resource} (is|goes|rises) (above|over) {above} [percent] for {minutes} (minutes|minute|min)",
        "(alarm|alert|warn) (me|us) when {metric} of [instance] {resource} (is|goes|rises) (above|over) {above} [percent]",
        "(alarm|alert|warn) (me|us) when {metric} of [instance] {resource} (is|goes|falls) (below|under) {below} [percent] for {minutes} (minutes|minute|min)",
        "(alarm|alert|warn) (me|us) when {metric} of [instance] {resource} (is|goes|falls) (below|under) {below} [percent]",
        "(alarm|alert|warn) (me|us) when {metric} (is|goes|rises) (above|over) {above} [percent] for {minutes} (minutes|minute|min)",
        "(alarm|alert|warn) (me|us) when {metric} (is|goes|rises) (above|over) {above} [percent]",
        "(alarm|alert|warn) (me|us) when {metric} (is|goes|falls) (below|under) {below} [percent] for {minutes} (minutes|minute|min)",
        "(alarm|alert|warn) (me|us) when {metric} (is|goes|falls) (below|under) {below} [percent]",
    ),
)
