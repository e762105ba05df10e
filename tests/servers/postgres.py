"""A PostgreSQL of our own: a cluster in a folder of its own on a free port, run by somebody who is not root.

Roles as in production: `owner` migrates, `app` is what the bot is.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg

from storage.upgrading import grant, upgrade
from tests.servers.programs import free_port, program

FAST = ("fsync=off", "full_page_writes=off")
SAFE = ("fsync=on", "synchronous_commit=on")
ALWAYS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=32MB",
    "jit=off",
    "logging_collector=off",
)
ROLES = "CREATE ROLE owner LOGIN CREATEDB; CREATE ROLE app LOGIN;"
GUARDS = [
    (f"audit_{table}", f"audit_{table}_{what}") for table in ("events", "heads") for what in ("row", "all")
]
OPEN = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in GUARDS]
CLOSED = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in GUARDS]
WITH_ROWS = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'dbos')
AND tablename NOT IN ('alembic_version', 'checkpoint_migrations', 'dbos_migrations')
"""
START_S = 20.0


class Postgres:
    """`start` and `stop` as often as a test wants; what was written stays. `fast` trusts that the machine stays up."""

    def __init__(self, *, fast: bool = True) -> None:
        self._bin = program("initdb", "usr/lib/postgresql/*/bin").parent
        self._names = (f"db{n}" for n in count(1))
        self._server: subprocess.Popen | None = None
        self._options = [part for line in (*ALWAYS, *(FAST if fast else SAFE)) for part in ("-c", line)]
        self.folder = Path(tempfile.mkdtemp(prefix="cloudops-pg-"))
        self.port = free_port()
        self._used: list[str] = []
        self._complete: list[str] = []
        self._whole: set[str] = set()
        self._as = _somebody(self.folder)
        self._run(
            "initdb",
            "-A",
            "trust",
            "-U",
            "postgres",
            "--no-sync",
            "--no-locale",
            "-E",
            "UTF8",
            "-D",
            self.folder / "data",
        )

    def start(self) -> None:
        command = [self._bin / "postgres", "-D", self.folder / "data", "-p", str(self.port), *self._options]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._as)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.admin_url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """At once, as if the machine had gone; whoever is connected is cut off."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGCONT)
            self._server.send_signal(how)
            self._server.wait(20)
            self._server = None

    def freeze(self) -> None:
        """Takes connections and answers nobody."""
        self._all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._all(signal.SIGCONT)

    def _all(self, what: signal.Signals) -> None:
        assert self._server is not None
        children = subprocess.run(
            ["pgrep", "-P", str(self._server.pid)], capture_output=True, text=True, check=False
        )
        for pid in (self._server.pid, *map(int, children.stdout.split())):
            os.kill(pid, what)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # databases

    def new(self) -> str:
        """The name of an empty database, owned by `owner`."""
        name = next(self._names)
        self.admin(f"CREATE DATABASE {name} OWNER owner")
        return name

    def ready(self) -> str:
        """The name of a fresh database with our tables, as `db upgrade` leaves it."""
        if self._used:
            return self._emptied(self._used.pop())
        name = self.new()
        upgrade(self.url(name, "owner"))
        grant(self.url(name, "owner"), "app")
        return name

    def complete(self) -> str:
        """As `ready`, with the tables of the memory of threads and of the workflow engine, too."""
        if self._complete:
            return self._emptied(self._complete.pop())
        from bot.cli.db import upgraded

        name = self.new()
        upgraded(self.url(name, "owner"), "DATABASE_OWNER_URL", self.url(name))
        self._whole.add(name)
        return name

    def give_back(self, name: str) -> None:
        """To be emptied and used again: that is quicker than making one."""
        (self._complete if name in self._whole else self._used).append(name)

    def _emptied(self, name: str) -> str:
        with psycopg.connect(self.admin_url(name)) as conn:
            tables = ", ".join(name for (name,) in conn.execute(WITH_ROWS))
            for statement in (*OPEN, f"TRUNCATE {tables} CASCADE", *CLOSED):
                conn.execute(statement)
        return name

    def admin(self, *statements: str, database: str = "postgres") -> None:
        """As superuser, each on its own."""
        with psycopg.connect(self.admin_url(database), autocommit=True) as conn:
            for statement in statements:
                conn.execute(statement)

    def admin_url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def url(self, database: str, role: str = "app") -> str:
        """As DATABASE_URL has it."""
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def _run(self, name: str, *arguments: object) -> None:
        done = subprocess.run(
            [self._bin / name, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **self._as,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)


def _somebody(folder: Path) -> dict:
    """PostgreSQL refuses root: then it runs as the user that its package made, and the folder is theirs."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def opened(*, fast: bool = True) -> Postgres:
    server = Postgres(fast=fast)
    server.start()
    server.admin(ROLES)
    return server
