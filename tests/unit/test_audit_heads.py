"""Heads: signed in time, carried out of the database, and made up for after a crash. Keys: made once, never shown."""

import asyncio
import json
import logging

import pytest

from storage.audit.anchor import Anchor, AnchorProblem, read_anchor
from storage.audit.keys import MAC_NAME, SIGNING_NAME, AuditKeys, load_keys, load_public
from storage.database import Database
from storage.errors import KeyProblem, StoreUnavailable
from tests.unit.audit_files import CLOCK, append, copy, opened


@pytest.fixture
async def db(tmp_path):
    db = await opened(tmp_path)
    yield db
    await db.close()


def heads(db):
    return [head.seq for head in read_anchor(db.anchor)]


async def until(true):
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_a_row_has_its_head_some_time_later_although_no_more_come(db):
    db._keeper._seconds = 0.05
    await append(db, 1)
    assert heads(db) == []
    await until(lambda: heads(db) == [1])
    await append(db, 2, 3)
    await until(lambda: heads(db) == [1, 3])
    await asyncio.sleep(0.2)
    assert heads(db) == [1, 3], "nothing new needs no new head"
    assert (await db.verify()).ok


async def test_a_head_that_could_not_be_signed_is_tried_again(db):
    db._keeper._seconds = 0.05
    whole, db._keeper._write = db._keeper._write, away
    await append(db, 1)
    await asyncio.sleep(0.2)
    assert heads(db) == []
    db._keeper._write = whole
    await until(lambda: heads(db) == [1])


def away():
    raise StoreUnavailable("away")


async def test_a_head_is_a_line_in_the_log(db, caplog):
    with caplog.at_level(logging.INFO, "storage.audit"):
        await append(db, *range(100))
    (line,) = [r.getMessage() for r in caplog.records if r.getMessage().startswith("audit_head ")]
    said = json.loads(line.removeprefix("audit_head "))
    assert (said["seq"], said["n"], said["kind"]) == (100, 1, "head")


async def test_heads_that_a_crash_kept_from_the_anchor_come_with_the_next(tmp_path, db):
    await append(db, *range(200))
    lines = db.anchor.read_text().splitlines(keepends=True)
    db.anchor.write_text(lines[0] + lines[1][:40])
    assert (await db.verify()).ok
    await append(db, *range(100))
    assert heads(db) == [100, 200, 300]
    assert (await db.verify()).anchored == 3


async def test_an_anchor_that_cannot_be_written_stops_nobody_and_is_said(db, caplog):
    db.anchor.mkdir()
    assert await append(db, *range(100)) == list(range(1, 101))
    assert "audit_anchor_not_written" in caplog.text
    db.anchor.rmdir()
    await append(db, *range(100))
    assert heads(db) == [100, 200]


def test_an_anchor_takes_each_head_once_whoever_brings_it(tmp_path):
    audit = copy(tmp_path)
    anchor, known = Anchor(audit.anchor), read_anchor(audit.anchor)
    anchor.add(known)
    assert read_anchor(audit.anchor) == known


async def test_two_processes_share_an_anchor(tmp_path, db):
    other = await opened(tmp_path)
    for n in range(30):
        await append(db if n % 2 else other, *range(35))
    await asyncio.gather(db.close(), other.close())
    found = heads(db)
    assert found == sorted(set(found))
    assert found[-1] == 30 * 35
    assert copy_of(tmp_path, db).verify().ok


def copy_of(folder, db):
    class There:
        def verify(self):
            from storage.audit.verify import Keys, verify_file

            keys = load_keys(folder / MAC_NAME, folder / SIGNING_NAME)
            return verify_file(db.file, Keys(keys.public, keys.mac), anchor=db.anchor)

    return There()


@pytest.mark.parametrize("line", ["nonsense", "{}", '{"event":"audit_head","n":1}', "[]", '{"n":true}'])
def test_an_anchor_that_is_none_cannot_be_read(tmp_path, line):
    audit = copy(tmp_path)
    audit.anchor.write_text(line + "\n")
    with pytest.raises(AnchorProblem, match="line 1"):
        audit.verify()


async def test_an_anchor_may_be_kept_elsewhere(tmp_path):
    elsewhere = tmp_path / "other" / "heads.jsonl"
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK, anchor=elsewhere)
    await append(db, 1)
    await db.close()
    assert len(read_anchor(elsewhere)) == 1


# keys


async def test_keys_are_made_once(tmp_path, db):
    before = (tmp_path / MAC_NAME).read_bytes(), (tmp_path / SIGNING_NAME).read_bytes()
    again = await opened(tmp_path)
    await again.close()
    assert before == ((tmp_path / MAC_NAME).read_bytes(), (tmp_path / SIGNING_NAME).read_bytes())
    public = load_public(tmp_path / "audit-signing.pub.pem")
    assert (
        public
        == load_public(tmp_path / SIGNING_NAME)
        == load_keys(tmp_path / MAC_NAME, tmp_path / SIGNING_NAME).public
    )


@pytest.mark.parametrize("which", ["key_file", "signing_key_file"])
async def test_a_key_file_that_is_named_must_be_there(tmp_path, which):
    with pytest.raises(KeyProblem, match=r"mine\.key: there is no such"):
        await Database.open(
            f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK, **{which: tmp_path / "mine.key"}
        )
    assert not (tmp_path / "mine.key").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (MAC_NAME, b"hunter2", "at least 32 bytes"),
        (SIGNING_NAME, b"hunter2", "no PEM file"),
        (SIGNING_NAME, b"-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n", "no PEM file"),
    ],
)
async def test_a_key_file_with_nonsense_is_named_and_not_shown(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(KeyProblem, match=words) as problem:
        await opened(tmp_path)
    assert name in str(problem.value)
    assert "hunter2" not in str(problem.value)


def test_keys_do_not_show_themselves():
    keys = AuditKeys(b"m" * 32, b"s" * 32, b"p" * 32)
    assert "mmm" not in repr(keys)
    assert "sss" not in repr(keys)
    assert keys.mac.hex() not in repr(keys)


async def test_after_a_cut_the_bot_signs_no_second_head_for_the_same_rows(tmp_path, caplog):
    audit = copy(tmp_path)
    db = await opened(tmp_path)
    with audit.sql() as raw, raw:
        raw.execute("DELETE FROM audit_events WHERE seq > 50")
    before = heads(db)
    await append(db, *range(60))
    await db.close()
    assert heads(db) == before
    assert "was signed before" in caplog.text
    assert not audit.verify(macs=False).ok


def test_what_is_signed_is_the_canonical_text():
    from storage.audit.chain import canonical
    from storage.audit.heads import Head

    head = Head(n=3, seq=2**50, hash="ab", time='é"\\\n\x01\x7f\u2028', key_id="k", prev="", signature="s")
    said = {
        "n": 3,
        "seq": 2**50,
        "hash": "ab",
        "time": head.time,
        "key_id": "k",
        "prev": "",
        "kind": "head",
        "workspace": "*",
    }
    assert head.text == canonical(said)
