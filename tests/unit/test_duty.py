"""Who is on duty: rotas by the clock on the wall, calendars, a paging service, groups; and what cannot be read is said."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from agents.duty.duty import Duty
from agents.duty.ical import CalendarProblem, names_at
from agents.duty.reading import CannotRead, must_be_safe
from agents.duty.rota import whose_turn
from agents.policy import Members, PolicyStore
from agents.policy.compile import compile_policy
from agents.policy.marks import DocumentError

PEOPLE = """
version: 1
people:
  - {id: "T1X:UALICE", name: alice}
  - {id: "T1X:UBOB", name: bob}
  - {id: "T1X:UDAN", name: dan}
groups:
  sre: {people: [dan]}
  oncall: {slack_usergroup: "T1X:SONCALL"}
"""
ROTA = 'duty:\n  - {name: week, rota: {people: [alice, bob, dan], since: "2026-10-19", at: "09:00", timezone: Europe/Berlin}}\n'
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


class Groups:
    def __init__(self, age_s=1.0):
        self.age_s = age_s

    def members(self, group):
        return (
            Members(frozenset({"T1X:UBOB"}), self.age_s)
            if group == "T1X:SONCALL"
            else Members(frozenset(), 1e9)
        )


def duty(tmp_path, text, groups=None, **more):
    file = tmp_path / "policy.yaml"
    file.write_text(PEOPLE + text)
    return Duty(PolicyStore(file), groups or Groups(), tmp_path, **more)


async def names(found, channel="COPS", now=NOW):
    answer = await found.on_duty(channel, now)
    return [p.name for p in answer.people], answer.problems


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-10-19T06:59:59+00:00", ""),  # 08:59:59 in Berlin, before it begins
        ("2026-10-19T07:00:00+00:00", "alice"),
        ("2026-10-26T07:59:59+00:00", "alice"),  # the clock went back on the 25th: 09:00 is 08:00 UTC now
        ("2026-10-26T08:00:00+00:00", "bob"),
        ("2026-11-02T08:00:00+00:00", "dan"),
        ("2026-11-09T08:00:00+00:00", "alice"),
        ("2027-03-29T06:59:59+00:00", "bob"),  # and forward again: 07:00 UTC
        ("2027-03-29T07:00:00+00:00", "dan"),
    ],
)
def test_a_rota_hands_over_by_the_clock_on_the_wall(when, who):
    rota = compile_policy(PEOPLE + ROTA).file.duty[0].rota
    assert whose_turn(rota, at(when)) == who


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{name: a, rota: {people: [eve], since: "2026-01-01"}}', "unknown person 'eve'"),
        ('{name: a, rota: {people: [bob], since: "yesterday"}}', "YYYY-MM-DD"),
        ("{name: a, group: sra}", "did you mean sre?"),
        ("{name: a}", "give one of"),
        ("{name: a, group: sre, ical: x.ics}", "give one of"),
        ("{name: a, ical: x.ics, people: {Bob: eve}}", "unknown person 'eve'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_source_is_named(text, words):
    with pytest.raises(DocumentError, match=words.replace("?", r"\?")):
        compile_policy(f"{PEOPLE}duty:\n  - {text}\n")


def calendar(*events):
    return (
        "BEGIN:VCALENDAR\r\n"
        + "".join(f"BEGIN:VEVENT\r\n{e}\r\nEND:VEVENT\r\n" for e in events)
        + "END:VCALENDAR\r\n"
    )


WEEKLY = "SUMMARY:bob\r\nDTSTART;TZID=Europe/Berlin:20261001T200000\r\nDTEND;TZID=Europe/Berlin:20261002T080000\r\nRRULE:FREQ=WEEKLY;BYDAY=WE,TH"


@pytest.mark.parametrize(
    ("event", "when", "who"),
    [
        ("SUMMARY:bob\r\nDTSTART:20261126T000000Z\r\nDTEND:20261126T060000Z", "2026-11-26T03:00:00+00:00", ("bob",)),
        ("SUMMARY:bob\r\nDTSTART:20261126T000000Z\r\nDTEND:20261126T030000Z", "2026-11-26T03:00:00+00:00", ()),
        ("SUMMARY:bob\r\nDTSTART;VALUE=DATE:20261126\r\nDTEND;VALUE=DATE:20261127", "2026-11-26T03:00:00+00:00", ("bob",)),
        ("SUMMARY:bob\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H", "2026-11-26T03:00:00+00:00", ("bob",)),
        ("SUMMARY:bo\r\n b\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H", "2026-11-26T03:00:00+00:00", ("bob",)),
        ("STATUS:CANCELLED\r\nSUMMARY:bob\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H", "2026-11-26T03:00:00+00:00", ()),
        ("ATTENDEE;CN=Bob:mailto:bob@x.example\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H", "2026-11-26T03:00:00+00:00", ("bob@x.example",)),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:bob@x.example\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H", "2026-11-26T03:00:00+00:00", ()),
        ("ATTENDEE;ROLE=NON-PARTICIPANT:mailto:bob@x.example\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H", "2026-11-26T03:00:00+00:00", ()),
        (WEEKLY, "2026-11-26T03:00:00+00:00", ("bob",)),  # Wednesday 20:00 to Thursday 08:00 in Berlin
        (WEEKLY, "2026-11-25T18:59:59+00:00", ()),
        (WEEKLY, "2026-11-25T19:00:00+00:00", ("bob",)),
        (WEEKLY, "2026-11-28T03:00:00+00:00", ()),
        (WEEKLY, "2026-09-30T20:00:00+00:00", ()),  # before it begins
        (f"{WEEKLY};UNTIL=20261120T000000Z", "2026-11-26T03:00:00+00:00", ()),
        (f"{WEEKLY};COUNT=3", "2026-11-26T03:00:00+00:00", ()),
        (f"{WEEKLY}\r\nEXDATE;TZID=Europe/Berlin:20261125T200000", "2026-11-26T03:00:00+00:00", ()),
        ("SUMMARY:bob\r\nDTSTART:20261116T080000Z\r\nDURATION:P1W\r\nRRULE:FREQ=WEEKLY;INTERVAL=2", "2026-11-26T03:00:00+00:00", ()),
        ("SUMMARY:bob\r\nDTSTART:20261109T080000Z\r\nDURATION:P1W\r\nRRULE:FREQ=WEEKLY;INTERVAL=2", "2026-11-26T03:00:00+00:00", ("bob",)),
        ("SUMMARY:bob\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H\r\nBEGIN:VALARM\r\nSUMMARY:eve\r\nDURATION:PT1M\r\nEND:VALARM", "2026-11-26T03:00:00+00:00", ("bob",)),
    ],
)  # fmt: skip
def test_a_calendar_says_who(event, when, who):
    assert names_at(calendar(event), at(when)) == who


@pytest.mark.parametrize(
    "text",
    [
        "", "<html>", calendar("SUMMARY:bob\r\nDTSTART:20261101T000000Z\r\nRRULE:FREQ=MONTHLY"),
        calendar("SUMMARY:bob\r\nDTSTART:20261101T000000Z\r\nRRULE:FREQ=DAILY;BYSETPOS=1"),
        calendar("SUMMARY:bob\r\nDTSTART:yesterday"), calendar("SUMMARY:bob\r\nDTSTART;TZID=Mars/Base:20261101T000000"),
        calendar("SUMMARY:bob\r\nDTSTART:20261101T000000Z\r\nRECURRENCE-ID:20261101T000000Z"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_as_a_rota_is_said_and_never_guessed(text):
    with pytest.raises(CalendarProblem):
        names_at(text, NOW)


async def test_the_first_source_that_names_somebody_known_is_the_answer(tmp_path):
    (tmp_path / "duty.ics").write_text(
        calendar("SUMMARY:On call Bob\r\nDTSTART:20261126T000000Z\r\nDURATION:PT4H")
    )
    both = 'duty:\n  - {name: night, ical: duty.ics, people: {"On call Bob": bob}}\n  - {name: rest, group: sre}\n'
    found = duty(tmp_path, both)
    assert await names(found) == (["bob"], ())
    assert await names(found, now=NOW + timedelta(hours=2)) == (["dan"], ())


async def test_a_source_that_cannot_be_read_is_said_and_the_next_one_asked(tmp_path):
    found = duty(tmp_path, "duty:\n  - {name: night, ical: none.ics}\n  - {name: rest, group: sre}\n")
    people, (problem,) = await names(found)
    assert people == ["dan"]
    assert "night: its file cannot be read" in problem


async def test_channels_limit_a_source(tmp_path):
    found = duty(tmp_path, 'duty:\n  - {name: a, channels: ["CDB"], group: sre}\n')
    assert await names(found) == ([], ())
    assert await names(found, "CDB") == (["dan"], ())


@pytest.mark.parametrize(("age", "who"), [(10.0, ["bob"]), (301.0, [])])
async def test_a_slack_user_group_counts_while_it_is_fresh(tmp_path, age, who):
    found = duty(tmp_path, "duty:\n  - {name: a, group: oncall}\n", Groups(age))
    people, problems = await names(found)
    assert (people, bool(problems)) == (who, not who)


@pytest.fixture
async def service():
    state = {"status": 200, "asked": [], "oncalls": [
        {"escalation_level": 2, "user": {"id": "P2", "summary": "Dan"}},
        {"escalation_level": 1, "user": {"id": "P1", "summary": "Bob", "email": "bob@x.example"}},
    ]}  # fmt: skip

    async def answer(request):
        state["asked"].append((request.query.get("schedule_ids[]"), request.headers.get("Authorization")))
        if state["status"] == 302:
            raise web.HTTPFound("http://127.0.0.1:1/")
        return web.json_response({"oncalls": state["oncalls"]}, status=state["status"])

    app = web.Application()
    app.router.add_get("/oncalls", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    state["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield state
    await runner.cleanup()


async def test_a_paging_service_says_who_is_first_and_is_asked_once_a_minute(tmp_path, service):
    clock = [0.0]
    text = f'duty:\n  - {{name: pd, pagerduty: {{url: "{service["url"]}", schedule: PABC}}, people: {{bob@x.example: bob, Dan: dan}}}}\n'
    found = duty(tmp_path, text, token="secret", clock=lambda: clock[0])
    assert await names(found) == (["bob"], ())
    assert await names(found) == (["bob"], ())
    assert service["asked"] == [("PABC", "Token token=secret")]
    for status in (500, 302):
        clock[0], service["status"] = clock[0] + 61, status
        assert await names(found) == (["bob"], ()), "what was read last stands in for a while"
    clock[0] += 901
    people, (problem,) = await names(found)
    assert (people, "answers 302" in problem, "secret" in problem) == ([], True, False)


async def test_an_answer_that_says_something_else_names_nobody(tmp_path, service):
    text = f'duty:\n  - {{name: pd, pagerduty: {{url: "{service["url"]}", schedule: PABC}}}}\n'
    service["oncalls"] = {"no": "list"}
    people, problems = await names(duty(tmp_path, text))
    assert (people, len(problems)) == ([], 1)


def test_plain_http_is_for_this_machine():
    must_be_safe("https://api.pagerduty.example")
    must_be_safe("http://127.0.0.1:8080/x.ics")
    for url in ("http://calendar.example/x.ics", "http://10.0.0.1/x.ics"):
        with pytest.raises(CannotRead, match="this machine only"):
            must_be_safe(url)


@pytest.mark.parametrize(("every", "good"), [("1h", True), ("59m", False), ("60d", True), ("61d", False)])
def test_a_turn_lasts_an_hour_to_sixty_days(every, good):
    text = PEOPLE + ROTA.replace('at: "09:00"', f'at: "09:00", every: {every}')
    if good:
        assert compile_policy(text)
    else:
        with pytest.raises(DocumentError):
            compile_policy(text)
