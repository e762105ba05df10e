"""Suppress an alarm for a while: it goes on to watch and tells nobody."""

from __future__ import annotations

from tools.errors import GiveUp
from tools.oracle.where import text_of
from tools.plan import Blast, Check, Draft
from tools.reads.digest import short
from tools.remediation import alarm
from tools.remediation.cloud_fields import Fields, lines
from tools.remediation.cloud_item import NO_DRY_RUN, Item, ResourceArgs, item, may_change
from tools.remediation.cloud_kinds import ALARM
from tools.remediation.lasting import Lasting
from tools.spec import Call, Json, Risk


class Args(Lasting, ResourceArgs):
    pass


async def plan(call: Call, args: Args) -> Draft:
    found = await item(call, ALARM, args)
    if not found.body.get("isEnabled"):
        raise GiveUp(f"{found.name} is not enabled: it tells nobody as it is", "oci:monitoring")
    may_change(call)
    begin, until = (alarm.moment(at.isoformat()) for at in (call.now, call.now + args.length))
    shown = alarm.shown(found)
    wanted = {"suppression": f"{begin} to {until}"}
    state = await alarm.state(found)
    topics = len(found.body.get("destinations") or [])
    return Draft(
        action="alarm_suppress",
        args=found.args(lasts=args.lasts, minutes=args.minutes, hours=args.hours),
        target=found.target(),
        title=f"Suppress alarm {short(found.name, 80)} until {until}",
        shown=shown,
        changes=lines(shown, wanted),
        dry_run=NO_DRY_RUN,
        blast=Blast(summary=f"1 alarm; {topics} destination{'s' if topics != 1 else ''} hear nothing of it"),
        reversible=True,
        undo="take the suppression away again",
        rollback=back(found),
        write=suppression(found, begin, until, "by CloudOps, as people approved"),
        check=Check(criterion="Oracle shows the alarm suppressed for that time", deadline_s=60.0, params={"wanted": wanted}),
        before={"state": state or "unknown"},
        warnings=tuple(_warnings(state, found)),
        risk=Risk.MEDIUM,
    )  # fmt: skip


async def still_ahead(call: Call, draft: Draft) -> str:
    """A plan that waited too long would suppress nothing. Raises GiveUp."""
    until = str(draft.check.params["wanted"]["suppression"]).rpartition(" ")[2]
    if alarm.moment(call.now.isoformat()) >= until:
        raise GiveUp(f"the time until which it was to be suppressed, {until}, is over", "oci:monitoring")
    return draft.dry_run


def suppression(found: Item, begin: str, until: str, why: str) -> Json:
    """The request that suppresses it."""
    given = {"timeSuppressFrom": begin, "timeSuppressUntil": until, "description": why}
    return request(found, "update_alarm", update_alarm_details={"suppression": given})


def request(found: Item, operation: str, **more: Json) -> Json:
    """An operation on an alarm, without the etag that is read just before."""
    arguments = {"alarm_id": found.id, **more}
    return {"service": "monitoring", "operation": operation, "region": found.region, "arguments": arguments}


def back(found: Item) -> Json:
    """As it was: with the suppression that it had, or with none."""
    had = found.body.get("suppression") or {}
    begin, until = (alarm.moment(text_of(had, name)) for name in ("timeSuppressFrom", "timeSuppressUntil"))
    if not until:
        return request(found, "remove_alarm_suppression")
    return suppression(found, begin, until, text_of(had, "description"))


def _warnings(state: str, found: Item) -> list[str]:
    said = ["what it watches is not told to anybody in that time"]
    if state == "FIRING":
        said.insert(0, "it fires now: what it tells of is not over")
    if alarm.suppressed(found.body):
        said.append(f"it is suppressed already, {alarm.suppressed(found.body)}: this takes the place of that")
    return said


ALARM_SUPPRESS = Fields(alarm.shown, still_ahead).action(
    plan,
    name="alarm_suppress",
    summary="Suppress an Oracle Cloud alarm for a while: it goes on to watch and tells nobody.",
    args=Args,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("alarm", "alarm status"),
    writes=("alarm: suppression",),
    verified="Oracle shows the alarm suppressed from now until the time on the card",
    needs_oci=("ALARM_READ", "ALARM_UPDATE"),
    examples=("suppress alarm node-cpu for 2 hours", "mute the alarm public-backends for 30m"),
    says=(
        "(suppress|mute|snooze|silence) [the] alarm {resource} for {hours} (hours|hour|h)",
        "(suppress|mute|snooze|silence) [the] alarm {resource} for {minutes} (minutes|minute|min)",
        "(suppress|mute|snooze|silence) [the] alarm {resource} for {lasts}",
        "(suppress|mute|snooze|silence) [the] {resource} alarm for {hours} (hours|hour|h)",
        "(suppress|mute|snooze|silence) [the] {resource} alarm for {minutes} (minutes|minute|min)",
        "(suppress|mute|snooze|silence) [the] {resource} alarm for {lasts}",
        "(suppress|snooze) {resource} for {hours} (hours|hour|h)",
        "(suppress|snooze) {resource} for {minutes} (minutes|minute|min)",
        "(suppress|snooze) {resource} for {lasts}",
    ),
)
