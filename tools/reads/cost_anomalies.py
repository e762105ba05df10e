"""Which costs of Oracle Cloud are out of the ordinary? Oracle's own detector first, ours second, down to SKU, resource and maker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from tools.errors import ToolError
from tools.marks import mark
from tools.oracle.anomalies import WARM_UP
from tools.oracle.costs import DAY, Costs, costs, midnight, money
from tools.oracle.jumps import Jump
from tools.oracle.odd_costs import Found, Odd, Part, native, odd_days, parts_of
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.cost_cause import Cause, cause_of
from tools.reads.cost_summary import age
from tools.reads.digest import counted, digest, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

READ = 110  # days: nine weeks to learn from, and those that are told of
EXPLAINED = 3
TOLD = 12
COLUMNS = ("found by", "when", "where", "more than usual", "mostly")


class Args(CloudArgs):
    days: int = Field(30, ge=2, le=40, description="how many days back to look for odd ones")


@dataclass(frozen=True, slots=True)
class Explained:
    """`cause` None: what stands behind it was not to be seen."""

    odd: Odd
    parts: tuple[Part, ...] = ()
    cause: Cause | None = None
    unseen: tuple[str, ...] = ()


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    since = midnight(call.now) - args.days * DAY
    known, (events, unseen) = await asyncio.gather(
        costs(where, call.now, READ, ["service"]), _native(where, since)
    )
    found = await asyncio.to_thread(odd_days, known, since)
    told = await asyncio.gather(*(_explained(call, where, one) for one in found.odd[:EXPLAINED]))
    every = [*told, *map(Explained, found.odd[EXPLAINED:TOLD])]
    return _Answer(where, args, known, found, events, every, unseen).result()


async def _native(where: Where, since: datetime) -> tuple[list[Json], list[str]]:
    """That Oracle's own cannot be asked is said, and ours answers alone."""
    if where.tenancy.compartments.root not in where.compartments:
        return [], [
            "Oracle's own cost anomalies belong to the root compartment, which is outside what was asked or may be seen"
        ]
    try:
        return await native(where, since), []
    except ToolError as error:
        return [], [f"Oracle's own cost anomaly detection: {error.reason}"]


async def _explained(call: Call, where: Where, odd: Odd) -> Explained:
    try:
        found, parts = await parts_of(call, where, odd)
    except ToolError as error:
        return Explained(odd, unseen=(f"what stands behind {odd.service}: {error.reason}",))
    if not parts:
        return Explained(odd)
    days = (odd.anomaly.end - odd.anomaly.start).days + 1
    mine = [one for one in parts if one.resource == parts[0].resource]
    step = Jump(
        parts[0].resource,
        odd.start,
        sum((one.before for one in mine), Decimal(0)),
        sum((one.after for one in mine), Decimal(0)),
        days,
    )
    cause = await cause_of(call, where, found, step)
    return Explained(odd, tuple(parts), cause, tuple(cause.unseen))


@dataclass(frozen=True)
class _Answer:
    where: Where
    args: Args
    known: Costs
    found: Found
    events: list[Json]
    every: list[Explained]
    unseen: list[str]

    def result(self) -> Result:
        first = [_event_line(one) + mark(n) for n, one in enumerate(self.events[:TOLD], 1)]
        start = len(first) + 1
        ours = [self._line(one) + mark(n) for n, one in enumerate(self.every, start)]
        small = (
            [f"{counted(self.found.small, 'smaller one')} left out: together little money"]
            if self.found.small
            else []
        )
        unseen = (
            *self.unseen,
            *dict.fromkeys(text for one in self.every for text in one.unseen),
            *self._young(),
            age(self.known),
        )
        rows = (
            *(self._event_row(one) for one in self.events[:TOLD]),
            *(self._row(one) for one in self.every),
        )
        return Result(
            data={"oracle": [_event_json(one) for one in self.events], "own": [self._json(one) for one in self.every],
                  "currency": self.known.currency, "days_known": self.found.days, "judged": self.found.judged, "left_out": self.found.small},
            digest=digest([self._head(), *first, *ours, *small, *unseen]),
            scope=self.where.scope(f"{self.args.days} days"),
            evidence=(*map(_event_evidence, self.events[:TOLD]), *(self._evidence(one) for one in self.every)),
            ruled_out=(self._head(),) if not rows and self.found.judged and not self.unseen else (),
            could_not_see=unseen,
            tables=(Table("Odd costs", COLUMNS, rows),) if rows else (),
            untrusted=True,
        )  # fmt: skip

    def _head(self) -> str:
        oracle = "not asked" if self.unseen else str(len(self.events))
        ours = str(len(self.found.odd)) if self.found.judged else "not judged"
        return f"Out of the ordinary in {self.args.days} days: by Oracle's detector {oracle}, by ours {ours}."

    def _young(self) -> tuple[str, ...]:
        if self.found.judged:
            return ()
        return (
            f"our own detector takes more than {WARM_UP} complete days of costs; {self.found.days} are there",
        )

    def _line(self, one: Explained) -> str:
        cause = one.cause
        parts = [
            f"{self._place(one.odd)}: {self._money(one)} more than usual, {self._when(one)}",
            *self._mostly(one),
        ]
        if cause and cause.made:
            parts.append(
                f"{cause.made.name} by {token(cause.made.who, 'somebody with an unusual name')}, {cause.made.at:%a %d %b %H:%M} UTC"
            )
        return "; ".join(parts)  # fmt: skip

    def _mostly(self, one: Explained) -> list[str]:
        if not one.parts or one.cause is None:
            return []
        part = one.parts[0]
        name = token(one.cause.name, "a resource with an unusual name")
        return [
            f"mostly {name}, {part.sku}: from {money(part.before, self.known.currency)} to {money(part.after, self.known.currency)} on its first day"
        ]

    def _place(self, odd: Odd) -> str:
        return f"{odd.service} in {self.where.tenancy.compartments.path(odd.compartment)}"

    def _money(self, one: Explained) -> str:
        return money(one.odd.excess, self.known.currency)

    def _when(self, one: Explained) -> str:
        told = one.odd.anomaly
        word = "rising slowly since" if told.kind == "ramp" else "on" if told.start == told.end else "from"
        return f"{word} {told.start:%a %d %b}" + (
            f" to {told.end:%a %d %b}" if told.start != told.end else ""
        )

    def _row(self, one: Explained) -> tuple[str, ...]:
        mostly = self._mostly(one)
        return (
            "ours",
            self._when(one),
            self._place(one.odd),
            self._money(one),
            mostly[0].removeprefix("mostly ") if mostly else "",
        )

    def _event_row(self, one: Json) -> tuple[str, ...]:
        return (
            "Oracle",
            text_of(one, "timeAnomalyEventDate")[:10],
            token(text_of(one, "costMonitorName"), "a monitor"),
            f"{float(one.get('costImpact') or 0):,.2f}",
            _root(one),
        )

    def _evidence(self, one: Explained) -> Evidence:
        odd = one.odd
        ref = f"oci:{self.where.tenancy.id}#usage/{odd.service}/{odd.anomaly.start}..{odd.anomaly.end}"
        return Evidence(
            ref, self._place(odd), f"usually {odd.anomaly.usual:,.2f} a day, up to {odd.anomaly.peak:,.2f}"
        )

    def _json(self, one: Explained) -> Json:
        odd, cause = one.odd, one.cause
        return {
            "service": odd.service, "compartment": self.where.tenancy.compartments.path(odd.compartment), "kind": odd.anomaly.kind,
            "start": odd.anomaly.start.isoformat(), "end": odd.anomaly.end.isoformat(), "usual_a_day": round(odd.anomaly.usual, 2),
            "peak": round(odd.anomaly.peak, 2), "excess": str(odd.excess.quantize(Decimal("0.01"))),
            "parts": [{"resource": part.resource, "sku": part.sku, "before": str(part.before), "after": str(part.after)} for part in one.parts[:5]],
            "resource": cause.name if cause else "", "made_by": cause.made.who if cause and cause.made else "",
        }  # fmt: skip


def _root(event: Json) -> str:
    """What Oracle names as the root of it: the plain words of an object that has no fixed form."""
    detail = event.get("rootCauseDetail") or {}
    value = detail.get("value") if isinstance(detail, dict) else None
    found = value.items() if isinstance(value, dict) else ()
    return ", ".join(
        f"{token(str(key), 'something')} {token(str(one), 'unusual')}" for key, one in list(found)[:4]
    )


def _event_line(event: Json) -> str:
    name = token(text_of(event, "costMonitorName"), "a monitor")
    root = f"; root: {_root(event)}" if _root(event) else ""
    return (
        f"Oracle, {text_of(event, 'timeAnomalyEventDate')[:10]}: {float(event.get('costImpact') or 0):,.2f} more, "
        f"{float(event.get('costVariancePercentage') or 0):.0f}% off, monitor {name}{root}"
    )


def _event_evidence(event: Json) -> Evidence:
    return Evidence(
        f"oci:{text_of(event, 'id')}#costImpact", "Oracle's cost anomaly", str(event.get("costImpact"))
    )


def _event_json(event: Json) -> Json:
    names = (
        "id",
        "costMonitorName",
        "timeAnomalyEventDate",
        "costImpact",
        "costVariancePercentage",
        "lifecycleState",
    )
    return {name: event.get(name) for name in names} | {"root": _root(event)}


COST_ANOMALIES = Tool(
    name="cost_anomalies",
    summary="Unusual Oracle Cloud costs: Oracle's own anomaly events, then our detector, explained by SKU, resource and who made it.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=(
        "is any cost unusual?",
        "strange, odd or abnormal days of spend on our bill",
        "cost anomalies of this month",
        "did something start to cost money slowly?",
    ),
    deadline_s=30.0,
    cache_s=3600,
    family="cost",
)
