"""Trust of alert rules on every back end: earned by judgements, given by a person, lost by itself, the same for every process."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest

from agents.policy.compile import DocumentError, compile_policy
from agents.redaction import Redactor
from agents.trail import Trail
from agents.triage.desk import Desk
from agents.triage.probation import FALLEN, PROPOSED, SHADOW, TRUSTED, Probation, is_right, loud
from agents.triage.topology import Topology
from storage.shadow import JudgedRow, VoteRow
from tests.contracts.conftest import NOW

POLICY = "version: 1\nchannels:\n  C1: {incidents: true, shadow: CSHADOW}\n  C2: {incidents: true}\n"
SAID = {"workspace": "T1", "actor": {"id": "T1:UBOB"}}


@pytest.fixture
def on(tmp_path, clock):
    """Probation on a database, by the policy above."""
    compiled = compile_policy(POLICY)
    policy = SimpleNamespace(
        policy=SimpleNamespace(file=compiled.file, channel=lambda name: compiled.file.channels[name])
    )
    redactor = Redactor(cache=tmp_path)

    def opened(db):
        return Probation(db, policy, Trail(db, redactor, None), clock, "T1")

    return opened


async def judged(db, probation, votes, *, start=0, rule="Errors"):
    """One incident a vote, a minute apart, each judged by one person."""
    for number, vote in enumerate(votes, start):
        began = NOW + timedelta(minutes=number)
        row = JudgedRow(f"inc_{rule}_{number}", "T1", "C1", rule, began, "CSHADOW")
        await db.write_whole(partial(db.shadow.judge, row=row))
        await db.write_whole(partial(probation.vote, judged=row, voter="T1:UBOB", vote=vote, said=SAID))


async def trust(db, probation):
    return await db.read_whole(lambda tx: db.shadow.get(tx, probation.blank("C1", "Errors").id))


async def promote(db, probation):
    return await db.write_whole(partial(probation.promote, channel="C1", rule="Errors", actor="T1:UBOB", said=SAID))  # fmt: skip


async def test_trust_takes_twenty_of_which_four_fifths_are_right(db, on):
    probation = on(db)
    await judged(db, probation, ["right"] * 16 + ["partly", "wrong", "wrong"])
    assert (await trust(db, probation)).state == SHADOW
    assert (await promote(db, probation)).startswith("Not yet: 16 of the last 19")
    await judged(db, probation, ["wrong"], start=19)
    assert (await trust(db, probation)).state == PROPOSED
    assert await promote(db, probation) == ""
    assert (await trust(db, probation)).state == TRUSTED
    assert await promote(db, probation) == "It is trusted already."


async def test_fifteen_of_twenty_are_not_enough_and_a_changed_mind_counts(db, on):
    probation = on(db)
    await judged(db, probation, ["right"] * 15 + ["partly"] * 5)
    assert (await promote(db, probation)).startswith("Not yet: 15 of the last 20")
    await judged(db, probation, ["right"], start=19)
    assert (await trust(db, probation)).state == PROPOSED
    await judged(db, probation, ["wrong"], start=19)
    assert (await trust(db, probation)).state == SHADOW
    assert "Not yet" in await promote(db, probation)
    votes = await db.read_whole(lambda tx: db.shadow.votes(tx, ["inc_Errors_19"]))
    assert [one.vote for one in votes] == ["wrong"]


async def test_it_falls_by_itself_and_begins_anew(db, other, on, clock):
    probation = on(db)
    await judged(db, probation, ["right"] * 20)
    await promote(db, probation)
    await judged(db, on(other), ["wrong"] * 4, start=20)
    assert (await trust(db, probation)).state == TRUSTED
    clock.at = NOW + timedelta(hours=1)
    await judged(other, on(other), ["wrong"], start=24)
    row = await trust(db, probation)
    assert (row.state, row.actor, row.counted) == (FALLEN, "system:triage", clock.at)
    figures = await db.read_whole(lambda tx: probation.figures(tx, row))
    assert (figures.judged, figures.right) == (0, 0)
    await judged(db, probation, ["right"] * 20, start=70)
    assert (await trust(db, probation)).state == PROPOSED


async def test_who_takes_it_back_is_on_record_and_twice_is_once(db, on):
    probation = on(db)
    await judged(db, probation, ["right"] * 20)
    await promote(db, probation)
    demote = partial(probation.demote, channel="C1", rule="Errors", actor="T1:UDAN", said=SAID)
    assert await db.write_whole(demote) == ""
    assert "nothing to take back" in await db.write_whole(demote)
    rows = await db.read_whole(db.audit.find)
    said = [(row.body["result"], row.body["detail"]["before"]) for row in rows if row.body.get("detail", {}).get("what") == "triage trust"]  # fmt: skip
    assert sorted(said) == [("fallen", "trusted"), ("proposed", "shadow"), ("trusted", "proposed")]


async def test_two_processes_that_judge_at_once_lose_no_vote_and_propose_once(db, other, on):
    probation = on(db)
    await judged(db, probation, ["right"] * 18)
    rows = [JudgedRow(f"inc_{n}", "T1", "C1", "Errors", NOW + timedelta(hours=n + 1)) for n in range(2)]
    for row in rows:
        await db.write_whole(partial(db.shadow.judge, row=row))
    both = zip((db, other), rows, strict=True)
    await asyncio.gather(*(one.write_whole(partial(on(one).vote, judged=row, voter="T1:UDAN", vote="right", said=SAID)) for one, row in both))  # fmt: skip
    row = await trust(db, probation)
    assert (row.state, row.version) == (PROPOSED, 1)
    assert (await db.read_whole(lambda tx: probation.figures(tx, row))).right == 20


def alert(rule, severity="warning"):
    return {"alerts": [{"status": "firing", "labels": {"alertname": rule, "severity": severity, "service": rule}}]}  # fmt: skip


async def test_an_incident_is_told_in_the_shadow_until_its_rule_is_trusted(db, on, clock):
    probation = on(db)
    desk = Desk(db, probation.trail, clock, "T1", lambda: Topology(()), lambda _: "C1", str, probation)
    other = replace(desk, channel=lambda _: "C2")
    await judged(db, probation, ["right"] * 20, rule="Trusted")
    trusted = partial(probation.promote, channel="C1", rule="Trusted", actor="T1:UBOB", said=SAID)
    assert await db.write_whole(trusted) == ""
    for rule, where in (("Errors", desk), ("Trusted", desk), ("Elsewhere", other)):
        await where.hear("alertmanager", alert(rule))
    rows = await db.read_whole(lambda tx: db.triage.live(tx, "T1", NOW - timedelta(days=1)))
    told = {next(iter(row.seen.values()))["alert"]["name"]: (row.channel, row.id) for row in rows}
    assert {rule: channel for rule, (channel, _) in told.items()} == {"Errors": "CSHADOW", "Trusted": "C1", "Elsewhere": "C2"}  # fmt: skip
    kept = {rule: await db.read_whole(lambda tx, key=key: db.shadow.judged(tx, key)) for rule, (_, key) in told.items()}  # fmt: skip
    assert (kept["Errors"].channel, kept["Errors"].shadow) == ("C1", "CSHADOW")
    assert kept["Trusted"].shadow == "" and kept["Elsewhere"] is None


def test_more_than_half_call_it_right():
    def said(*votes):
        return [VoteRow(str(n), "T1", "i", str(n), vote, NOW) for n, vote in enumerate(votes)]

    assert is_right(said("right", "right", "wrong"))
    assert not is_right(said("right", "wrong")) and not is_right(said("partly")) and not is_right([])


def test_what_is_critical_or_trusted_is_not_hidden():
    def incident(severity, name="x", firing=True):
        return SimpleNamespace(seen={"f": SimpleNamespace(firing=firing, alert=SimpleNamespace(severity=severity, name=name))})  # fmt: skip

    assert loud(incident("critical"), frozenset())
    assert loud(incident("warning"), frozenset({"x"}))
    assert not loud(incident("high"), frozenset()) and not loud(incident("critical", firing=False), frozenset())  # fmt: skip


@pytest.mark.parametrize(
    ("channels", "why"),
    [
        ("C1: {shadow: C2}", "no incidents are told"),
        ("C1: {incidents: true, shadow: C1}", "another channel"),
        ("C1: {incidents: true, shadow: C2}\n  C2: {incidents: true}", "another channel"),
        ("C1: {incidents: true, shadow: C2}\n  C2: {deny: true}", "another channel"),
    ],
)
def test_a_shadow_that_would_hide_or_tell_twice_is_refused(channels, why):
    with pytest.raises(DocumentError, match=why):
        compile_policy(f"version: 1\nchannels:\n  {channels}\n")


@pytest.mark.parametrize("limit", ["shadow_judged: 19", "shadow_right_percent: 79"])
def test_the_marks_may_be_raised_alone(limit):
    with pytest.raises(DocumentError, match=limit.partition(":")[0]):
        compile_policy(f"version: 1\nlimits: {{{limit}}}\n")
