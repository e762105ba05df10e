"""Alarms made, changed, suppressed and deleted. All of it at once, as Monitoring has it: no work request, no state between."""

from __future__ import annotations

import re
import uuid
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.metrics.mql import decides, read
from sandbox.oci.services.listing import shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import given, stamp

_PENDING: Final = re.compile(r"PT([1-9]|[1-5]\d|60)M|PT1H")


def _create(call: Call) -> Answer:
    body = dict(call.body)
    call.need(body["compartmentId"])
    _check(body)
    now = stamp(call.now)
    body |= {"id": call.tenancy.names.ocid("alarm", uuid.uuid4().hex), "lifecycleState": "ACTIVE"}
    body |= {"timeCreated": now, "timeUpdated": now}
    for field, usual in (("freeformTags", {}), ("definedTags", {}), ("pendingDuration", "PT1M")):
        body.setdefault(field, usual)
    record = Record(body["id"], body["compartmentId"], "monitoring", "Alarm", body)
    if not call.fails:
        call.tenancy.records.add(record)
    return Answer(shown("monitoring", "Alarm", record), record)


def _update(call: Call) -> Answer:
    alarm = call.record("Alarm", call.path["alarmId"])
    _check(call.body)
    before: Json = {key: alarm.body.get(key) for key in call.body}
    _change(call, alarm, dict(call.body))
    return Answer(shown("monitoring", "Alarm", alarm), alarm, before=before)


def _remove_suppression(call: Call) -> Answer:
    alarm = call.record("Alarm", call.path["alarmId"])
    before: Json = {"suppression": alarm.body.get("suppression")}
    _change(call, alarm, {"suppression": None})
    return Answer(None, alarm, before=before)


def _delete(call: Call) -> Answer:
    alarm = call.record("Alarm", call.path["alarmId"])
    if not call.fails:
        call.tenancy.records.remove(alarm)
    return Answer(None, alarm, before={"lifecycleState": "ACTIVE"})


def _change(call: Call, alarm: Record, patch: Json) -> None:
    """`fails`: it is answered as if it were done, and nothing comes of it."""
    if not call.fails:
        call.tenancy.records.change(alarm, patch | {"timeUpdated": stamp(call.now)}, call.now)


def _check(body: Json) -> None:
    if body.get("query") and not decides(read(str(body["query"]))):
        raise bad_parameter(f"The query is not valid: {body['query']} compares nothing")
    if body.get("pendingDuration") and not _PENDING.fullmatch(str(body["pendingDuration"])):
        raise bad_parameter("pendingDuration is PT1M to PT1H")
    one = body.get("suppression")
    if one:
        begin, end = (given(key, one[key]) for key in ("timeSuppressFrom", "timeSuppressUntil"))
        if begin >= end:
            raise bad_parameter("timeSuppressUntil must be after timeSuppressFrom")


TABLE: Final[Table] = {
    "create_alarm": _create,
    "update_alarm": _update,
    "remove_alarm_suppression": _remove_suppression,
    "delete_alarm": _delete,
}
