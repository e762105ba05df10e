"""End an alarm's suppression before its time: it tells its destinations again."""

from __future__ import annotations

from tools.errors import GiveUp
from tools.oracle.where import text_of
from tools.plan import Blast, Check, Draft
from tools.reads.digest import short
from tools.remediation import alarm
from tools.remediation.alarm_suppress import back, request
from tools.remediation.cloud_fields import Fields, lines
from tools.remediation.cloud_item import NO_DRY_RUN, ResourceArgs, item, may_change
from tools.remediation.cloud_kinds import ALARM
from tools.spec import Call, Risk


async def plan(call: Call, args: ResourceArgs) -> Draft:
    found = await item(call, ALARM, args)
    shown = alarm.shown(found)
    until = alarm.moment(text_of(found.body, "suppression", "timeSuppressUntil"))
    if not until:
        raise GiveUp(f"{found.name} is not suppressed", "oci:monitoring")
    may_change(call)
    over = until <= alarm.moment(call.now.isoformat())
    state = await alarm.state(found)
    wanted = {"suppression": ""}
    return Draft(
        action="alarm_resume",
        args=found.args(),
        target=found.target(),
        title=f"End the suppression of alarm {short(found.name, 80)}",
        shown=shown,
        changes=lines(shown, wanted),
        dry_run=NO_DRY_RUN,
        blast=Blast(summary="1 alarm, which tells its destinations again"),
        reversible=True,
        undo=f"suppress it again until {until}",
        rollback=back(found),
        write=request(found, "remove_alarm_suppression"),
        check=Check(criterion="Oracle shows the alarm without a suppression", deadline_s=60.0, params={"wanted": wanted}),
        before={"state": state or "unknown"},
        warnings=("that time is over: it is not suppressed any more as it is",) if over else ("if it fires, people are told at once",),
        risk=Risk.LOW,
    )  # fmt: skip


def _undone(draft: Draft) -> Draft:
    """Its way back suppresses, which is the more dangerous of the two."""
    return draft.model_copy(update={"risk": Risk.MEDIUM})


ALARM_RESUME = Fields(alarm.shown).action(
    plan,
    name="alarm_resume",
    summary="End an Oracle Cloud alarm's suppression before its time: it tells people again.",
    args=ResourceArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("alarm", "alarm status"),
    writes=("alarm: suppression",),
    verified="Oracle shows the alarm without a suppression",
    needs_oci=("ALARM_READ", "ALARM_UPDATE"),
    undone=_undone,
    examples=("unsuppress alarm node-cpu", "end the suppression of the alarm public-backends"),
    says=(
        "(unsuppress|un-suppress|unmute) [the] alarm {resource}",
        "(unsuppress|un-suppress|unmute) [the] {resource} alarm",
        "(unsuppress|un-suppress) {resource}",
        "(end|remove|lift) [the] suppression of [the] alarm {resource}",
    ),
)
