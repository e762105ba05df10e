"""Alarms of Oracle Cloud: one of its own a case, in the same local cloud as the instances."""

from __future__ import annotations

from sandbox.oci.tenancy.records import Record
from tests.contracts.actions.cloud import NO_TRY, WHOLE
from tests.contracts.actions.rig import Case, Rig

CHANGED = ("query", "severity", "pendingDuration", "suppression")
BEGIN, UNTIL = "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def alarm_of(place, name, **fields):
    prod = place.local.ocid("compartment", "prod")
    body = {
        "id": place.local.ocid("alarm", name), "displayName": name, "compartmentId": prod,
        "metricCompartmentId": prod, "namespace": "oci_computeagent", "query": "CpuUtilization[5m].mean() > 90",
        "severity": "CRITICAL", "pendingDuration": "PT5M", "isEnabled": True, "lifecycleState": "ACTIVE",
        "timeCreated": BEGIN, "timeUpdated": BEGIN,
        "destinations": [place.local.ocid("onstopic", "alarms")], "freeformTags": {}, "definedTags": {}, **fields,
    }  # fmt: skip
    return place.records.add(Record(body["id"], prod, "monitoring", "Alarm", body))


def changed(place, n, words, args, **fields):
    name = f"alarm-{n}"
    record = alarm_of(place, name, **fields)

    def seen():
        return {key: record.body.get(key) for key in CHANGED}

    def put(before):
        place.records.change(record, dict(before), place.local.clock())

    def drift():
        place.records.change(record, {"displayName": f"{name}-renamed"}, place.local.clock())

    return Case({"resource": name, **args}, words.format(name), record.id, seen, put, drift, lambda: None)


def created(place, n):
    """Counted from here on: what is made has no name before it is there."""
    node, ident = place.instance()
    alarm_of(place, f"other-{n}")
    place.forget_calls()

    def mine():
        return [one for one in place.records.of("monitoring", "Alarm") if ident in one.body["query"]]

    def seen():
        return sorted(one.name for one in mine())

    def put(before):
        for one in mine():
            if one.name not in before:
                place.records.remove(one)

    def drift():
        alarm_of(place, f"drift-{n}", query=f'CpuUtilization[5m]{{resourceId = "{ident}"}}.mean() > 80')

    args = {"metric": "cpu", "resource": node, "above": 80, "minutes": 10}
    text = f"alarm me when cpu of {node} is above 80 for 10 minutes"
    return Case(args, text, "/alarms", seen, put, drift, lambda: None)


SUPPRESSED = {
    "suppression": {"timeSuppressFrom": BEGIN, "timeSuppressUntil": UNTIL, "description": "by hand"}
}
RIGS = (
    Rig(
        "alarm_suppress",
        lambda place, n: changed(place, n, "suppress alarm {} for 2 hours", {"hours": 2}),
        without=NO_TRY | WHOLE,
        at="cloud",
    ),
    Rig(
        "alarm_resume",
        lambda place, n: changed(place, n, "unsuppress alarm {}", {}, **SUPPRESSED),
        without=NO_TRY | WHOLE,
        at="cloud",
    ),
    Rig(
        "alarm_edit",
        lambda place, n: changed(place, n, "set the threshold of alarm {} to 95", {"threshold": 95}),
        without=NO_TRY | WHOLE,
        at="cloud",
    ),
    Rig("alarm_create", created, without=NO_TRY | WHOLE, at="cloud"),
)
