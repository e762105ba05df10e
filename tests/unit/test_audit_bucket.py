"""Signed heads in a bucket: all of them get there, none is overwritten, and they alone find what was done to the chain."""

import dataclasses
from datetime import UTC, datetime

import pytest

from bot.anchoring import FOLDER, BucketAnchor
from storage.audit.anchor import AnchorProblem, read_anchor
from storage.audit.heads import Head, sign
from storage.audit.outside import heads_in, name_of
from storage.audit.verify import Keys, verify_file
from tests.chaos.world import Alarms
from tests.unit.audit_files import append, chained, copy, opened
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import tenancy
from tools.oracle.bucket import Bucket
from tools.oracle.credentials import Principal
from tools.oracle.oracle import Oracle, OracleConfig


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with running(tenancy(), tmp_path_factory.mktemp("oci")) as one:
        yield one


@pytest.fixture
def oracle(local):
    file = local.server.config_file
    change = Principal("config", file, "ADMIN")
    cloud = Oracle.load(OracleConfig(Principal("config", file), change, f"*={local.server.url}"))
    yield cloud
    cloud.close()
    local.local("/local/faults", method="DELETE")


@pytest.fixture
def bucket(local, oracle, request):
    """One of its own for each test."""
    import oci

    client = local.client("object_storage", "ObjectStorageClient", "ADMIN")
    name = request.node.name.replace("_", "-")[:60]
    place = local.ocid("compartment", "prod")
    details = oci.object_storage.models.CreateBucketDetails(name=name, compartment_id=place)
    client.create_bucket(client.get_namespace().data, details)
    return Bucket(oracle, name)


@pytest.fixture
def audit(tmp_path):
    return copy(tmp_path)


async def held(bucket):
    return heads_in(await bucket.texts(f"{FOLDER}/"))


async def carried(audit, bucket, alarms=None):
    """One look of a new process; what it says of itself."""
    db = await opened(audit.folder)
    anchor = BucketAnchor(db, bucket, FOLDER, alarms or Alarms())
    await anchor.look()
    await db.close()
    return await anchor.state()


def verified(audit, heads=None):
    keys = Keys(audit.keys.public, audit.keys.mac)
    return verify_file(audit.file, keys, anchor=audit.anchor, bucket=heads)


def forget(audit, seq):
    """Rows and heads behind `seq`, and what the anchor file knows of them."""
    with audit.sql() as db, db:
        db.execute("DELETE FROM audit_events WHERE seq > ?", (seq,))
        db.execute("DELETE FROM audit_heads WHERE seq > ?", (seq,))
    kept = [head.line() for head in read_anchor(audit.anchor) if head.seq <= seq]
    audit.anchor.write_text("".join(f"{line}\n" for line in kept))


def rewrite(audit):
    """By somebody with every key: one letter of row 50, then rows, heads and anchor file made anew."""
    rows = audit.rows()
    seq, body, *rest = rows[49]
    rows[49] = (seq, body.replace("row", "rum"), *rest)
    rows = chained(rows, audit.keys.mac)
    audit.put(rows)
    heads, before = [], ""
    for old in read_anchor(audit.anchor):
        fresh = dataclasses.replace(old, hash=rows[old.seq - 1][3].hex(), prev=before, signature="")
        heads.append(sign(audit.keys, fresh))
        before = heads[-1].signature
    with audit.sql() as db, db:
        db.executemany(
            "UPDATE audit_heads SET hash=?, prev=?, signature=? WHERE n=?",
            [(head.hash, head.prev, head.signature, head.n) for head in heads],
        )
    audit.anchor.write_text("".join(f"{head.line()}\n" for head in heads))


async def test_every_head_is_an_object_of_its_own_and_is_put_once(audit, bucket):
    assert await carried(audit, bucket) == "ok"
    known = read_anchor(audit.anchor)
    assert await held(bucket) == known
    assert len(known) == 2
    assert await carried(audit, bucket) == "ok"
    report = verified(audit, await held(bucket))
    assert (report.ok, report.in_bucket) == (True, 2)


async def test_a_tail_that_was_cut_off_everywhere_is_found_by_the_bucket_alone(audit, bucket):
    await carried(audit, bucket)
    forget(audit, 100)
    assert verified(audit).ok
    report = verified(audit, await held(bucket))
    assert not report.ok
    assert report.problem is not None
    assert report.problem.seq == 101


async def test_a_chain_rewritten_with_every_key_is_found_by_the_bucket_alone(audit, bucket):
    await carried(audit, bucket)
    rewrite(audit)
    assert verified(audit).ok
    report = verified(audit, await held(bucket))
    assert not report.ok
    assert report.problem is not None
    assert report.problem.seq <= 100


async def test_a_bot_that_comes_upon_another_head_says_so_and_overwrites_nothing(audit, bucket):
    await carried(audit, bucket)
    before = await held(bucket)
    forget(audit, 100)
    db = await opened(audit.folder)
    await append(db, 1, 2)
    await db.close()
    alarms = Alarms()
    assert "holds another head 2: run audit verify" in await carried(audit, bucket, alarms)
    assert [name for name, _ in alarms.raised] == ["audit_bucket_differs"]
    assert await held(bucket) == before


async def test_while_the_bucket_is_away_nothing_is_lost_and_the_bot_says_so(audit, bucket, local):
    db = await opened(audit.folder)
    anchor = BucketAnchor(db, bucket, FOLDER, Alarms())
    local.local("/local/faults", {"operation": "put_object", "status": 403, "times": 99})
    await anchor.look()
    assert (await anchor.state()).startswith(f"signed heads wait for bucket {bucket.name}: Oracle")
    await append(db, *range(100))
    await anchor.look()
    assert await held(bucket) == []
    local.local("/local/faults", method="DELETE")
    await anchor.look()
    assert await anchor.state() == "ok"
    await db.close()
    assert len(await held(bucket)) == 3
    await carried(audit, bucket)
    assert await held(bucket) == read_anchor(audit.anchor)


async def test_an_answer_that_was_lost_leaves_one_object_and_no_alarm(audit, bucket, local):
    local.local("/local/faults", {"operation": "put_object", "drop": "after", "times": 1})
    alarms = Alarms()
    db = await opened(audit.folder)
    anchor = BucketAnchor(db, bucket, FOLDER, alarms)
    await anchor.look()
    assert "wait for bucket" in await anchor.state()
    await anchor.look()
    assert await anchor.state() == "ok"
    await db.close()
    assert alarms.raised == []
    assert await held(bucket) == read_anchor(audit.anchor)


async def test_a_head_in_the_bucket_that_is_not_ours_is_found(audit, bucket):
    foreign = Head(9, 130, "00" * 32, datetime(2026, 1, 1, tzinfo=UTC).isoformat(), "nobody", "", "xx")
    await bucket.put(name_of(FOLDER, foreign), foreign.line())
    assert not verified(audit, await held(bucket)).ok
    await bucket.put(f"{FOLDER}/note.json", "hello")
    with pytest.raises(AnchorProblem, match=r"note\.json of the bucket is no head"):
        await held(bucket)


async def test_what_is_there_is_never_put_again(bucket):
    assert await bucket.put("x/1", "one") is True
    assert await bucket.put("x/1", "two") is False
    assert await bucket.get("x/1") == "one"
