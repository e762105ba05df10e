"""Oracle's audit: who did or tried what, by person, resource, kind of event and outcome, up to a year back."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from tools.errors import GiveUp
from tools.oracle.auditing import KEPT, Deed, deeds
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.digest import counted, listed, short, token
from tools.reads.oci_who_changed import difference
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago, moment
from tools.spec import Call, Result, Tool

COLUMNS = ("when", "who", "did", "to", "outcome", "from", "compartment", "region")
MEANT = {
    "stop": ("STOP", "SOFTSTOP"),
    "start": ("START",),
    "reboot": ("RESET", "SOFTRESET"),
    "restart": ("RESET", "SOFTRESET"),
}  # fmt: skip
ALSO = {
    "delete": ("delete", "terminate"),
    "terminate": ("terminate", "delete"),
    "create": ("create", "launch"),
}
_FORM = re.compile(r"\d{1,4}[smhdw]")


def _said(text: str) -> str:
    """A span or a moment; whether it is within a year is judged against the clock."""
    if not _FORM.fullmatch(text):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("write 2h, 7d, 30d, or a time such as 2026-11-24T09:00:00Z") from None
        if at.tzinfo is None:
            raise ValueError("a time needs a zone, e.g. 2026-11-24T09:00:00Z")
    return text


When = Annotated[str, Field(max_length=40), AfterValidator(_said)]


class Args(CloudArgs):
    who: str | None = Field(
        None, max_length=200, description="part of the person's or principal's name, or OCID"
    )
    resource: str | None = Field(None, max_length=300, description="part of the resource's name, or its OCID")
    event: str | None = Field(
        None,
        max_length=100,
        pattern=r"^[A-Za-z][\w. ]*$",
        description="what was done: stop, start, reboot, delete, create, or part of Oracle's event name such as UpdatePolicy",
    )
    outcome: str = Field(
        "all",
        pattern="^(all|worked|failed)$",
        description="all, worked, or failed: attempts that were refused",
    )
    reads: bool = Field(False, description="also what only read")
    since: When = Field("1d", description="from: 2h, 7d, 200d, or a time with zone; at most 365 days back")
    until: When | None = Field(None, description="until; left out: now")
    limit: int = Field(40, ge=1, le=200, description="events shown, the youngest first")


async def run(call: Call, args: Args) -> Result:
    begin, end = _window(args, call.now)
    where = await find(call, args)
    found, parts = await deeds(where, begin, end, lambda deed: _fits(deed, args), reads=args.reads)
    failed = sum(not deed.worked for deed in found)
    people = Counter(deed.who for deed in found)
    span = f"from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    head = f"{counted(len(found), 'event')} {span}, {failed} of them attempts that failed."
    by = listed([f"{token(name, 'an unusual name')} {count}" for name, count in people.most_common()], 6)
    notes = [*([f"By {by}."] if people else []), "Oracle's audit lags by minutes, and keeps a year."]
    answer = Answer(
        head, "Audit events", COLUMNS, "events", where.scope(span), args.limit, list(parts.could_not_see), notes,
        more={"failed": failed, "people": dict(people.most_common(50))}, untrusted=True,
    )  # fmt: skip
    return told(answer, [_thing(call, where, deed, rank) for rank, deed in enumerate(found)])


def _window(args: Args, now: datetime) -> tuple[datetime, datetime]:
    begin, end = moment(args.since, now), moment(args.until, now) if args.until else now
    if now - begin > KEPT + timedelta(minutes=1):
        raise GiveUp(f"Oracle keeps its audit for {KEPT.days} days; ask from within that time", "oci:Audit")
    if begin >= end:
        raise GiveUp("the time asked about ends before it begins", "oci:Audit")
    return begin, min(end, now)


def _fits(deed: Deed, args: Args) -> bool:
    wanted = (args.resource or "").lower()
    about = wanted in deed.resource_name.lower() or wanted == deed.resource.lower()
    who = (args.who or "").lower()
    by = who in deed.who.lower() or (bool(who) and who == deed.principal.lower())
    right = args.outcome == "all" or deed.worked == (args.outcome == "worked")
    return about and by and right and (args.event is None or _is(deed, args.event))


def _is(deed: Deed, event: str) -> bool:
    low = event.lower().strip()
    if actions := MEANT.get(low):
        if deed.action:
            return deed.action.upper() in actions
        state = str(deed.after.get("lifecycleState", "")).upper()
        ends = {"stop": ("STOPPING", "STOPPED"), "start": ("STARTING", "RUNNING")}.get(low, ())
        return state in ends or deed.name.lower().startswith(low)
    words = ALSO.get(low)
    if words:
        return deed.name.lower().startswith(words)
    return low.replace(" ", "") in f"{deed.type}.{deed.name}.{deed.action}".lower()


def _thing(call: Call, where: Where, deed: Deed, rank: int) -> Thing:
    did = f"{deed.name} {deed.action}".strip()
    what = short(deed.resource_name or deed.resource or "nothing named", 80)
    outcome = "worked" if deed.worked else f"failed {deed.status}".strip()
    place = where.tenancy.compartments.path(deed.compartment)
    change = difference(deed)
    words = f"{short(deed.who, 80)} {'did' if deed.worked else 'tried'} {did} on {what} ({outcome}"
    words += f", from {deed.address}" if deed.address else ""
    words += f") in {place}, {deed.region}" + (f": {change}" if change else "")
    at = f"{deed.at:%Y-%m-%d %H:%M} UTC"
    row = (
        f"{ago(deed.at, call.now)} ago",
        short(deed.who, 80),
        did,
        what,
        outcome,
        deed.address,
        place,
        deed.region,
    )
    data = {
        "at": deed.at.isoformat(), "who": deed.who, "principal": deed.principal, "did": deed.name, "action": deed.action, "type": deed.type,
        "resource": deed.resource, "name": deed.resource_name, "worked": deed.worked, "status": deed.status, "address": deed.address,
        "agent": deed.agent, "compartment": place, "region": deed.region, "before": deed.before, "after": deed.after,
    }  # fmt: skip
    ref = f"oci:{deed.resource or deed.compartment}#audit/{deed.id}"
    value = f"{deed.name} by {token(deed.who, 'a principal with an unusual name')}, {outcome}"
    return Thing(at, words, ref, row, data, rank, value)


OCI_AUDIT = Tool(
    name="oci_audit",
    summary="Audit events of Oracle Cloud by person, resource, kind and outcome, up to a year back; refused attempts too.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "who stopped loadtest-1?",
        "what did bob do yesterday?",
        "who was refused something this week?",
    ),
    deadline_s=30,
    cache_s=30,
)
