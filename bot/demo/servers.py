"""The programs of the servers that several bots share: found on this machine, else installed by the checkout's own script."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

from bot.cli.command import say
from bot.demo.options import ROOT
from bot.demo.workspace import DemoProblem

FOLDERS = ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql*/bin", "usr/local/opt/postgresql*/bin")
INSTALL_S = 300.0
PACKAGES = {"initdb": "postgresql", "redis-server": "redis"}  # as scripts/servers calls them


async def programs(packages: Mapping[str, str] = PACKAGES) -> dict[str, Path]:
    """Where `initdb` and `redis-server` are. Raises DemoProblem saying what to do when one is not to be had."""
    missing = [name for name in packages if program(name) is None]
    if missing:
        await install([packages[name] for name in missing])
    found = {name: program(name) for name in packages}
    if lost := [name for name, place in found.items() if place is None]:
        raise DemoProblem(
            f"--replicas: several bots share a PostgreSQL and a Redis, and there is no {' and no '.join(lost)} here. "
            "Install the packages postgresql and redis-server (sudo apt-get install postgresql redis-server, or by your "
            "system's means), then start it again; --replicas 1 needs neither"
        )
    return {name: place for name, place in found.items() if place is not None}


def program(name: str) -> Path | None:
    """The newest of this name."""
    for pattern in FOLDERS:
        if found := sorted(Path("/").glob(f"{pattern}/{name}")):
            return found[-1]
    on_path = shutil.which(name)
    return Path(on_path) if on_path else None


async def install(names: list[str]) -> None:
    """Tried once; what came of it is seen by looking again."""
    say(f"installing {' and '.join(names)} (scripts/servers)", aside=True)
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "scripts/servers"), *names, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(INSTALL_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
