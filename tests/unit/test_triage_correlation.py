"""Why an alert joins an incident, one reason at a time, each beside the case that must stay apart."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.triage.correlate import Correlator, Placed, Reason
from agents.triage.reading import read
from agents.triage.topology import Topology
from tools.services.model import Service, WorkloadRef

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def service(name: str, *needs: str, lb: str = "") -> Service:
    place = WorkloadRef(cluster="eu", namespace="shop", name=name)
    return Service(name=name, workloads=(place,), depends_on=needs, load_balancer=lb)


MAP = Topology(
    (service("web", "gate"), service("gate", "cart", "pay"), service("cart", "orders-db"), service("pay"), service("orders-db"), service("mail", lb="mail-lb"))
)  # fmt: skip


class Night:
    """One night's alerts, by minutes after nine."""

    def __init__(self, topology: Topology = MAP) -> None:
        self._correlator = Correlator(topology)

    def hear(
        self, minute: float, rule: str, status: str = "firing", began: float | None = None, **labels: str
    ) -> Placed:
        alert = {"status": status, "labels": {"alertname": rule, "severity": "critical"} | labels}
        if began is not None:
            alert["startsAt"] = (AT + timedelta(minutes=began)).isoformat()
        (found,) = read("alertmanager", {"alerts": [alert]}, AT + timedelta(minutes=minute))
        return self._correlator.place(found)

    def say(self, minute: float, text: str) -> Placed:
        (found,) = read("slack", {"text": text}, AT + timedelta(minutes=minute))
        return self._correlator.place(found)


def test_a_repeat_tells_nothing_new_and_an_end_does():
    night = Night()
    assert night.hear(0, "Errors", service="cart").opened
    again = night.hear(5, "Errors", service="cart")
    assert (again.reason, again.changed, again.opened) == (Reason.SAME, False, False)
    assert night.hear(6, "Errors", "resolved", service="cart").changed
    assert not night.hear(7, "Errors", "resolved", service="cart").changed


@pytest.mark.parametrize(("minutes", "opened"), [(1, False), (31, True)])
def test_the_end_of_a_rule_for_one_more_pod_is_no_incident_of_its_own(minutes, opened):
    """Its pods are one alert here, and what is over says less of where it was."""
    night = Night()
    pods = [f"cart-7c9d8b6f5-x2x4{end}" for end in "bcd"]
    for pod in pods:
        night.say(0, f"[FIRING] PodErrors (warning) service=cart pod={pod} namespace=shop cluster=eu")
    assert night.say(1, f"[RESOLVED] PodErrors (warning) service=cart pod={pods[0]}").changed
    later = night.say(1 + minutes, f"[RESOLVED] PodErrors (warning) service=cart pod={pods[1]}")
    assert (later.opened, len(later.incident.seen)) == (opened, 1)
    assert later.changed is opened


@pytest.mark.parametrize(("minutes", "reason"), [(29, Reason.SAME), (31, Reason.NEW)])
def test_what_comes_back_soon_is_a_relapse_and_later_is_new(minutes, reason):
    night = Night()
    night.hear(0, "Errors", service="cart")
    night.hear(0, "Errors", "resolved", service="cart")
    assert night.hear(minutes, "Errors", service="cart").reason is reason


@pytest.mark.parametrize(("began", "reason"), [(0.0, Reason.SAME), (235.0, Reason.NEW)])
def test_a_repeat_after_hours_is_told_from_a_new_one_by_when_it_began(began, reason):
    night = Night()
    night.hear(0, "Errors", began=0.0, service="cart")
    assert night.hear(240, "Errors", began=began, service="cart").reason is reason


def test_another_rule_of_the_same_service_joins_and_a_namesake_elsewhere_does_not():
    night = Night()
    night.hear(0, "Errors", service="cart", namespace="shop", cluster="eu")
    assert night.hear(3, "Latency", service="cart", namespace="shop", cluster="eu").reason is Reason.SERVICE
    assert night.hear(3, "Latency", service="cart", namespace="shop", cluster="us").opened
    assert night.hear(3, "Latency", service="cart", namespace="shop-stg", cluster="eu").opened


def test_what_needs_the_broken_service_follows_it():
    night = Night()
    night.hear(0, "Errors", service="orders-db")
    assert night.hear(2, "Errors", service="web").reason is Reason.NEEDS
    assert night.hear(2, "Errors", service="mail").opened


def test_a_cause_that_shows_late_is_joined_and_a_second_cause_is_not():
    night = Night()
    first = night.hear(0, "Errors", service="gate")
    assert night.hear(1, "Errors", service="cart").incident is first.incident
    assert night.hear(2, "Errors", service="orders-db").incident is first.incident
    assert night.hear(3, "Errors", service="pay").opened


def test_a_cascade_takes_minutes_not_longer():
    night = Night()
    night.hear(0, "Errors", service="orders-db")
    assert night.hear(11, "Errors", service="web").opened


def test_a_certificate_that_expires_explains_no_outage():
    night = Night()
    night.hear(0, "CertificateExpiresSoon", service="cart")
    assert night.hear(1, "Errors", service="cart").opened


def test_an_alarm_of_oracle_cloud_meets_the_service_by_its_load_balancer():
    night = Night()
    first = night.hear(0, "Errors", service="mail")
    meta = {"id": "ocid1.alarm.x", "dimensions": [{"resourceDisplayName": "mail-lb"}]}
    (alarm,) = read("oci", {"title": "backends", "type": "OK_TO_FIRING", "alarmMetaData": [meta]}, AT)
    assert night._correlator.place(alarm).incident is first.incident


def test_a_message_that_only_names_the_rule_ends_what_the_rule_began():
    night = Night()
    first = night.hear(0, "HighErrors", service="mail")
    over = night.say(4, "[RESOLVED] HighErrors")
    assert (over.incident, over.changed, first.incident.firing) == (first.incident, True, False)


def test_a_rule_that_carries_the_services_name_needs_no_label():
    night = Night()
    night.hear(0, "Errors", service="orders-db")
    assert night.say(1, "[FIRING] OrdersDbConnectionsHigh").reason is Reason.SERVICE


def test_machines_are_told_apart_and_one_machine_is_one_incident():
    night = Night(Topology())
    night.hear(0, "NodeNotReady", node="vm-1")
    assert night.hear(1, "DiskSlow", host="vm-1").reason is Reason.NODE
    assert night.hear(1, "NodeNotReady", node="vm-2").opened


def test_a_cluster_without_its_api_explains_what_breaks_in_it():
    night = Night(Topology())
    night.hear(0, "KubeAPIDown", cluster="eu")
    assert night.hear(1, "Errors", service="cart", cluster="eu").reason is Reason.CLUSTER
    assert night.hear(1, "Errors", service="cart", cluster="us").opened


def test_closeness_alone_is_no_reason():
    night = Night(Topology())
    night.hear(0, "Errors", service="a", namespace="shop", cluster="eu")
    assert night.hear(0, "Errors", service="b", namespace="shop", cluster="eu").opened


def test_of_an_incident_is_known_how_often_and_whether_it_still_fires():
    night = Night()
    found = night.hear(0, "Errors", service="cart").incident
    night.hear(1, "Errors", service="cart")
    night.hear(2, "Errors", "resolved", service="cart")
    assert [(one.times, one.firing) for one in found.seen.values()] == [(2, False)]
    assert not found.firing
