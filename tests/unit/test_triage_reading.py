"""Each source's payload becomes alerts with the same meaning; a wrong field costs that field, a wrong payload is named."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.triage.alert import SOURCES, Unreadable
from agents.triage.fingerprint import fingerprint
from agents.triage.reading import read
from agents.triage.subject import subject_of, workload_of

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
LABELS = {
    "alertname": "HighErrors",
    "severity": "page",
    "service": "cart",
    "namespace": "shop",
    "cluster": "eu",
}


def prometheus(labels: dict[str, str], **rest: object) -> dict[str, object]:
    return {"version": "4", "status": "firing", "alerts": [{"labels": labels, **rest}]}


def one(source: str, payload: object):
    (found,) = read(source, payload, AT)
    return found


def test_alertmanager_tells_rule_severity_and_begin():
    found = one("alertmanager", prometheus(LABELS, annotations={"summary": "5 % fail"}, startsAt="2026-11-24T08:58:00Z"))  # fmt: skip
    assert (found.name, found.severity, found.status, found.text) == ("HighErrors", "critical", "firing", "5 % fail")  # fmt: skip
    assert found.began == AT - timedelta(minutes=2)
    assert subject_of(found).service == "cart"


def test_an_alert_of_a_group_has_its_own_state_and_the_groups_labels():
    payload = {
        "status": "firing",
        "commonLabels": {"cluster": "eu"},
        "alerts": [{"status": "resolved", "labels": {"alertname": "A"}}, {"labels": {"alertname": "B"}}],
    }
    first, second = read("alertmanager", payload, AT)
    assert (first.status, second.status) == ("resolved", "firing")
    assert subject_of(first).cluster == "eu"


def test_grafana_speaks_both_ways():
    unified = one("grafana", prometheus(LABELS | {"grafana_folder": "ops"}))
    assert (unified.source, "grafana_folder" in unified.labels) == ("grafana", False)
    legacy = one("grafana", {"ruleName": "load", "state": "ok", "evalMatches": [{"tags": {"host": "vm-1"}}]})
    assert (legacy.name, legacy.status, subject_of(legacy).node) == ("load", "resolved", "vm-1")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("OK_TO_FIRING", "firing"), ("REPEAT", "firing"), ("FIRING_TO_OK", "resolved"), ("RESET", "resolved")],
)
def test_what_happened_to_an_alarm_wins_over_its_state(kind, status):
    meta = {"id": "ocid1.alarm.x", "status": "FIRING", "dimensions": [{"resourceId": "OCID1.INSTANCE.A"}]}
    found = one("oci", {"title": "cpu", "type": kind, "severity": "ERROR", "alarmMetaData": [meta]})
    assert (found.status, found.severity) == (status, "high")
    assert subject_of(found).resource == "ocid1.instance.a"


def test_an_alarm_of_two_resources_is_two_alerts():
    meta = {"id": "ocid1.alarm.x", "dimensions": [{"resourceId": "a"}, {"resourceId": "b"}]}
    first, second = read("oci", {"title": "cpu", "alarmMetaData": [meta]}, AT)
    assert fingerprint(first) != fingerprint(second)


@pytest.mark.parametrize(
    ("payload", "name", "status", "severity"),
    [
        ({"title": "disk full", "priority": "P1", "status": "triggered", "host": "vm-1"}, "disk full", "firing", "critical"),
        ({"event_action": "resolve", "payload": {"summary": "disk full", "severity": "error"}}, "disk full", "resolved", "high"),
        ({"check": "http", "state": "up", "tags": ["service:cart", "env:prod"]}, "http", "resolved", "warning"),
    ],
)  # fmt: skip
def test_any_json_with_a_name_is_an_alert(payload, name, status, severity):
    found = one("generic", payload)
    assert (found.name, found.status, found.severity) == (name, status, severity)


@pytest.mark.parametrize(
    ("text", "name", "status"),
    [
        ("[FIRING:2] HighErrors (critical)", "HighErrors", "firing"),
        (":fire: *[RESOLVED] HighErrors*", "HighErrors", "resolved"),
        ("Triggered: disk-full on vm-1", "disk-full", "firing"),
        ("OK: disk-full on vm-1", "disk-full", "resolved"),
        ("<https://x.example/1|[Alerting] CartLatency>", "CartLatency", "firing"),
        ("the queue holds 17 messages", "the queue holds messages", "firing"),
    ],
)
def test_messages_of_alert_bots_are_read(text, name, status):
    found = one("slack", {"text": text})
    assert (found.name, found.status) == (name, status)


def test_pairs_and_fields_of_a_message_are_labels():
    attachment = {"title": "[FIRING] CartLatency", "fields": [{"title": "Severity", "value": "critical"}]}
    found = one("slack", {"text": "service=cart\nnamespace: shop", "attachments": [attachment]})
    assert (found.severity, subject_of(found).service, subject_of(found).namespace) == ("critical", "cart", "shop")  # fmt: skip


@pytest.mark.parametrize(
    ("source", "payload"),
    [(source, payload) for source in SOURCES for payload in ([], {}, {"alerts": [{}]}, {"text": " "})],
)
def test_what_is_no_alert_is_named_and_not_quoted(source, payload):
    with pytest.raises(Unreadable):
        read(source, payload, AT)


KEYS = st.sampled_from(
    ("alerts", "labels", "annotations", "status", "startsAt", "title", "text", "attachments", "blocks", "fields", "alarmMetaData", "dimensions",
     "type", "severity", "tags", "evalMatches", "ruleName", "payload", "name", "timestampEpochMillis", "dedupeKey", "alertname", "pod", "service")
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.sampled_from(SOURCES), st.dictionaries(KEYS, JSON, max_size=8))
def test_no_payload_breaks_a_reader(source, payload):
    try:
        found = read(source, payload, AT)
    except Unreadable:
        return
    assert found
    assert all(len(fingerprint(alert)) == 16 and alert.name for alert in found)


@pytest.mark.parametrize(
    ("pod", "workload"),
    [("cart-7c9d8b6f5-x2x4z", "cart"), ("db-0", "db"), ("agent-x2x4z", "agent"), ("cart", "cart"), ("my-frontend", "my-frontend")],
)  # fmt: skip
def test_a_pod_belongs_to_its_workload(pod, workload):
    assert workload_of(pod) == workload


def test_a_fingerprint_holds_for_replicas_severities_and_values():
    pods = (LABELS | {"pod": f"cart-7c9d8b6f5-{end}", "severity": grade} for end, grade in (("x2x4z", "page"), ("b2b4c", "warning")))  # fmt: skip
    assert len({fingerprint(one("alertmanager", prometheus(labels))) for labels in pods}) == 1


@pytest.mark.parametrize(
    "change", [{"alertname": "Other"}, {"service": "gate"}, {"cluster": "us"}, {"mountpoint": "/data"}]
)
def test_a_fingerprint_differs_by_rule_thing_and_place(change):
    assert fingerprint(one("alertmanager", prometheus(LABELS))) != fingerprint(one("alertmanager", prometheus(LABELS | change)))  # fmt: skip


def test_times_and_prose_of_a_message_are_no_labels():
    text = "[FIRING] PodErrors (warning) service=cart pod=cart-7c9d8b6f5-x2x4z\na pod fails: 22.1 %, since 13:34:30 UTC"
    found = one("slack", {"text": text})
    assert set(found.labels) == {"service", "pod"}
    assert found.text == "a pod fails: 22.1 %"
    later = one("slack", {"text": text.replace("13:34:30", "14:00:01").replace("x2x4z", "b2b4c")})
    assert fingerprint(found) == fingerprint(later)


@pytest.mark.parametrize(("clock", "began"), [("08:58:30", timedelta(seconds=90)), ("8:58", timedelta(minutes=2)), ("09:30:00", timedelta(hours=23, minutes=30)), ("29:61", None)])  # fmt: skip
def test_since_when_a_message_says_that_it_fires_is_when_it_began(clock, began):
    found = one("slack", {"text": f"[FIRING] PodErrors (warning)\na pod fails, since {clock} UTC"})
    assert found.began == (AT - began if began else None)
