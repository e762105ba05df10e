"""The demo's own PostgreSQL: a cluster in a folder of its own on a free port. Roles as in production.

`owner` migrates, `app` is what the bots are, `postgres` is who has the server in their hands.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.demo.child import Child
from bot.demo.options import free_port
from bot.demo.workspace import DemoProblem
from bot.settings import child_environment

START_S = 30.0
COMMAND_S = 60.0
POLL_S = 0.05
ROLES: Final = ("postgres", "owner", "app")
DATABASE: Final = "cloudops"
OPTIONS: Final = (
    "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=32MB",
    "jit=off", "logging_collector=off",
)  # fmt: skip
INITDB: Final = ("-A", "scram-sha-256", "-U", "postgres", "--no-sync", "--no-locale", "-E", "UTF8")


def somebody() -> str:
    """PostgreSQL refuses root: then it runs as the user that its package made. Empty: as we are."""
    if os.geteuid() != 0:
        return ""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@dataclass
class Postgres:
    """`programs` is the folder with `postgres`, `initdb` and `psql`; what was written stays over a stop."""

    programs: Path
    folder: Path
    log: Path
    port: int = field(default_factory=free_port)
    user: str = field(default_factory=somebody)
    child: Child | None = None
    _passwords: dict[str, str] = field(default_factory=dict, repr=False)

    def url(self, role: str) -> str:
        """As DATABASE_URL has it."""
        return f"postgresql+psycopg://{role}:{self._passwords[role]}@127.0.0.1:{self.port}/{DATABASE}"

    async def start(self) -> None:
        """Makes the cluster where there is none. Raises DemoProblem."""
        new = not (self.folder / "data" / "PG_VERSION").exists()
        await asyncio.to_thread(self._furnish, new)
        if new:
            await self._run("initdb", *INITDB, "--pwfile", str(self._secret), "-D", str(self.folder / "data"))
        words = [part for option in OPTIONS for part in ("-c", option)]
        program = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        self.child = await Child.run(
            [*program, *words], env=child_environment(), cwd=self.folder, log=self.log, user=self.user
        )
        await self._until_ready(self.child)
        await self._people()

    async def stop(self) -> None:
        """At once for whoever is connected; nothing that was committed is lost."""
        if self.child is not None:
            await self.child.stop(how=signal.SIGINT)

    async def ask(self, sql: str, *, database: str = DATABASE) -> str:
        """As superuser, all of it or none: the rows as text, a line each. Raises DemoProblem."""
        words = ["-XAtq1", "-v", "ON_ERROR_STOP=1", *self._address, "-d", database, "-f", "-"]
        return await self._run("psql", *words, said=sql)

    async def _people(self) -> None:
        """Roles and database, those that are not there yet."""
        there = await self.ask(
            "SELECT rolname FROM pg_roles UNION SELECT datname FROM pg_database", database="postgres"
        )
        for role in set(ROLES) - set(there.split()):
            await self.ask(
                f"CREATE ROLE {role} LOGIN PASSWORD '{self._passwords[role]}'", database="postgres"
            )
        if DATABASE not in there.split():
            await self._run("createdb", *self._address, "-O", "owner", DATABASE)

    async def _until_ready(self, child: Child) -> None:
        ends = asyncio.get_running_loop().time() + START_S
        while True:
            try:
                await self.ask("SELECT 1", database="postgres")
            except DemoProblem:
                if not child.running or asyncio.get_running_loop().time() > ends:
                    said = await asyncio.to_thread(child.last_words)
                    raise DemoProblem(f"PostgreSQL did not start; {self.log} ends with:\n{said}") from None
                await asyncio.sleep(POLL_S)
            else:
                return

    @property
    def _address(self) -> list[str]:
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]

    @property
    def _secret(self) -> Path:
        return self.folder / "password.postgres"

    @property
    def _as(self) -> dict[str, Any]:
        return (
            {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
            if self.user
            else {}
        )

    def _furnish(self, new: bool) -> None:
        """The folder, and a password a role in a file that only its owner reads. Blocking."""
        if new:
            shutil.rmtree(self.folder, ignore_errors=True)  # a start that died half way
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for role in ROLES:
            file = self.folder / f"password.{role}"
            if not file.exists():
                file.touch(mode=0o600)
                file.write_text(secrets.token_hex(16))
            self._passwords[role] = file.read_text()
        if self.user:
            theirs = pwd.getpwnam(self.user)
            for path in (self.folder, self._secret):
                os.chown(path, theirs.pw_uid, theirs.pw_gid)

    async def _run(self, name: str, *words: str, said: str = "") -> str:
        """What a program of PostgreSQL's printed. Raises DemoProblem with what it complained of."""
        process = await asyncio.create_subprocess_exec(
            str(self.programs / name), *words, cwd=self.folder, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, **self._as,
            env=child_environment(PGPASSWORD=self._passwords["postgres"], PGCONNECT_TIMEOUT="5"),
        )  # fmt: skip
        try:
            async with asyncio.timeout(COMMAND_S):
                out, err = await process.communicate(said.encode())
        except TimeoutError as error:
            raise DemoProblem(f"PostgreSQL: {name} did not end within {COMMAND_S:.0f} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise DemoProblem(f"PostgreSQL: {name}: {err.decode('utf-8', 'replace').strip()[-400:]}")
        return out.decode("utf-8", "replace").strip()
