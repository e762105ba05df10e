"""U4: whatever somebody does to the file is found, and nothing is found where nobody did."""

import asyncio
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from storage.audit.chain import Mac, link
from tests.unit.audit_files import ROWS, append, base, chained, copy, opened

TAMPERINGS = 1000
seqs = st.integers(0, ROWS - 1)


def edit(rows, data):
    """One field of one row, left as it is otherwise."""
    n, field = data.draw(seqs), data.draw(st.sampled_from(["body", "prev", "hash", "mac"]))
    row = list(rows[n])
    place = ["seq", "body", "prev", "hash", "mac"].index(field)
    row[place] = changed(row[place], data)
    return [*rows[:n], tuple(row), *rows[n + 1 :]]


def changed(value, data):
    if isinstance(value, bytes):
        at = data.draw(st.integers(0, len(value) - 1))
        return value[:at] + bytes([value[at] ^ data.draw(st.integers(1, 255))]) + value[at + 1 :]
    at = data.draw(st.integers(0, len(value) - 1))
    return value[:at] + data.draw(st.sampled_from("xyz09 ")) + value[at + 1 :]


def delete(rows, data):
    gone = data.draw(st.sets(seqs, min_size=1, max_size=5))
    return [row for n, row in enumerate(rows) if n not in gone]


def truncate(rows, data):
    return rows[: data.draw(seqs)]


def swap(rows, data):
    """The content of two rows; each keeps its number."""
    one, two = data.draw(st.lists(seqs, min_size=2, max_size=2, unique=True))
    made = list(rows)
    made[one], made[two] = (rows[one][0], *rows[two][1:]), (rows[two][0], *rows[one][1:])
    return made


def insert(rows, data):
    """A copy of a row between two others, or before the first, or after the last."""
    n, at = data.draw(seqs), data.draw(st.integers(0, ROWS))
    row = (*rows[n][:3], os.urandom(32), rows[n][4])
    moved = [(row[0] + 1, *row[1:]) for row in rows[at:]]
    if data.draw(st.booleans()):
        return [*rows[:at], (at + 1, *row[1:]), *moved]
    return [(data.draw(st.integers(-5, 0)), *row[1:]), *rows]


KINDS = [edit, delete, truncate, swap, insert]


def tampered(audit, data):
    """Do something to the file; whether it needs the secret key to be found."""
    rows = audit.rows()
    kind = data.draw(st.sampled_from(KINDS))
    made = kind(rows, data)
    again = data.draw(st.sampled_from(["", "old macs", "another key", "our key"]))
    if again:  # an attacker who knows how the chain is made, perhaps even the key of the macs
        made = chained(made, {"our key": audit.keys.mac, "another key": b"x" * 32}.get(again))
    longer = again and data.draw(st.booleans())
    if longer:  # and makes it as long as it was, or longer
        made = grown(made, audit.keys.mac if again == "our key" else b"x" * 32)
    assume(made[:ROWS] != rows)  # what is only added with our key is no tampering with what was there
    audit.put(made)
    heads = data.draw(st.sampled_from(["kept", "newer gone", "all gone"]))
    with audit.sql() as db, db:
        if heads == "newer gone":
            db.execute("DELETE FROM audit_heads WHERE seq > ?", (len(made),))
        elif heads == "all gone":
            db.execute("DELETE FROM audit_heads")
    return [row[:4] for row in made[:ROWS]] == [row[:4] for row in rows]


def grown(rows, key):
    seal, made = Mac(key), list(rows)
    while len(made) < ROWS + 20:
        seq, prev = len(made) + 1, made[-1][3] if made else bytes(32)
        body = f'{{"seq":{seq},"type":"tool.call"}}'
        digest = link(prev, seq, body.encode())
        made.append((seq, body, prev, digest, seal.of(digest)))
    return made


@settings(max_examples=TAMPERINGS, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
@pytest.mark.timeout(600)
def test_u4_every_tampering_is_found(data):
    with tempfile.TemporaryDirectory(prefix="tampered-") as folder:
        audit = copy(Path(folder), guarded=False)
        only_macs = tampered(audit, data)
        with_key = audit.verify(macs=True)
        assert not with_key.ok
        assert with_key.problem.why
        if not only_macs:
            assert not audit.verify(macs=False).ok, "the public key alone must suffice"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(batches=st.lists(st.integers(0, 130), min_size=1, max_size=5), reopen=st.booleans())
def test_u4_no_false_alarm(batches, reopen):
    async def live(folder):
        db = await opened(folder)
        written = 0
        for size in batches:
            await append(db, *range(size))
            written += size
            report = await db.verify()
            assert (report.ok, report.rows) == (True, written), report.text
            if reopen:
                await db.close()
                db = await opened(folder)
        await db.close()
        db = await opened(folder)
        report = await db.verify()
        assert (report.ok, report.rows, report.last) == (True, written, written), report.text
        assert not [note for note in report.notes if "refuses" in note]
        await db.close()

    with tempfile.TemporaryDirectory(prefix="honest-") as folder:
        asyncio.run(live(Path(folder)))


async def test_verifying_while_others_write_is_no_alarm(tmp_path):
    db = await opened(tmp_path)
    writing = asyncio.create_task(write_much(db))
    reports = [await db.verify() for _ in range(20)]
    await writing
    assert all(report.ok for report in reports), [r.text for r in reports if not r.ok]
    await db.close()


async def write_much(db):
    for n in range(150):
        await append(db, n)


# what is said


def test_the_first_bad_row_is_named(tmp_path):
    audit = copy(tmp_path)
    for seq in (77, 20):
        with audit.sql() as db, db:
            db.execute("UPDATE audit_events SET body = replace(body, 'row', 'raw') WHERE seq = ?", (seq,))
        report = audit.verify()
        assert (report.problem.seq, report.problem.why) == (seq, "was edited")
    assert report.text == "tampered: row 20: was edited"


def test_a_missing_row_is_named_and_so_is_one_too_many(tmp_path):
    audit = copy(tmp_path)
    rows = audit.rows()
    audit.put([row for row in rows if row[0] != 42])
    assert (audit.verify().problem.seq, audit.verify().problem.why) == (42, "is missing")
    audit.put([(-3, *rows[0][1:3], b"x" * 32, rows[0][4]), *rows])
    assert (audit.verify().problem.seq, audit.verify().problem.why) == (-3, "does not belong there")


def test_rows_under_other_numbers_are_found(tmp_path):
    audit = copy(tmp_path)
    audit.put([(row[0] + 10, *row[1:]) for row in audit.rows()])
    assert audit.verify().problem.seq == 1


def test_truncation_together_with_the_heads_of_the_database_is_found_by_the_anchor(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as db, db:
        db.execute("DELETE FROM audit_events WHERE seq > 50")
        db.execute("DELETE FROM audit_heads")
    assert audit.verify(anchor=False).ok
    report = audit.verify()
    assert (report.problem.seq, report.problem.why) == (51, f"is missing: a signed head knows row {ROWS}")


def test_an_emptied_audit_is_found_by_the_anchor(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as db, db:
        db.execute("DELETE FROM audit_events")
        db.execute("DELETE FROM audit_heads")
    assert audit.verify().problem.seq == 1


def test_a_chain_rewritten_with_the_key_and_made_longer_is_found(tmp_path):
    audit = copy(tmp_path)
    rows = audit.rows()
    rows[9] = (*rows[9][:1], rows[9][1].replace("row 9", "row 8"), *rows[9][2:])
    audit.put(grown(chained(rows, audit.keys.mac), audit.keys.mac))
    report = audit.verify()
    assert (report.problem.seq, report.problem.why) == (100, "is not the row that was signed")


def test_a_chain_without_its_heads_is_found_without_any_anchor(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as db, db:
        db.execute("DELETE FROM audit_heads")
    report = audit.verify(anchor=False)
    assert (report.problem.seq, report.problem.why) == (100, "has no signed head")


@pytest.mark.parametrize("line", [0, 1])
def test_a_head_taken_out_of_the_anchor_is_found_unless_it_was_the_last(tmp_path, line):
    audit = copy(tmp_path)
    lines = audit.anchor.read_text().splitlines(keepends=True)
    audit.anchor.write_text("".join(lines[:line] + lines[line + 1 :]))
    assert audit.verify().ok is (line == 1), "a crash may cost the last line: it comes again"


def test_a_head_that_only_the_anchor_still_has_is_found(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as db, db:
        db.execute("DELETE FROM audit_heads WHERE seq = ?", (ROWS,))
    report = audit.verify()
    assert report.problem.seq == ROWS
    assert "the database has lost" in report.problem.why


def test_a_forged_head_is_found(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as db, db:
        db.execute("UPDATE audit_heads SET hash = ? WHERE seq = 100", ("00" * 32,))
    report = audit.verify()
    assert (report.problem.seq, report.problem.why) == (100, "has a head that our key did not sign")


def test_nonsense_in_the_tables_is_found_and_not_stumbled_over(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as db, db:
        db.execute("UPDATE audit_heads SET seq = 'x', time = x'ff' WHERE n = 1")
        db.execute("UPDATE audit_events SET prev = 7, hash = 'text' WHERE seq = 3")
    assert audit.verify().problem.seq == 0
    for what in ("body = 5", "prev = 5", "hash = 'x'"):
        with tempfile.TemporaryDirectory(prefix="nonsense-") as folder:
            audit = copy(Path(folder))
            with audit.sql() as db, db:
                db.execute(f"UPDATE audit_events SET {what} WHERE seq = 3")
            assert audit.verify().problem.seq == 3


def test_removed_guards_are_noted(tmp_path):
    audit = copy(tmp_path)
    assert audit.verify().notes == ()
    audit.sql().thing.close()
    (note,) = audit.verify().notes
    assert "no longer refuses edits" in note


def test_a_lost_anchor_is_noted(tmp_path):
    audit = copy(tmp_path)
    audit.anchor.unlink()
    (note,) = audit.verify().notes
    assert "anchor file is missing" in note


def test_a_range_is_judged_by_itself(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as db, db:
        db.execute("UPDATE audit_events SET body = replace(body, 'row', 'raw') WHERE seq = 50")
    assert audit.verify(start=51).ok
    assert audit.verify(end=49).ok
    assert audit.verify(start=10, end=49).rows == 40
    assert audit.verify(start=40, end=60).problem.seq == 50
    assert audit.verify(start=120).rows == ROWS - 119


async def test_the_bot_signs_nothing_over_rows_that_were_edited(tmp_path, caplog):
    """Rows since the last head were edited and chained anew without the key: our signature does not vouch for them."""
    audit = copy(tmp_path)
    rows = audit.rows()
    rows[ROWS - 1] = (
        *rows[ROWS - 1][:1],
        rows[ROWS - 1][1].replace(f"row {ROWS - 1}", "row 0"),
        *rows[ROWS - 1][2:],
    )
    db = await opened(tmp_path)
    await append(db, *range(20))
    rows = audit.rows()
    rows[ROWS + 5] = (*rows[ROWS + 5][:1], rows[ROWS + 5][1].replace("row", "raw"), *rows[ROWS + 5][2:])
    audit.put(chained(rows, None))
    before = audit.heads()
    await append(db, *range(60))
    await db.close()
    assert audit.heads() == before
    assert "audit_tampered" in caplog.text
    assert not audit.verify(macs=False).ok


async def test_an_edited_row_can_still_be_shown(tmp_path):
    audit = copy(tmp_path)
    with audit.sql() as raw, raw:
        raw.execute("UPDATE audit_events SET body = 'no json at all' WHERE seq = 2")
    db = await opened(tmp_path)
    async with db.read() as tx:
        found = await db.audit.find(tx, workspace="T1")
        everything = await db.audit.find(tx)
    assert len(found) == ROWS - 1
    assert (everything[1].type, everything[1].body["text"]) == ("altered", "no json at all")
    await db.close()


def test_the_base_is_whole():
    with closing(sqlite3.connect(base() / "app.db")) as db:
        assert db.execute("SELECT count(*) FROM audit_heads").fetchone() == (2,)
