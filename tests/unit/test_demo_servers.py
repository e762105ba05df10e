"""The demo's own servers: found or asked for in words, closed to others, gone when the demo is, and what was written stays."""

import asyncio
import os
import shutil
import socket

import psutil
import pytest
import pytest_asyncio

from bot.demo import tamper
from bot.demo.ground import Shared
from bot.demo.options import Options, may_pass
from bot.demo.postgres import Postgres
from bot.demo.redis import Redis
from bot.demo.servers import programs
from bot.demo.workspace import DemoProblem
from tests.servers.programs import program

pytestmark = [pytest.mark.servers, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture
def needed():
    program("initdb", "usr/lib/postgresql/*/bin")
    program("redis-server")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory):
    program("initdb", "usr/lib/postgresql/*/bin")
    program("redis-server")
    before = children()
    base = Shared(options(tmp_path_factory.mktemp("shared")))
    try:
        await base.start()
        yield base
    finally:
        await base.stop()
        shutil.rmtree(base.options.cluster, ignore_errors=True)
    assert [child for child in children() if child not in before] == []


def options(folder):
    found = Options(0, folder / "demo", replicas=2)
    found.make_folders()
    return found


def children():
    return [child for child in psutil.Process().children(recursive=True) if child.status() != "zombie"]


async def test_a_server_that_cannot_be_had_is_named_with_what_to_do():
    with pytest.raises(
        DemoProblem, match=r"no no-such-server here.*apt-get install.*--replicas 1 needs neither"
    ):
        await programs({"no-such-server": "nothing"})


async def test_tables_are_the_owners_and_every_bot_has_the_same_keys_and_a_folder_of_its_own(ground):
    owner = await ground.postgres.ask("SELECT tableowner FROM pg_tables WHERE tablename = 'audit_events'")
    assert owner == "owner"
    assert await ground.postgres.ask("SELECT has_table_privilege('app', 'audit_events', 'UPDATE')") == "f"
    first, second = ground.settings(1), ground.settings(2)
    assert {name for name in first if first[name] != second[name]} == {"DATA_DIR"}
    assert await ground.running() == {}
    with pytest.raises(tamper.NothingToTamper):
        await ground.tamper()


async def test_nobody_else_of_this_machine_gets_in(ground):
    reader, writer = await asyncio.open_connection("127.0.0.1", ground._redis.port)
    writer.write(b"PING\r\n")
    assert b"NOAUTH" in await reader.readline()
    writer.close()
    lines = (ground.options.cluster / "data" / "pg_hba.conf").read_text().splitlines()
    assert not [line for line in lines if not line.startswith("#") and "trust" in line]
    secrets = [*ground.options.cluster.glob("password.*"), ground.options.folder / "redis/redis.conf"]
    assert {file.stat().st_mode & 0o077 for file in secrets} == {0}


async def test_what_was_written_is_there_at_the_next_start_with_the_same_keys(ground):
    await ground.postgres.ask("CREATE SCHEMA kept")
    keys = [file.read_bytes() for file in sorted((ground.options.folder / "keys").iterdir())]
    await ground.stop()
    await ground.start()
    assert await ground.postgres.ask("SELECT to_regnamespace('kept') IS NOT NULL") == "t"
    assert [file.read_bytes() for file in sorted((ground.options.folder / "keys").iterdir())] == keys


async def test_a_server_that_cannot_start_leaves_nothing_running(tmp_path, needed):
    base = Shared(options(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as other:
        redis = Redis(
            program("redis-server"), tmp_path / "redis", tmp_path / "redis.log", other.getsockname()[1]
        )
        with pytest.raises(DemoProblem, match="Redis did not start"):
            await redis.start()
    postgres = Postgres(
        program("initdb", "usr/lib/postgresql/*/bin").parent, base.options.cluster, tmp_path / "log"
    )
    (base.options.cluster / "data").mkdir(parents=True)
    (base.options.cluster / "data" / "PG_VERSION").write_text("3")
    with pytest.raises(DemoProblem, match="PostgreSQL did not start"):
        await postgres.start()
    await redis.stop()
    await postgres.stop()
    shutil.rmtree(base.options.cluster)
    assert not [child for child in children() if str(tmp_path) in " ".join(child.cmdline())]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives way to another user")
async def test_a_folder_that_the_databases_user_cannot_reach_is_not_used_for_it_and_a_new_state_has_a_new_one(
    tmp_path,
):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not may_pass(closed / "demo")
    first, same = options(closed).cluster, options(closed).cluster
    shutil.rmtree(closed / "demo")
    second = options(closed).cluster
    assert (first, first.is_relative_to(closed)) == (same, False)
    assert second != first
    for cluster in (first, second):
        shutil.rmtree(cluster)
