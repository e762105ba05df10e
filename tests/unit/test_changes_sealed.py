"""A1: what people approved is what runs. Any one edit of what is stored stops it before a single call to the cloud."""

import asyncio
import json
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.changes.seal import NotSealed, canonical, digest, open_plan, seal
from tests.chaos.world import ALICE, BOB, open_world

COLUMNS = {
    "body", "hash", "action", "target_key", "requester", "environment", "risk", "created_at", "expires_at",
    "undo_of", "channel", "workspace",
}  # fmt: skip


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from leaves(item, (*path, n))
    yield path


def edited(value):
    """Another value of the same kind, so that only the content differs."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, list):
        return [*value, "x"]
    if isinstance(value, dict):
        return {**value, "x": "x"}
    return "x"


def put(body, path, value):
    if not path:
        return value
    *way, last = path
    spot = body
    for step in way:
        spot = spot[step]
    spot[last] = value
    return body


def tamper(root, plan_id, **columns):
    """As whoever can write the database file would."""
    with sqlite3.connect(root / "app.db") as db:
        for name, value in columns.items():
            db.execute(f"UPDATE plans SET {name}=? WHERE id=?", (value, plan_id))
    db.close()


async def approved_then_edited(edit):
    """(final state, calls to the cloud after the approval)."""
    with tempfile.TemporaryDirectory() as folder:
        world = await open_world(Path(folder))
        world.starter.held = True
        plan = await world.propose()
        assert (await world.click(plan.id)).kind == "quorum"
        before = (world.backend.reads, world.backend.dry_runs)
        await edit(world, plan)
        await world.changes.execute(plan.id)
        calls = (
            (world.backend.reads - before[0])
            + (world.backend.dry_runs - before[1])
            + len(world.backend.writes)
        )
        view = await world.changes.view(plan.id)
        await world.close()
        return view, calls


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), rehash=st.booleans())
def test_a1_any_edit_of_the_sealed_body_is_refused(data, rehash):
    async def edit(world, plan):
        body = json.loads(plan.body)
        path = data.draw(st.sampled_from([p for p in leaves(body) if p]))
        spot = body
        for step in path:
            spot = spot[step]
        text = canonical(put(body, path, edited(spot)))
        assert text != plan.body
        tamper(world.root, plan.id, body=text, **({"hash": digest(text)} if rehash else {}))

    view, calls = asyncio.run(approved_then_edited(edit))
    assert (view.state in {"void", "approved"}, calls) == (True, 0)


@pytest.mark.parametrize(
    "column", ["hash", "action", "target_key", "requester", "environment", "risk", "undo_of"]
)
async def test_a1_any_edited_column_is_refused(column):
    async def edit(world, plan):
        tamper(world.root, plan.id, **{column: "low" if column == "risk" else f"{getattr(plan, column)}x"})

    view, calls = await approved_then_edited(edit)
    assert (view.state in {"void", "approved"}, calls) == (True, 0)
    assert view.altered


async def test_a1_a_later_expiry_written_into_the_row_is_refused():
    async def edit(world, plan):
        row = await world.row(plan.id)
        with sqlite3.connect(world.root / "app.db") as db:
            (stored,) = db.execute("SELECT expires_at FROM plans WHERE id=?", (plan.id,)).fetchone()
        db.close()
        assert str(row.expires_at.year) in str(stored)
        tamper(world.root, plan.id, expires_at=str(stored).replace("2026", "2027"))

    view, calls = await approved_then_edited(edit)
    assert (view.state, calls) == ("void", 0)


async def test_a_state_edited_to_approved_is_not_an_approval():
    async def edit(world, plan):
        del plan
        forged = await world.propose(name="other")
        tamper(world.root, forged.id, state="approved")
        await world.changes.execute(forged.id)
        assert await world.state(forged.id) == "void"
        assert world.backend.writes == []

    await approved_then_edited(edit)


async def test_an_approval_copied_from_another_plan_does_not_count():
    async def edit(world, plan):
        forged = await world.propose(name="other")
        with sqlite3.connect(world.root / "app.db") as db:
            db.execute("UPDATE approvals SET plan_id=? WHERE plan_id=?", (forged.id, plan.id))
        db.close()
        tamper(world.root, forged.id, state="approved")
        await world.changes.execute(forged.id)
        assert await world.state(forged.id) == "void"
        assert world.backend.writes == []

    await approved_then_edited(edit)


async def forged(edit, who=ALICE):
    """A pending plan whose rows were edited by hand, then run: (state, writes)."""
    with tempfile.TemporaryDirectory() as folder:
        world = await open_world(Path(folder))
        plan = await world.propose(who=who)
        edit(Path(folder), plan)
        tamper(Path(folder), plan.id, state="approved")
        await world.changes.execute(plan.id)
        found = await world.state(plan.id), len(world.backend.writes)
        await world.close()
        return found


def vote(root, plan, user, decision="approve"):
    with sqlite3.connect(root / "app.db") as db:
        columns = [c[1] for c in db.execute("PRAGMA table_info(approvals)")]
        values = {
            "plan_id": plan.id, "principal": f"TLOCAL:{user}", "account": f"TLOCAL:{user}", "decision": decision,
            "plan_hash": plan.hash, "roles": "[]", "reason": "", "at": "2026-11-24T09:00:00+00:00",
        }  # fmt: skip
        names = [c for c in columns if c in values]
        marks = ",".join("?" * len(names))
        db.execute(f"INSERT INTO approvals({','.join(names)}) VALUES({marks})", [values[c] for c in names])
    db.close()


async def test_a5_an_approval_of_the_requester_in_the_table_does_not_count():
    assert await forged(lambda root, plan: vote(root, plan, "UBOB"), BOB) == ("void", 0)
    assert await forged(lambda root, plan: vote(root, plan, "UDAN"), BOB) == ("succeeded", 1), (
        "the forgery itself works"
    )


async def test_a6_a_recorded_no_stops_what_was_made_approved():
    def both(root, plan):
        vote(root, plan, "UBOB")
        vote(root, plan, "UDAN", "reject")

    assert await forged(both) == ("void", 0)


async def test_an_altered_plan_shows_none_of_its_words(tmp_path):
    world = await open_world(tmp_path)
    plan = await world.propose()
    tamper(tmp_path, plan.id, body=plan.body.replace("Resize web to 3", "Harmless restart"))
    view = await world.changes.view(plan.id)
    assert (view.title, view.can_approve, view.altered) == ("This plan was altered", False, True)
    assert (await world.click(plan.id)).kind == "void"
    assert await world.state(plan.id) == "void"
    await world.close()


async def test_the_hash_is_that_of_the_canonical_form(tmp_path):
    world = await open_world(tmp_path)
    row = await world.propose()
    plan = open_plan(row)
    assert seal(plan) == (row.body, row.hash)
    assert json.loads(row.body)["draft"]["target"]["uid"] == "uid-web"
    for field in ("requester", "environment", "risk", "expires_at", "approval", "policy"):
        assert field in json.loads(row.body)
    await world.close()


def test_what_has_no_canonical_form_cannot_be_sealed():
    for value in (2**60, float("nan")):
        with pytest.raises(ValueError, match="cannot be sealed"):
            canonical({"n": value})


async def test_non_canonical_text_of_the_same_plan_is_refused(tmp_path):
    world = await open_world(tmp_path)
    row = await world.propose()
    loose = json.dumps(json.loads(row.body), indent=1)
    tamper(tmp_path, row.id, body=loose, hash=digest(loose))
    with pytest.raises(NotSealed):
        open_plan(await world.row(row.id))
    await world.close()
