"""Alarms: their rules, their states now and lately."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.metrics.alarms import LOOK_BACK_S, State, Watch
from sandbox.oci.metrics.series import MINUTE
from sandbox.oci.services.listing import chosen, getting, shown
from sandbox.oci.services.reach import compartments, series_of
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import DAY, given, stamp

LONGEST_S: Final = 7 * DAY
_FILTERS: Final = frozenset({"displayName", "lifecycleState", "sortBy", "sortOrder"})


def _alarms(call: Call) -> list[Record]:
    places = compartments(call)
    found = [one for one in call.tenancy.records.of("monitoring", "Alarm") if one.compartment in places]
    query = {key: text for key, text in call.query.items() if key in _FILTERS}
    return chosen(replace(call, query=query), found)


def _list(call: Call) -> Answer:
    return Answer([shown("monitoring", "AlarmSummary", one) for one in _alarms(call)])


def _statuses(call: Call) -> Answer:
    found = [status(call, one) for one in _alarms(call) if one.body["isEnabled"]]
    wanted = call.query.get("status", "").upper()
    return Answer([one for one in found if wanted in {"", one["status"]}])


def status(call: Call, alarm: Record) -> Json:
    """An alarm's state now; FIRING when any of its streams is."""
    watch, states = _ruling(_watch(call, alarm), call.now)
    firing = [one for one in states if one.firing]
    word = "SUSPENDED" if watch.suspended(call.now) else "FIRING" if firing else "OK"
    since = min((one.since for one in firing or states), default=call.now)
    shown_ = {
        "id": alarm.id,
        "displayName": alarm.name,
        "severity": watch.told("severity"),
        "ruleName": watch.name,
        "timestampTriggered": stamp(since),
        "alarmSummary": _summary(alarm, watch, word, len(firing)),
        "status": word,
    }
    suppression = alarm.body.get("suppression")
    return shown_ | ({"suppression": suppression} if suppression else {})


def _ruling(watch: Watch, now: float) -> tuple[Watch, list[State]]:
    """The first of its rules that fires, else its own; with the states that it gives."""
    for one in watch.rules:
        states = one.states(now)
        if any(state.firing for state in states):
            return one, states
    return watch, watch.states(now)


def _suppressions(call: Call) -> Answer:
    """Of one alarm, or those that are kept in a compartment or, from the tenancy, below it."""
    found = call.tenancy.records.of("monitoring", "AlarmSuppression")
    if alarm := call.query.get("alarmId"):
        kept = [one for one in found if one.body["alarmSuppressionTarget"].get("alarmId") == alarm]
    else:
        places = compartments(call)
        kept = [one for one in found if one.compartment in places]
    return Answer({"items": [shown("monitoring", "AlarmSuppressionSummary", one) for one in kept]})


def _summary(alarm: Record, watch: Watch, word: str, count: int) -> str:
    minutes = int(watch.delay // MINUTE)
    delay = f"with a trigger delay of {minutes} minute{'s' if minutes > 1 else ''}"
    rule = f'meet the trigger rule: "{watch.told("query")}", {delay}'
    return f'Alarm "{alarm.name}" is in a "{word}" state; because {count} metrics {rule}'


def _history(call: Call) -> Answer:
    alarm = call.record("Alarm", call.path["alarmId"])
    since = call.query.get("timestampGreaterThanOrEqualTo")
    until = call.query.get("timestampLessThan")
    end = given("timestampLessThan", until) if until else call.now
    start = given("timestampGreaterThanOrEqualTo", since) if since else end - LOOK_BACK_S
    if end - start > LONGEST_S:
        raise bad_parameter("a history of more than 7 days is not kept on this machine")
    watch = _watch(call, alarm)
    entries = [_entry(alarm, watch, at, on=on) for at, on in reversed(watch.transitions(start, end))]
    data = {"alarmId": alarm.id, "isEnabled": alarm.body["isEnabled"], "entries": entries}
    return Answer(data)


def _entry(alarm: Record, watch: Watch, at: float, *, on: bool) -> Json:
    text = "State transitioned from OK to Firing" if on else "State transitioned from Firing to OK"
    summary = _summary(alarm, watch, "FIRING" if on else "OK", int(on))
    return {"summary": text, "alarmSummary": summary, "timestamp": stamp(at), "timestampTriggered": stamp(at)}


def _dimension_states(call: Call) -> Answer:
    alarm = call.record("Alarm", call.path["alarmId"])
    watch = _watch(call, alarm)
    items = [
        {
            "alarmSummary": _summary(alarm, watch, "FIRING" if one.firing else "OK", int(one.firing)),
            "dimensions": dict(one.dimensions),
            "status": "FIRING" if one.firing else "OK",
            "ruleName": alarm.body.get("ruleName", "BASE"),
            "timestamp": stamp(one.since),
        }
        for one in watch.states(call.now)
    ]
    each = bool(alarm.body.get("isNotificationsPerMetricDimensionEnabled"))
    about = {"alarmId": alarm.id, "isEnabled": alarm.body["isEnabled"]}
    return Answer({**about, "isNotificationsPerMetricDimensionEnabled": each, "items": items})


def _watch(call: Call, alarm: Record) -> Watch:
    place = alarm.body["metricCompartmentId"]
    whole = alarm.body.get("metricCompartmentIdInSubtree", False)
    places = call.tenancy.below(place) if whole else {place}
    return Watch(alarm, series_of(call, alarm.body["namespace"], places))


TABLE: Final[Table] = {
    "list_alarms": _list,
    "get_alarm": getting("monitoring", "Alarm", "alarmId"),
    "list_alarm_suppressions": _suppressions,
    "list_alarms_status": _statuses,
    "get_alarm_history": _history,
    "retrieve_dimension_states": _dimension_states,
}
