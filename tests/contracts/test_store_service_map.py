"""The confirmed part of the service map on every back end: a process notices what another one wrote, by whichever clock."""

from datetime import timedelta

from storage.servicemap import EntryRow
from tests.contracts.conftest import NOW


def row(name, minutes):
    return EntryRow(f"T1:{name}", "T1", name, {"name": name}, {}, "T1:UBOB", NOW + timedelta(minutes=minutes))


async def test_one_taken_away_and_one_added_by_a_clock_that_is_behind_is_a_change(db, other):
    store = db.service_map
    for one in (row("till", 0), row("cart", -1)):
        assert await db.write_whole(lambda tx, one=one: store.add(tx, one))
    before = await other.read_whole(other.service_map.state)
    assert before == await db.read_whole(store.state)
    assert await db.write_whole(lambda tx: store.remove(tx, "T1:cart"))
    assert await db.write_whole(lambda tx: store.add(tx, row("books", -2)))
    assert not await db.write_whole(lambda tx: store.add(tx, row("books", 9)))
    assert await other.read_whole(other.service_map.state) != before
