"""Change the rule of an alarm: its threshold, how long it must be so, how grave it is."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from tools.oracle.where import text_of
from tools.plan import Blast, Check, Draft
from tools.reads.digest import short
from tools.remediation import alarm
from tools.remediation.alarm_suppress import request
from tools.remediation.cloud_fields import Fields, lines
from tools.remediation.cloud_item import Item, ResourceArgs, item, item_of, may_change
from tools.remediation.cloud_kinds import ALARM
from tools.spec import Call, Json, Risk

WRITTEN: Final = {"query": "query", "pendingDuration": "pendingDuration", "severity": "severity"}
Severity = Annotated[
    Literal["CRITICAL", "ERROR", "WARNING", "INFO"],
    BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
]


class Args(ResourceArgs):
    threshold: float | None = Field(None, description="the number that its rule compares with")
    minutes: int | None = Field(None, ge=1, le=60, description="for how many minutes it must be so")
    severity: Severity | None = Field(None, description="critical, error, warning or info")
    query: str | None = Field(
        None, max_length=2_000, description="the whole rule, in Oracle's query language"
    )

    @model_validator(mode="after")
    def _something(self) -> Args:
        if self.threshold is not None and self.query is not None:
            raise ValueError("say the threshold or the whole rule, not both")
        if all(one is None for one in (self.threshold, self.minutes, self.severity, self.query)):
            raise ValueError("say what to change: its threshold, its minutes or its severity")
        return self


async def plan(call: Call, args: Args) -> Draft:
    found = await item(call, ALARM, args)
    may_change(call)
    shown = alarm.shown(found)
    wanted = _wanted(found, args)
    changes = lines(shown, wanted)
    rule = {**found.body, **wanted}
    return Draft(
        action="alarm_edit",
        args=found.args(threshold=args.threshold, minutes=args.minutes, severity=args.severity, query=args.query),
        target=found.target(),
        title=f"Change the rule of alarm {short(found.name, 80)}",
        shown=shown,
        changes=changes,
        dry_run=await alarm.tried(call, found.where, found.region, rule),
        blast=Blast(summary="1 alarm, which may begin or cease to fire"),
        reversible=True,
        undo="put its former rule back",
        rollback=request(found, "update_alarm", update_alarm_details={name: shown[name] for name in wanted}),
        write=request(found, "update_alarm", update_alarm_details=wanted),
        check=Check(criterion="Oracle shows the alarm with that rule", deadline_s=60.0, params={"wanted": wanted}),
        before={"state": await alarm.state(found) or "unknown"},
        warnings=tuple(_warnings(found)),
        risk=Risk.MEDIUM,
    )  # fmt: skip


def _wanted(found: Item, args: Args) -> dict[str, str]:
    query = args.query or text_of(found.body, "query")
    if args.threshold is not None:
        query = alarm.with_limit(query, args.threshold)
    wanted = {
        "query": query if query != text_of(found.body, "query") else "",
        "pendingDuration": f"PT{args.minutes}M" if args.minutes else "",
        "severity": args.severity or "",
    }
    shown = alarm.shown(found)
    return {name: value for name, value in wanted.items() if value and value != shown[name]}


def _warnings(found: Item) -> list[str]:
    said = ["a rule that is too wide tells of nothing, one that is too narrow wakes people for nothing"]
    if not found.body.get("isEnabled"):
        said.append("the alarm is not enabled: it tells nobody, whatever its rule")
    return said


async def tried_again(call: Call, draft: Draft) -> str:
    """Raises GiveUp: Oracle refuses the rule."""
    found = await item_of(call, ALARM, draft)
    details: Json = draft.write["arguments"]["update_alarm_details"]
    return await alarm.tried(call, found.where, found.region, {**found.body, **details})


ALARM_EDIT = Fields(alarm.shown, tried_again).action(
    plan,
    name="alarm_edit",
    summary="Change an Oracle Cloud alarm: its threshold, the minutes that it must be so, its severity.",
    args=Args,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("alarm", "alarm status", "metric of its rule, last 24 hours"),
    writes=("alarm: query, pendingDuration, severity",),
    verified="Oracle shows the alarm with the rule of the card",
    needs_oci=("ALARM_READ", "ALARM_UPDATE"),
    examples=(
        "set the threshold of alarm reports-storage to 95",
        "set the severity of alarm public-backends to warning",
        "set the delay of alarm public-backends to 10 minutes",
    ),
    says=(
        "(set|change|raise|lower) [the] (threshold|limit) of [the] alarm {resource} to {threshold} [percent]",
        "(set|change|raise|lower) [the] (threshold|limit) of [the] {resource} alarm to {threshold} [percent]",
        "(set|change) [the] severity of [the] alarm {resource} to {severity}",
        "(set|change) [the] (delay|duration) of [the] alarm {resource} to {minutes} (minutes|minute|min)",
    ),
)
