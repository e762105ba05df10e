"""What is asked about an incident, how it is weighed, which of the past are like it, what the file says, what a silence would be of."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.findings import Diagnosis
from agents.triage.alike import most_alike
from agents.triage.correlate import Correlator
from agents.triage.history import ASSIGNED, RESOLVED, SNOOZED, History
from agents.triage.question import CHANGES, at_the_cause, culprit, questions
from agents.triage.reading import read
from agents.triage.silencing import silencing
from agents.triage.topology import Topology
from agents.triage.weigh import advice, clauses, hypotheses, leaf, measured, plan
from bot.incidentcards import held_line
from bot.incidentreport import report
from bot.replies.incident import card, severity
from bot.replies.text import Outbound
from bot.touched import touched
from storage.triagenotes import NoteRow
from tools.services.directory import Services
from tools.services.model import Service, WorkloadRef

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
OUT = Outbound(lambda text: text)
CART = Service(name="cart", workloads=(WorkloadRef(cluster="c1", namespace="shop", kind="deployment", name="cart"),))  # fmt: skip
FAULT = {"fault": "oom_killed", "object": "k8s:c1/shop/deployment/cart#x", "cause": "cart ran out of memory", "severity": "fault",
         "evidence": [{"ref": "r", "field": "limit", "value": "256Mi"}], "actions": [{"action": "guess", "args": {}}, {"action": "rollout_undo", "args": {"name": "cart"}}]}  # fmt: skip


def incident(*alerts, services=(CART,), at=NOW, source="alertmanager"):
    correlator, topology = Correlator(Topology(services)), Topology(services)
    del topology
    for one in alerts:
        payload = {"alerts": [{"status": "firing", **one}]} if source == "alertmanager" else one
        for alert in read(source, payload, at):
            placed = correlator.place(alert)
    return placed.incident


def firing(name="Errors", **labels):
    return {"labels": {"alertname": name, **labels}}


def change(minutes, near=3, what="set image cart:2"):
    return {"at": (NOW - timedelta(minutes=minutes)).isoformat(), "near": near, "what": what, "who": "ann", "ref": "x"}  # fmt: skip


@pytest.mark.parametrize(
    "alert, cloud, asked",
    [
        (firing(service="cart"), False, [("k8s_diagnose", "service"), ("ops_suspects", "service")]),
        (firing(service="other", namespace="stg"), False, [("k8s_diagnose", "namespace"), ("ops_suspects", "namespace")]),
        (firing(service="other"), True, []),
        (firing(host="box"), False, []),
    ],
)  # fmt: skip
def test_only_the_scope_of_the_incident_is_asked_about(alert, cloud, asked):
    found = questions(incident(alert), (CART,), cloud=cloud)
    assert [(one.tool, next(iter(one.args))) for one in found] == asked


TWICE = Service(name="cart", workloads=tuple(WorkloadRef(cluster=c, namespace="shop", kind="deployment", name="cart") for c in ("C1", "c2")))  # fmt: skip
MAIL = Service(name="mail", workloads=(WorkloadRef(cluster="c3", namespace="post", kind="deployment", name="mail"),))  # fmt: skip


@pytest.mark.parametrize(
    "labels, services, where",
    [
        ({"cluster": "c1"}, (TWICE,), {"service": "cart", "cluster": "C1"}),
        ({"cluster": "c2"}, (TWICE,), {"service": "cart", "cluster": "c2"}),
        ({"cluster": "prometheus-says"}, (CART,), {"service": "cart"}),
        ({"cluster": "c3", "namespace": "shop"}, (CART, MAIL), {"namespace": "shop", "cluster": "c3"}),
        ({"cluster": "c3"}, (CART, MAIL), {}),
    ],
)
def test_a_service_in_several_clusters_is_asked_about_where_the_alert_is_from(labels, services, where):
    asked = questions(incident(firing(service="cart", **labels), services=services), services, cloud=False)
    assert (dict(asked[0].args) if asked else {}) == where


def test_a_click_is_judged_by_all_that_the_incident_touches():
    both = Service(name="mail", workloads=(*MAIL.workloads, WorkloadRef(cluster="c4", namespace="post", kind="deployment", name="mail")))  # fmt: skip
    services = Services(None, {"cart": CART, "mail": both})
    one = incident(
        firing("A", service="cart", node="n1"),
        firing("B", service="mail", node="n1"),
        firing("C", namespace="hidden", node="n1", cluster="c9"),
        services=(CART, both),
    )
    found = {(scope.cluster, scope.namespace) for scope in touched(one, services)}
    assert {("c1", "shop"), ("c3", "post"), ("c4", "post"), ("", "hidden")} == found
    assert touched(incident(firing(host="box")), services) == []


def test_a_database_of_the_cloud_is_asked_for_alarms_where_the_cloud_is_set_up():
    service = CART.model_copy(update={"database": "orders"})
    asked = [questions(incident(firing(service="cart")), (service,), cloud=cloud)[-1].tool for cloud in (True, False)]  # fmt: skip
    assert asked == ["oci_alarms", "ops_suspects"]


def test_faults_with_proof_come_first_then_the_latest_change_before_it_began():
    suspects = {"suspects": [change(50), change(5, what="scaled"), change(-3, what="after"), change(10, near=0, what="elsewhere"), change(90, what="long ago")]}  # fmt: skip
    found = hypotheses({"findings": [FAULT]}, suspects, NOW)
    assert [one["words"] for one in found] == ["cart ran out of memory", "scaled by ann", "set image cart:2 by ann"]  # fmt: skip
    assert found[0]["for"] == ["scaled by ann, 5 min before it began", "limit: 256Mi"]
    assert found[1]["for"] == ["5 min before it began, on the thing itself"]
    assert found[1]["against"] == ["a fault with proof explains it"]


DB = Service(name="db", workloads=(WorkloadRef(cluster="c1", namespace="shop", kind="statefulset", name="db"),))  # fmt: skip
RELEASE = FAULT | {
    "since": (NOW - timedelta(seconds=58)).isoformat(),
    "evidence": [
        {"ref": "k8s:x", "field": "metadata.managedFields", "value": "by ann"},
        {"ref": "k8s:x", "field": "spec.template.spec.containers[web].env[POOL]", "value": "10 -> 50"},
        {"ref": "metric:q", "field": "cart: errors", "value": "errors went from 1 to 30 %, beyond it since 08:59:00 UTC"},
        {"ref": "metric:q", "field": "db: connections", "value": "100 of 100"},
    ],
}  # fmt: skip


def test_what_changed_is_asked_about_where_the_fault_is():
    one = incident(firing(service="db", namespace="shop", cluster="c1"), services=(CART, DB))
    asked = questions(one, (CART, DB), cloud=False)[-1]
    assert culprit({"findings": [FAULT]}, (DB, CART)) == CART
    near = at_the_cause(asked, {"findings": [FAULT]}, one, (CART, DB))
    assert dict(near.args) == dict(asked.args) | {"service": "cart", "cluster": "c1"}
    assert at_the_cause(asked, {"findings": []}, one, (CART, DB)) == asked
    assert near.tool == CHANGES and asked.args["service"] == "db"


def test_a_rollout_that_is_the_fault_is_told_once_with_who_made_it_and_how_long_before():
    rolled = change(0, what="rollout of cart") | {"at": RELEASE["since"], "note": "for the sale"}
    (one,) = hypotheses({"findings": [RELEASE]}, {"suspects": [change(5), rolled]}, NOW)[:1]
    assert one["for"][:2] == ["rollout of cart by ann, 58 s before it began; noted: for the sale", "env[POOL]: 10 -> 50"]  # fmt: skip
    assert [h["words"] for h in hypotheses({"findings": [RELEASE]}, {"suspects": [rolled]}, NOW)] == ["cart ran out of memory"]  # fmt: skip


def test_the_card_of_what_was_found_names_who_fails_whose_it_is_since_when_and_what_to_say():
    names = ("DbFull", "CartErrors", "CartErrors")
    one = incident(*(firing(name, service="cart", pod=f"cart-{n}") | {"startsAt": "2026-11-24T08:58:00Z"} for n, name in enumerate(names)))  # fmt: skip
    found = {"asked": ["k8s_diagnose"], "read": ["k8s_diagnose"], "ruled_out": [], "gaps": [], "healthy": False, "plan": {},
             "hypotheses": hypotheses({"findings": [RELEASE]}, {}, NOW), "measured": measured({"findings": [RELEASE]}), "advice": advice({"findings": [RELEASE]}),
             "about": {"service": "cart", "failing": "cart", "owner": "team-cart", "on_call": "ann"}, "not_proposed": "rollout undo cart. x"}  # fmt: skip
    shown = card(one, NOW, OUT, History.of([note("investigated", 1, **found)]))
    assert "cart is failing" in shown.text.splitlines()[0]
    for words in ("*3 alerts, 1 incident*: 2 of 2 rules fire", "08:58 UTC>", "*cart:* errors went from 1 to 30 %, beyond it since 08:59:00 UTC.", "*Owner:* team-cart   *On call:* ann", "Say “roll back cart”"):  # fmt: skip
        assert words in shown.text
    asked = [e["value"] for b in shown.blocks if b["type"] == "actions" for e in b["elements"] if e["action_id"].startswith("ask")]  # fmt: skip
    assert asked == ["why is cart failing?", "roll back cart"]
    for seen in one.seen.values():
        seen.firing = False
    over = card(one, NOW, OUT, History.of([note("investigated", 1, **found)]))
    assert over.text.startswith("Over: cart was failing\n:large_green_circle: Nothing fires any more.")


def test_a_cause_that_was_found_leaves_open_what_was_not_looked_at():
    found = Diagnosis.model_validate({"unmeasured": ["mail"], "not_looked_at": ["nodes", "ingresses"]})
    assert found.unseen == ("metrics of mail: its pods alone were looked at", "nodes, ingresses: not looked at, since a cause was found before")  # fmt: skip
    assert Diagnosis().unseen == ()


def test_a_field_is_told_by_its_end_and_a_cause_in_whole_clauses():
    assert leaf("spec.a[web.x].env[SIZE]") == "env[SIZE]" and leaf("new log template, 3 times") == "new log template, 3 times"  # fmt: skip
    assert clauses("one; two; three", 9) == "one; two"


def test_that_no_change_is_known_speaks_against_a_fault_only_where_changes_were_read():
    assert hypotheses({"findings": [FAULT]}, {}, NOW)[0]["against"] == []
    read = hypotheses({"findings": [FAULT]}, {"suspects": [], "total": 0}, NOW)
    assert read[0]["against"] == ["nothing near it is known to have changed in the hour before"]


@pytest.mark.parametrize(
    ("read", "healthy", "gaps", "said"),
    [
        (["oci_alarms"], False, [], "What changed before it was not read."),
        (["k8s_diagnose"], True, ["ops_suspects: away"], "healthy as far as could be read. What changed before it was not read."),
        (["k8s_diagnose", "ops_suspects"], True, [], "healthy. Nothing near it changed in the hour before."),
    ],
)  # fmt: skip
def test_a_question_that_was_not_answered_clears_nobody(read, healthy, gaps, said):
    found = {"asked": read, "read": read, "hypotheses": [], "ruled_out": [], "gaps": gaps, "healthy": healthy, "plan": {}}  # fmt: skip
    shown = card(incident(firing(service="cart")), NOW, OUT, History.of([note("investigated", 1, **found)]))
    assert said in shown.text


def test_what_was_escalated_and_resolved_can_be_escalated_again():
    called = note("escalated", 3)
    assert History.of([called]).escalated() == called
    assert History.of([called, note("resolved", 5)]).escalated() is None


def test_a_change_beside_healthy_workloads_has_that_against_it():
    (one,) = hypotheses({"healthy": True, "findings": []}, {"suspects": [change(5)]}, NOW)
    assert one["against"] == ["the diagnosis found the workloads healthy"]


def test_only_a_change_that_we_know_is_planned_and_only_for_a_fault():
    known = frozenset(("rollout_undo",))
    assert plan({"findings": [FAULT]}, known)["action"] == "rollout_undo"
    assert plan({"findings": [FAULT]}, frozenset()) == {}
    assert plan({"findings": [FAULT | {"severity": "hint"}]}, known) == {}


def test_the_three_likest_of_the_past_and_none_that_still_fires():
    this = incident(firing("A", service="cart"))
    past = [incident(firing("A", service="cart"), at=NOW - timedelta(days=n)) for n in range(1, 6)]
    past += [incident(firing("B", service="mail"))]
    for number, one in enumerate(past):
        one.id = f"p{number}"
        for seen in one.seen.values():
            seen.firing = number == 0
    found = most_alike(this, past)
    assert [one.incident.id for one in found] == ["p1", "p2", "p3"]


def note(kind, minutes, actor="T1:UALICE", **detail):
    return NoteRow(f"{kind}{minutes}", "T1", "i", "C1", NOW + timedelta(minutes=minutes), kind, actor, detail)


def test_resolved_until_something_fires_after_it():
    one = incident(firing(service="cart"))
    history = History.of([note(RESOLVED, 1)])
    assert history.resolved(one)
    next(iter(one.seen.values())).last = NOW + timedelta(minutes=2)
    assert history.resolved(one) is None


def test_a_snooze_ends_by_itself():
    history = History.of([note(SNOOZED, 0, until=(NOW + timedelta(hours=1)).isoformat())])
    assert history.snoozed(NOW + timedelta(minutes=59))
    assert history.snoozed(NOW + timedelta(minutes=60)) is None


def test_the_file_keeps_what_others_wrote_on_one_line_and_says_what_is_not_known():
    one = incident(firing("Errors\n# <b>heading", service="cart"))
    text = report(one, History.of([note(ASSIGNED, 1)]), [], NOW + timedelta(minutes=5), name=lambda _: "alice", fixed="how is not recorded")  # fmt: skip
    assert text.count("\n# ") == 0 and "<b>" not in text
    assert "Owner: alice" in text and "2026-11-24 09:01:00 UTC alice took it" in text
    assert "- Cause: (to be written)" in text and "how is not recorded" in text


def test_a_silence_is_of_the_alert_in_its_namespace_or_of_the_alarm_and_never_guessed():
    assert silencing(incident(firing(service="cart"))) == ("", {})
    action, args = silencing(incident(firing(service="cart", namespace="shop")))
    assert (action, args) == ("silence_create", {"alert": "Errors", "lasts": "1h", "namespace": "shop"})
    alarm = {
        "title": "cpu",
        "type": "OK_TO_FIRING",
        "dedupeKey": "k",
        "alarmMetaData": [{"id": "ocid1.alarm.x"}],
    }
    assert silencing(incident(alarm, source="oci")) == ("alarm_suppress", {"resource": "ocid1.alarm.x", "lasts": "1h"})  # fmt: skip


def test_what_is_held_back_is_counted_and_the_worst_are_ranked_first():
    ones = [incident(firing(f"<!channel> {n}", service="cart")) for n in range(5)]
    line = held_line(ones, OUT)
    assert line.startswith("5 more incidents are held back") and "2 more kinds" in line
    assert "<!channel>" not in line
    worst = incident(firing(service="cart", severity="critical"))
    assert severity(worst) < severity(ones[0])


def test_a_card_that_was_not_looked_into_says_why():
    gap = {"asked": ["k8s_diagnose"], "read": [], "hypotheses": [], "ruled_out": [], "gaps": ["k8s_diagnose: not allowed to system:triage"], "healthy": False, "plan": {}}  # fmt: skip
    shown = card(incident(firing(service="cart")), NOW, OUT, History.of([note("investigated", 1, **gap)]))
    assert "not allowed to system:triage" in shown.text
