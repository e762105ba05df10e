"""Which routes an event takes and when: by severity, area, channel and person, quiet hours by the wall's clock, nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.notifications.event import Event
from agents.notifications.quiet import ends
from agents.notifications.routing import Router
from agents.policy.compile import DocumentError, compile_policy
from bot.notify.stretches import heard, stretches
from storage.triage import AlertRow
from storage.triagenotes import NoteRow

NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
HEAD = """version: 1
people: [{id: "TLOCAL:UBOB", name: bob}, {id: "TLOCAL:UDAN", name: dan}]
notifications:
"""
ROUTES = """
  - {name: chat, severity: info, to: ["slack:COPS", "email:a@example.com"], quiet_hours: "22:00-07:00", timezone: Europe/Berlin}
  - {name: again, severity: warning, areas: [incident], channels: ["CINC*"], to: ["email:a@example.com", pagerduty]}
  - {name: person, severity: warning, people: [dan], to: ["person:dan", duty]}
  - {name: late, severity: info, when: escalation, to: ["webhook:https://hooks.example.com/x"]}
  - {name: calls, severity: critical, areas: [bot], to: ["slack:CBOT"], escalate_after: 10m, escalate_to: late}
"""
EVENT = Event("k", "s", "incident", "warning", "trigger", NOW, "it", channel="CINCIDENTS")


def router(text=ROUTES, **more):
    file = compile_policy(HEAD + text).file
    return Router(file, {"bob": "TLOCAL:UBOB", "dan": "TLOCAL:UDAN"}, **more)


def to(found):
    return {one.destination: (one.route, one.due) for one in found}


def test_each_destination_hears_once_at_the_earliest_moment_that_a_route_asks_for():
    found = router().planned(EVENT, NOW)
    assert to(found) == {
        "slack:COPS": ("chat", datetime(2026, 11, 25, 6, 0, tzinfo=UTC)),
        "email:a@example.com": ("again", NOW),
        "pagerduty": ("again", NOW),
    }
    assert [one.held for one in found] == ["quiet hours", "", ""]


@pytest.mark.parametrize(
    ("changed", "destinations"),
    [
        ({"severity": "info"}, {"slack:COPS", "email:a@example.com"}),
        ({"area": "cost"}, {"slack:COPS", "email:a@example.com"}),
        ({"channel": "COTHER"}, {"slack:COPS", "email:a@example.com"}),
        (
            {"area": "cost", "person": "dan"},
            {"slack:COPS", "email:a@example.com", "slack:UDAN", "slack:UBOB"},
        ),
        ({"area": "bot", "severity": "critical"}, {"slack:COPS", "email:a@example.com", "slack:CBOT"}),
    ],
)
def test_severity_area_channel_and_person_choose(changed, destinations):
    assert set(to(router(duty=("TLOCAL:UBOB",)).planned(replace(EVENT, **changed), NOW))) == destinations


def test_what_is_critical_passes_quiet_hours_and_its_end_does_not_but_at_pagerduty():
    loud = replace(EVENT, severity="critical")
    assert {due for _, due in to(router().planned(loud, NOW)).values()} == {NOW}
    end = to(router().planned(replace(loud, action="resolve"), NOW))
    assert (end["slack:COPS"][1] > NOW, end["pagerduty"][1]) == (True, NOW)


def test_a_person_s_own_quiet_hours_hold_what_goes_to_them():
    mine = {"UDAN": ("23:00-08:00", "Europe/Berlin"), "UBOB": ("", "")}
    quiet = router(quiets={key: value for key, value in mine.items() if value[0]})
    event = replace(EVENT, area="cost", person="dan")
    assert to(quiet.planned(event, NOW))["slack:UDAN"][1] == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert to(quiet.planned(replace(event, severity="critical"), NOW))["slack:UDAN"][1] == NOW


def test_away_from_slack_what_is_critical_goes_where_the_policy_says_or_to_all_mail_and_pagerduty():
    loud = replace(EVENT, severity="critical", area="bot", channel="")
    assert "pagerduty" not in to(router().planned(loud, NOW))
    assert set(to(router().planned(loud, NOW, slack_away=True))) == {"slack:COPS", "email:a@example.com", "slack:CBOT", "pagerduty"}  # fmt: skip
    assert "pagerduty" not in to(router().planned(replace(loud, severity="warning"), NOW, slack_away=True))
    instead = '  - {severity: critical, when: slack_away, to: ["email:z@example.com", "slack:CAWAY"]}\n'
    assert set(to(router(ROUTES + instead).instead(NOW))) == {"email:z@example.com"}


def test_an_escalation_has_its_time_and_only_beginnings_have_one():
    event = replace(EVENT, area="bot", severity="critical")
    found = {one.destination: one.escalates for one in router().planned(event, NOW)}
    assert (found["slack:CBOT"], found["slack:COPS"]) == (NOW + timedelta(minutes=10), None)
    assert set(to(router().along("late", event, NOW))) == {"webhook:https://hooks.example.com/x"}
    assert {one.escalates for one in router().planned(replace(event, action="resolve"), NOW)} == {None}
    assert router().along("nowhere", event, NOW) == ()


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("{severity: loud, to: [pagerduty]}", "severity"),
        ("{severity: info, to: [pagerduty], colour: red}", "unknown key"),
        ("{severity: info, to: []}", "to"),
        ('{severity: info, to: ["slack:ops"]}', "a destination is"),
        ('{severity: info, to: ["email:a@b\\n.example"]}', "a destination is"),
        ('{severity: info, to: ["email:a@example.com,b@example.com"]}', "a destination is"),
        ('{severity: info, to: ["webhook:http://hooks.example.com"]}', "a destination is"),
        ('{severity: info, to: ["webhook:https://u:p@hooks.example.com"]}', "a destination is"),
        ('{severity: info, to: ["person:eve"]}', "unknown person 'eve'"),
        ("{severity: info, to: [pagerduty], people: [eve]}", "unknown person 'eve'"),
        ('{severity: info, to: [pagerduty], quiet_hours: "late"}', "quiet hours are"),
        ("{severity: info, to: [pagerduty], timezone: Mars/Base}", "unknown time zone"),
        ("{severity: info, to: [pagerduty], escalate_after: 5m}", "needs both"),
        ("{severity: info, to: [pagerduty], escalate_after: 5m, escalate_to: nobody}", "unknown route"),
        ("{name: a, severity: info, to: [pagerduty], escalate_after: 5m, escalate_to: a}", "circle"),
        (
            "{name: a, severity: info, to: [pagerduty]}\n  - {name: a, severity: info, to: [pagerduty]}",
            "duplicate",
        ),
    ],
)
def test_a_route_that_means_nothing_is_refused_with_its_line(route, words):
    with pytest.raises(DocumentError, match=words) as caught:
        compile_policy(f"{HEAD}  - {route}\n")
    assert "line" in str(caught.value)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(0, 1439), st.integers(0, 1439),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)  # fmt: skip
def test_quiet_hours_always_end_within_a_day_and_are_not_quiet_then(at, begin, end, zone):
    quiet = "-".join(f"{n // 60:02}:{n % 60:02}" for n in (begin, end))
    now = at.replace(tzinfo=UTC)
    until = ends(quiet, zone, now)
    if until is not None:
        assert timedelta(0) < until - now <= timedelta(hours=25) or ends(quiet, zone, until) is None


def alert(minute, status="firing", severity="warning", mark="a"):
    at = NOW + timedelta(minutes=minute)
    return AlertRow(f"al_{minute}_{mark}", "T", at, mark, "inc_1", {"status": status, "severity": severity})


def test_an_incident_is_as_bad_as_it_got_ends_with_the_last_alert_or_a_person_and_begins_anew():
    told = [
        alert(0), alert(1, mark="b", severity="critical"), alert(2, "resolved"), alert(3, "resolved", mark="b"),
        alert(10, severity="info"), alert(30, severity="high"),
    ]  # fmt: skip
    note = NoteRow("n1", "T", "inc_1", "C", NOW + timedelta(minutes=20), "resolved", "T:UBOB")
    found = [(s.began - NOW, s.worst, s.end and s.end - NOW, s.ended_by) for s in stretches(told, [note])]
    minutes = [timedelta(minutes=n) for n in (0, 3, 10, 20, 30)]
    assert found == [
        (minutes[0], "critical", minutes[1], ""),
        (minutes[2], "info", minutes[3], "T:UBOB"),
        (minutes[4], "warning", None, ""),
    ]


def test_the_picture_counts_every_alert_once():
    rows = [alert(n) for n in range(0, 60, 3)]
    counts = heard(rows, NOW + timedelta(minutes=60))
    assert (sum(n for _, n in counts), len(counts) <= 13) == (20, True)
    assert heard(rows[:1], NOW) == ()
