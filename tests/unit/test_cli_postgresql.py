"""The command line on PostgreSQL: upgrade, doctor, the audit's proof, and words for what does not fit. Never a password."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from bot.core import secrets_of
from bot.settings import Settings
from storage.audit.events import AuditEvent, EventType
from storage.clock import FixedClock, SystemClock
from storage.database import Database
from storage.migrate import CURRENT
from tests.unit.cli_process import POLICY, SERVICES, run

pytestmark = pytest.mark.servers


@pytest.fixture
def place(postgres):
    """A database that nobody has touched, as DATABASE_URL and DATABASE_OWNER_URL name it, with passwords."""
    name = postgres.new()

    def address(role):
        return postgres.url(name, f"{role}:hunter2")

    return {"DATABASE_URL": address("app"), "DATABASE_OWNER_URL": address("owner")}


def doctor(folder, **env):
    ran = run(
        folder, "doctor", "--json", **{"POLICY_FILE": str(POLICY), "SERVICES_FILE": str(SERVICES), **env}
    )
    assert "hunter2" not in ran.out + ran.err
    return {
        check["area"]: (check["state"], f"{check['text']} {check['todo']}") for check in ran.json["checks"]
    }


async def written(folder, url, rows=3, clock=None):
    db = await Database.open(url, clock=clock or SystemClock(), folder=folder / "var")
    event = AuditEvent(type=EventType.TOOL_CALL, workspace="T1", tool="k8s_logs")
    await db.write_whole(lambda tx: db.audit.append_many(tx, [event] * rows))
    await db.close()


def test_from_an_empty_database_to_a_proof(tmp_path, place):
    said = doctor(tmp_path, **place)
    assert said["schema"][0] == "wrong"
    assert "db upgrade" in said["schema"][1]
    asked = run(tmp_path, "ask", "how is checkout?", "--as", "alice", POLICY_FILE=str(POLICY), **place)
    assert asked.code == 2
    assert "has no tables of ours yet: its owner must run `python -m bot db upgrade`" in asked.err
    assert run(tmp_path, "db", "upgrade", **place).out == f"new -> {CURRENT}; rights granted to app\n"
    assert run(tmp_path, "db", "upgrade", **place).out == f"up to date at {CURRENT}; rights granted to app\n"
    asyncio.run(written(tmp_path, place["DATABASE_URL"]))
    said = doctor(tmp_path, **place)
    assert said["database"][0] == "ok"
    assert "PostgreSQL" in said["database"][1]
    assert said["audit"][0] == "ok"
    verified = run(tmp_path, "audit", "verify", "--json", **place)
    assert (verified.code, verified.json["rows"], verified.json["anchored"]) == (0, 3, 1)
    exported = run(tmp_path, "audit", "export", **place)
    assert [json.loads(line["body"])["tool"] for line in exported.lines] == ["k8s_logs"] * 3


def test_an_owner_of_another_database_is_refused(tmp_path, place):
    other = place["DATABASE_OWNER_URL"].rpartition("/")[0] + "/other"
    ran = run(tmp_path, "db", "upgrade", DATABASE_URL=place["DATABASE_URL"], DATABASE_OWNER_URL=other)
    assert ran.code == 2
    assert "DATABASE_OWNER_URL: is another database than DATABASE_URL" in ran.err


def test_a_bot_that_owns_its_tables_is_told_by_the_doctor(tmp_path, place):
    owner = {"DATABASE_URL": place["DATABASE_OWNER_URL"]}
    assert "give it one of its own" in run(tmp_path, "db", "upgrade", **owner).out
    state, text = next(value for area, value in doctor(tmp_path, **owner).items() if area == "database")
    assert state == "wrong"
    assert "role owner could edit the audit" in text


def test_servers_that_are_not_there_are_named_by_setting(tmp_path):
    gone = {
        "DATABASE_URL": "postgresql+psycopg://app:hunter2@127.0.0.1:1/none",
        "REDIS_URL": "redis://:hunter2@127.0.0.1:1/0",
    }
    said = doctor(tmp_path, **gone)
    assert said["database"][0] == said["cache"][0] == "wrong"
    assert "DATABASE_URL" in said["database"][1]
    assert "REDIS_URL" in said["cache"][1]
    ran = run(tmp_path, "plans", "list", POLICY_FILE=str(POLICY), **gone)
    assert ran.code == 2
    assert "DATABASE_URL: the database cannot be used" in ran.err
    assert "hunter2" not in ran.out + ran.err


def test_a_redis_that_answers_is_fine(tmp_path, redis):
    assert doctor(tmp_path, REDIS_URL=redis.url())["cache"][0] == "ok"


def test_passwords_in_addresses_are_secrets_like_others():
    owner = "postgresql+psycopg://o:p%40ss@h/d"
    settings = Settings(
        _env_file=None, database_url="postgresql+psycopg://a:hunter2@h/d", database_owner_url=owner,
        redis_url="redis://:swordfish@h/0",
    )  # fmt: skip
    assert {"hunter2", "p@ss", "swordfish"} <= set(secrets_of(settings))
    assert all(word not in repr(settings) for word in ("hunter2", "p%40ss", "swordfish"))


@pytest.mark.parametrize("url", ["mysql://h/d", "http://h"])
def test_other_servers_are_refused_by_name(tmp_path, url):
    for field in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        ran = run(tmp_path, "doctor", **{field: url})
        assert ran.code == 2
        assert f"{field}: must start with" in ran.err


def test_old_rows_go_by_the_owners_hand_alone_and_the_rest_still_verifies(tmp_path, place):
    run(tmp_path, "db", "upgrade", **place)
    asyncio.run(written(tmp_path, place["DATABASE_URL"], 120, FixedClock(datetime(2024, 1, 1, tzinfo=UTC))))
    asyncio.run(written(tmp_path, place["DATABASE_URL"], 5))
    bot = {"DATABASE_URL": place["DATABASE_URL"]}
    refused = run(tmp_path, "db", "purge", "--days", "400", **bot)
    assert (refused.code, "only the owner of the audit" in refused.err) == (2, True)
    done = run(tmp_path, "db", "purge", "--days", "400", **place)
    assert (done.code, done.out) == (0, "120 rows older than 400 days are gone\n")
    verified = run(tmp_path, "audit", "verify", "--json", **bot)
    assert (verified.code, verified.json["rows"], verified.json["notes"]) == (0, 6, [])
    assert run(tmp_path, "db", "purge", "--days", "400", **place).out.startswith("0 rows")
