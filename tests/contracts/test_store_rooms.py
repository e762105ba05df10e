"""Rooms of incidents, their lines, and facts of services, on every back end: what happens once happens once, states move as they may."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

from storage.facts import CONFIRMED, FORGOTTEN, FactRow
from storage.rooms import COMPLETED, NEW, OPEN, PAUSED, SHUT, LineRow, RoomRow
from storage.triagenotes import NoteRow
from tests.contracts.conftest import NOW

ROOM = RoomRow("T1:C1", "T1", "C1", "inc-a", "inc-*", "T1:U1", NOW, "T1:U1", NOW)
FACT = FactRow("fact_1", "T1", "cart", "fact", "the pool is 50", "T1:U1", NOW, "C1", NOW)


async def test_a_room_is_opened_once_and_moves_only_from_where_it_is(db):
    opened = await asyncio.gather(*(db.write_whole(partial(db.rooms.open, row=ROOM)) for _ in range(4)))
    assert sorted(opened) == [False, False, False, True]
    move = partial(db.rooms.move, room=ROOM.id)
    assert not await db.write_whole(partial(move, before=(OPEN,), state=PAUSED))
    assert await db.write_whole(partial(move, before=(NEW,), state=OPEN, told=["a"], saying={"keys": ["b"]}))
    row = await db.read_whole(lambda tx: db.rooms.get(tx, ROOM.id))
    assert (row.state, row.told, row.saying) == (OPEN, ["a"], {"keys": ["b"]})
    paused = await asyncio.gather(*(db.write_whole(partial(move, before=(OPEN,), state=PAUSED)) for _ in range(4)))  # fmt: skip
    assert sorted(paused) == [False, False, False, True]
    assert [one.id for one in await db.read_whole(lambda tx: db.rooms.live(tx, "T1"))] == [ROOM.id]
    await db.write_whole(partial(move, before=(PAUSED,), state=SHUT))
    assert await db.read_whole(lambda tx: db.rooms.live(tx, "T1")) == []
    assert await db.read_whole(lambda tx: db.rooms.live(tx, "T2")) == []
    assert await db.write_whole(partial(move, before=(SHUT,), state=COMPLETED))


async def test_lines_are_heard_once_and_unread_until_their_turn(db):
    lines = [LineRow(f"T1:C1:{n}", "T1", ROOM.id, NOW + timedelta(seconds=n), NOW, "U1", f"line {n}") for n in range(3)]  # fmt: skip
    for line in (*reversed(lines), lines[0]):
        await db.write_whole(partial(db.rooms.hear, line=line))
    assert await db.read_whole(lambda tx: db.rooms.unread(tx, ROOM.id)) == lines
    await db.write_whole(lambda tx: db.rooms.read(tx, [lines[0].id], 7))
    assert await db.read_whole(lambda tx: db.rooms.unread(tx, ROOM.id)) == lines[1:]
    assert await db.read_whole(lambda tx: db.rooms.lines(tx, ROOM.id, 2)) == lines[1:]
    late = replace(lines[0], id="late", at=NOW + timedelta(days=91), heard=NOW + timedelta(days=91))
    assert await db.write_whole(partial(db.rooms.hear, line=late))
    assert await db.read_whole(lambda tx: db.rooms.lines(tx, ROOM.id, 9)) == [late]


async def test_a_fact_is_known_from_its_confirmation_to_its_end_and_decided_once(db):
    await db.write_whole(partial(db.facts.add, row=FACT))
    assert not await db.write_whole(partial(db.facts.add, row=FACT))
    known = partial(db.facts.known, workspace="T1", services=["cart"], most=9)
    assert await db.read_whole(known) == []
    confirm = partial(db.facts.confirm, fact=FACT.id, at=NOW)
    done = await asyncio.gather(*(db.write_whole(partial(confirm, by=f"T1:U{n}")) for n in range(4)))
    assert sorted(done) == [False, False, False, True]
    (row,) = await db.read_whole(known)
    assert (row.state, row.text, row.said_by) == (CONFIRMED, FACT.text, "T1:U1")
    assert await db.read_whole(partial(db.facts.known, workspace="T2", services=["cart"], most=9)) == []
    assert await db.write_whole(lambda tx: db.facts.forget(tx, FACT.id, "T1:U2", NOW))
    assert await db.read_whole(known) == []
    gone = await db.read_whole(lambda tx: db.facts.get(tx, "T1", FACT.id))
    assert (gone.text, gone.state, gone.decided_by) == ("", FORGOTTEN, "T1:U2")
    later = replace(FACT, id="fact_2", said_at=NOW + timedelta(days=31))
    await db.write_whole(partial(db.facts.add, row=replace(FACT, id="fact_3")))
    await db.write_whole(partial(db.facts.add, row=later))
    assert await db.read_whole(lambda tx: db.facts.get(tx, "T1", "fact_3")) is None


async def test_a_snooze_is_open_until_its_end_is_noted_however_old_it_is(db):
    note = NoteRow("n1", "T1", "i", "C1", NOW - timedelta(days=3), "snoozed", "T1:U1", {"until": NOW.isoformat()})  # fmt: skip
    await db.write_whole(partial(db.triage_notes.add, row=note))
    find = partial(db.triage_notes.open, workspace="T1", kind="snoozed", since=NOW - timedelta(days=90), ended=":over")  # fmt: skip
    assert await db.read_whole(find) == [note]
    await db.write_whole(partial(db.triage_notes.add, row=replace(note, id="n1:over", kind="snooze over")))
    assert await db.read_whole(find) == []
