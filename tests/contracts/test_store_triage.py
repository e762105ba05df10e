"""Alerts on every back end: once each, put in their place one after the other, cards that know what they show."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from agents.triage.correlate import FORGOTTEN
from agents.triage.desk import Desk
from agents.triage.topology import Topology
from storage.triage import KEEP, AlertRow, TriageRow
from storage.triagenotes import NoteRow
from tests.contracts.conftest import NOW

ALERT = AlertRow("oci:1:0", "T1", NOW, "f", "inc_1", {"name": "x"})
INCIDENT = TriageRow("inc_1", "T1", "C1", NOW, NOW, {})


class Quiet:
    """Nothing is recorded: what the record needs is tested where it is."""

    async def record_all(self, tx, events):
        return []


def desk(db, clock) -> Desk:
    return Desk(db, Quiet(), clock, "T1", Topology, lambda _: "C1", lambda text: text)


def told(service: str, rule: str = "Errors") -> dict:
    return {"alerts": [{"status": "firing", "labels": {"alertname": rule, "service": service}}]}


async def do(db, job, *args, **more):
    return await db.write_whole(lambda tx: job(tx, *args, **more))


async def test_a_delivery_is_kept_once_and_goes_when_it_is_old(db):
    assert await do(db, db.triage.hear, ALERT)
    assert not await do(db, db.triage.hear, ALERT)
    later = replace(ALERT, id="oci:2:0", heard=NOW + KEEP + timedelta(seconds=1))
    assert await do(db, db.triage.hear, later)
    assert not await do(db, db.triage.known, ALERT.id)


async def test_a_card_is_behind_until_the_version_that_it_shows(db):
    await do(db, db.triage.open, INCIDENT)
    await do(db, db.triage.open, replace(INCIDENT, id="inc_2", channel=""))
    assert [row.id for row in await do(db, db.triage.unposted)] == ["inc_1"]
    assert await do(db, db.triage.behind) == []
    await do(db, db.triage.shown, "inc_1", 1, "1.1")
    assert await do(db, db.triage.behind) == []
    await do(db, db.triage.changed, replace(INCIDENT, last=NOW + timedelta(minutes=1)), told=False)
    assert await do(db, db.triage.behind) == []
    await do(db, db.triage.changed, INCIDENT, told=True)
    await do(db, db.triage.shown, "inc_1", 1, "9.9")
    (row,) = await do(db, db.triage.behind)
    assert (row.version, row.shown, row.ts) == (2, 1, "1.1")
    await do(db, db.triage.told, "inc_1")
    assert (await do(db, db.triage.at, "inc_1")).version == 3


async def test_a_note_is_kept_once_and_found_by_incident_kind_and_channel(db):
    note, notes = NoteRow("n1", "T1", "inc_1", "C1", NOW, "begun", "T1:U1", {"a": 1}), db.triage_notes
    await do(db, db.triage.open, replace(INCIDENT, ts="1.1"))
    await do(db, db.triage.open, replace(INCIDENT, id="inc_2", ts="1.2"))
    before = NOW - timedelta(seconds=1)
    without = [row.id for row in await do(db, notes.without, "T1", "begun", before)]
    assert without == ["inc_1", "inc_2"]
    assert await do(db, notes.add, note)
    assert not await do(db, notes.add, replace(note, actor="T1:U2"))
    assert await do(db, notes.of, ("inc_1", "inc_2")) == [note]
    assert await do(db, notes.since, "T1", "begun", before) == [note]
    assert await do(db, notes.since, "T2", "begun", before) == []
    assert [await do(db, notes.count, channel, "begun", before) for channel in ("C1", "C2")] == [1, 0]
    assert [row.id for row in await do(db, notes.without, "T1", "begun", before)] == ["inc_2"]


async def test_the_alerts_of_an_incident_come_oldest_first(db):
    for n in (2, 1):
        await do(db, db.triage.hear, replace(ALERT, id=f"oci:{n}:0", heard=NOW + timedelta(seconds=n)))
    assert [row.id for row in await do(db, db.triage.alerts, "inc_1")] == ["oci:1:0", "oci:2:0"]


async def test_of_two_processes_that_hear_the_same_at_once_one_opens_the_incident(db, other, clock):
    both = [desk(one, clock) for one in (db, other)]
    jobs = [one.hear("alertmanager", told("cart", f"Rule{n}"), f"k{n}") for n in range(8) for one in both]
    heard = await asyncio.gather(*jobs)
    assert sum(one.new for one in heard) == 8
    rows = await db.read_whole(lambda tx: db.triage.live(tx, "T1", NOW - FORGOTTEN))
    assert [len(row.seen) for row in rows] == [8]


async def test_what_was_kept_is_read_back_as_it_was(db, clock):
    first = await desk(db, clock).hear("alertmanager", told("cart"), "a")
    clock.advance(240)
    again = await desk(db, clock).hear("alertmanager", told("cart"), "b")
    assert (first.new, len(first.incidents), again) == (1, 1, replace(again, incidents=()))
    (row,) = await db.read_whole(lambda tx: db.triage.live(tx, "T1", NOW - FORGOTTEN))
    (seen,) = row.seen.values()
    assert (seen["times"], row.last, row.version) == (2, NOW + timedelta(minutes=4), 1)
