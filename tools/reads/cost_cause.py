"""What stands behind a step in cost: the resource, what it is, who made it, whether it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tools.errors import ToolError
from tools.oracle.auditing import Deed, deeds
from tools.oracle.costs import Costs
from tools.oracle.idleness import Idle, idle
from tools.oracle.jumps import Jump
from tools.oracle.where import Where, text_of
from tools.spec import Call, Json

HOURS = 24


@dataclass(slots=True)
class Cause:
    """What is known of the resource behind a step."""

    step: Jump
    share: dict[str, Decimal]  # by service, on that day
    instance: Json = field(default_factory=dict)
    region: str = ""
    made: Deed | None = None
    idle: Idle | None = None
    billed_stopped: bool = False  # Oracle bills some shapes, those with own disks, while they are stopped
    unseen: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return (
            text_of(self.instance, "displayName")
            or (self.made.resource_name if self.made else "")
            or self.step.key
        )

    def a_day(self) -> Decimal:
        """What a whole day costs now; when nothing but the day it began is known, by its hours."""
        if self.step.days > 1:
            return self.step.more
        try:
            created = datetime.fromisoformat(text_of(self.instance, "timeCreated"))
        except ValueError:
            return self.step.more
        hours = HOURS - (created - self.step.day).total_seconds() / 3600
        began_then = self.step.day <= created < self.step.day + timedelta(days=1)
        return self.step.more * HOURS / Decimal(str(hours)) if began_then and hours >= 1 else self.step.more


async def cause_of(call: Call, where: Where, found: Costs, step: Jump) -> Cause:
    share: dict[str, Decimal] = {}
    for row in found.rows:
        if row.day == step.day and row.values.get("resourceId") == step.key:
            service = row.values.get("service") or "other"
            share[service] = share.get(service, Decimal(0)) + row.amount
    cause = Cause(step, share)
    for look in (_instance, _shape, _maker, _work):
        try:
            await look(call, where, cause)
        except ToolError as error:
            cause.unseen.append(error.reason)
    return cause


async def _instance(call: Call, where: Where, cause: Cause) -> None:
    """What it is; an OCID names its region."""
    del call
    parts = cause.step.key.split(".")
    cause.region = next((part for part in parts if part in where.regions), where.tenancy.home)
    if parts[:2] != ["ocid1", "instance"]:
        return
    answer = await where.api.read("compute", "get_instance", region=cause.region, instance_id=cause.step.key)
    if where.covers(answer.data):
        cause.instance = answer.data


async def _shape(call: Call, where: Where, cause: Cause) -> None:
    del call
    if shape := text_of(cause.instance, "shape"):
        found = await where.api.listing(
            "compute",
            "list_shapes",
            region=cause.region,
            compartment_id=text_of(cause.instance, "compartmentId"),
            shape=shape,
        )
        cause.billed_stopped = any(one.get("isBilledForStoppedInstance") is True for one in found.items)


async def _maker(call: Call, where: Where, cause: Cause) -> None:
    """The youngest change of it that the audit holds about that day."""
    begin = cause.step.day - timedelta(days=1)
    places = [text_of(cause.instance, "compartmentId")] if cause.instance else []
    found, parts = await deeds(
        where,
        begin,
        min(cause.step.day + timedelta(days=2), call.now),
        lambda deed: deed.resource == cause.step.key,
        places,
    )
    cause.unseen += parts.could_not_see
    cause.made = found[-1] if found else None


async def _work(call: Call, where: Where, cause: Cause) -> None:
    if cause.instance:
        cause.idle = await idle(where, cause.instance, cause.region, cause.step.day, call.now)
        cause.unseen += cause.idle.unseen
