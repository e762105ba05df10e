"""Why did a day cost more? The step in money, the resource, who made it, whether it works, what stopping it saves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import Field, field_validator

from tools.errors import GiveUp
from tools.marks import mark
from tools.oracle.costs import DAY, DIMENSIONS, Costs, costs, midnight, money
from tools.oracle.idleness import Idle
from tools.oracle.jumps import Jump, jumps
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.cost_cause import Cause, cause_of
from tools.reads.cost_summary import age, drawn
from tools.reads.digest import TOKEN, digest, token
from tools.reads.oci_who_changed import evidence as deed_evidence
from tools.spec import Call, Chart, Evidence, Result, Table, Tool

DAYS = 35
AROUND = 7  # days before a step that are drawn
RECENT = 14  # days among which a step is looked for when none was named
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Args(CloudArgs):
    day: str | None = Field(
        None,
        max_length=20,
        description="weekday (monday) or date (2026-11-23); left out: the largest step lately",
    )

    @field_validator("day")
    @classmethod
    def is_a_day(cls, value: str | None) -> str | None:
        if value is not None and value.lower() not in WEEKDAYS:
            datetime.fromisoformat(value)
        return value


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found = await costs(where, call.now, DAYS, ["resource", "service"])
    closed = [day for day in found.days if day < found.open_from]
    days = _days(args, closed)
    by_resource = found.by(DIMENSIONS["resource"])
    steps = [step for step in jumps(by_resource, closed) if step.day in days]
    if not steps:
        return _nothing(args, where, found, days)
    cause = await cause_of(call, where, found, steps[0])
    return _result(where, found, cause, steps)


def _days(args: Args, closed: list[datetime]) -> list[datetime]:
    """Raises GiveUp for a day whose costs are not known as a whole yet, or no longer."""
    if args.day is None:
        return closed[-RECENT:]
    word = args.day.lower()
    if word in WEEKDAYS:
        days = [day for day in closed if day.weekday() == WEEKDAYS.index(word)][-1:]
    else:
        named = midnight(datetime.fromisoformat(word).replace(tzinfo=UTC))
        days = [day for day in closed if day == named]
    if not days:
        last = f"{closed[-1]:%A %d %B}" if closed else "none"
        raise GiveUp(
            f"the costs of {args.day} are not known as a whole: the youngest complete day is {last}",
            "oci:usage",
        )
    return days


def _nothing(args: Args, where: Where, found: Costs, days: list[datetime]) -> Result:
    when = f"On {days[0]:%A %d %B}" if args.day else f"In the last {RECENT} complete days"
    said = f"{when} nothing cost more than is usual for its weekday."
    total = {"all": _totals(found)}
    return Result(
        data={"jump": None, "days": [day.date().isoformat() for day in days]},
        digest=digest([said, age(found)]),
        scope=where.scope(f"{DAYS} days"),
        ruled_out=(said,),
        could_not_see=(age(found),),
        charts=(drawn("Cost a day", found, total),),
    )


def _drawn(found: Costs, step: Jump, name: str) -> Chart:
    """The days around the step, what stepped apart from everything else: more bars would be too thin to see."""
    start = max(found.start, min(step.day - AROUND * DAY, found.end - RECENT * DAY))
    near = found.between(start, min(found.end, start + RECENT * DAY))
    own = near.by(DIMENSIONS["resource"]).get(step.key, {})
    rest = {day: total - own.get(day, Decimal(0)) for day, total in _totals(near).items()}
    said = f"Cost a day: {name} {money(step.before, found.currency)} before {step.day:%a %d %b}, {money(step.after, found.currency)} a whole day since"
    return replace(drawn("Cost a day", near, {name: own, "everything else": rest}), note=said)


def _totals(found: Costs) -> dict[datetime, Decimal]:
    sums: dict[datetime, Decimal] = {}
    for row in found.rows:
        sums[row.day] = sums.get(row.day, Decimal(0)) + row.amount
    return sums


def _result(where: Where, found: Costs, cause: Cause, steps: list[Jump]) -> Result:
    rows = facts(where, found, cause)
    name = token(cause.name, "a resource with an unusual name")
    head = (
        f"{cause.step.day:%A %d %B}: {name} began to cost {money(cause.a_day(), found.currency)} a day"
        f" ({money(cause.step.before, found.currency)} before)."
    )
    others = [
        f"also {token(s.key, 'another resource')}: {money(s.more, found.currency)} more on {s.day:%a %d %b}"
        for s in steps[1:4]
    ]
    return Result(
        data={
            "jump": {"day": cause.step.day.date().isoformat(), "resource": cause.step.key, "before": str(cause.step.before),
                     "a_day": str(cause.a_day().quantize(Decimal("0.01"))), "currency": found.currency},
            "facts": rows,
            "said": _said(cause, rows),
            "stoppable": text_of(cause.instance, "lifecycleState") == "RUNNING",
        },
        digest=digest([head + mark(1), *_marked(cause, rows), *others, age(found)]),
        scope=where.scope(f"{DAYS} days"),
        evidence=_evidence(where, found, cause),
        could_not_see=(*dict.fromkeys(cause.unseen), age(found)),
        charts=(_drawn(found, cause.step, name),),
        tables=(Table(f"Why {cause.step.day:%A} cost more", ("what", "is"), tuple(rows.items())),),
        untrusted=True,
        inventory=(cause.step.key, *((cause.name,) if TOKEN.fullmatch(cause.name) else ())),
    )  # fmt: skip


def facts(where: Where, found: Costs, cause: Cause) -> dict[str, str]:
    """By name; what is not known is left out."""
    instance = cause.instance
    rows = {
        "resource": cause.name,
        "kind": " ".join(filter(None, (text_of(instance, "shape"), text_of(instance, "lifecycleState")))),
        "compartment": where.path(instance) if instance else "",
        "costs a day": money(cause.a_day(), found.currency),
        f"of which on {cause.step.day:%A}": ", ".join(
            f"{name} {money(amount, found.currency)}"
            for name, amount in sorted(cause.share.items(), key=lambda i: -i[1])
        ),
        "made": f"{cause.made.name} by {cause.made.who}, {cause.made.at:%a %d %b %H:%M} UTC"
        if cause.made
        else "",
        "works": _works(cause.idle),
        "stopping saves": _saves(found, cause),
    }
    return {key: value for key, value in rows.items() if value}


def _said(cause: Cause, rows: dict[str, str]) -> list[str]:
    """What belongs to the answer itself, in sentences that hold no free text."""
    made = cause.made
    who = token(made.who, "A principal with an unusual name") if made else ""
    return [
        *([f"{who} made it on {made.at:%a %d %b at %H:%M} UTC."] if made else []),
        *([f"It is {rows['works']}."] if rows.get("works") else []),
        *([f"Stopping it saves {rows['stopping saves']}."] if rows.get("stopping saves") else []),
    ]


def _saves(found: Costs, cause: Cause) -> str:
    """What runs costs only while it runs; its disks cost on."""
    if not _idle_and_running(cause):
        return ""
    if cause.billed_stopped:
        return "nothing: this shape is billed while it is stopped; terminating would save"
    running = cause.share.get("COMPUTE", Decimal(0)) / sum(cause.share.values(), Decimal(0))
    return f"about {money(cause.a_day() * running * 30, found.currency)} in 30 days; its disks cost on"


def _since(found: Idle) -> str:
    return f"idle since {found.since:%a %d %b %H:%M} UTC" if found.since else "busy"


def _works(found: Idle | None) -> str:
    if found is None or not found.signals:
        return ""
    return f"{_since(found)} ({', '.join(found.signals)})"


def _idle_and_running(cause: Cause) -> bool:
    return (
        cause.idle is not None
        and cause.idle.since is not None
        and text_of(cause.instance, "lifecycleState") == "RUNNING"
    )


def _marked(cause: Cause, rows: dict[str, str]) -> list[str]:
    """The facts, each with the number of its evidence: they stand there in this order, behind the cost."""
    proof = [
        name
        for name, known in (("kind", cause.instance), ("made", cause.made), ("works", cause.idle))
        if known
    ]
    return [
        f"{key}: {value}{mark(proof.index(key) + 2) if key in proof else ''}" for key, value in rows.items()
    ]


def _cost(found: Costs, cause: Cause) -> str:
    """The day of the step is rarely a whole one: what it cost is told apart from what a day costs since."""
    spent = money(sum(cause.share.values(), Decimal(0)), found.currency)
    usual = f"{money(cause.step.before, found.currency)} a day before"
    if cause.step.days == 1:
        return f"{spent} on the day itself, {usual}"
    on_it = cause.made is not None and midnight(cause.made.at) == cause.step.day
    begun = f", from {cause.made.at:%H:%M} UTC on" if cause.made and on_it else ""
    return f"since then {money(cause.step.after, found.currency)} a whole day, {usual}; on the day itself{begun}: {spent}"


def _evidence(where: Where, found: Costs, cause: Cause) -> tuple[Evidence, ...]:
    usage = Evidence(
        f"oci:{where.tenancy.id}#usage/{cause.step.key}/{cause.step.day:%Y-%m-%d}",
        "cost",
        _cost(found, cause),
    )
    seen = [usage]
    if cause.instance:
        seen.append(
            Evidence(
                f"oci:{cause.step.key}#lifecycleState", "state", text_of(cause.instance, "lifecycleState")
            )
        )
    if cause.made:
        seen.append(deed_evidence(cause.made))
    if cause.idle:
        seen += [
            Evidence(
                f"metric:{query}@{cause.step.day:%Y-%m-%dT%H:%M:%SZ}", f"use, {_since(cause.idle)}", said
            )
            for query, said in zip(cause.idle.queries, cause.idle.signals, strict=True)
        ]
    return tuple(seen)


COST_WHY = Tool(
    name="cost_why",
    summary="Why a day cost more in Oracle Cloud: the step, the resource, who made it, whether it is idle, what stopping saves.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("why did monday cost more?", "what made the bill jump?"),
    deadline_s=30.0,
    cache_s=3600,
    family="cost",
)
