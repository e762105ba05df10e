"""Starts the workspace and its bots, keeps the bots alive, and ends all of it when told to."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bot.cli.command import FINE, CannotRun, say
from bot.cli.opening import read_settings
from bot.demo.controls import Controls
from bot.demo.diary import Diary
from bot.demo.environment import model_note, write_env_file
from bot.demo.fleet import Fleet
from bot.demo.ground import Ground, ground
from bot.demo.options import Options, elsewhere, free_port
from bot.demo.workspace import DemoProblem, Workspace
from bot.settings import Settings, child_environment


async def supervise(options: Options) -> int:
    """Runs until SIGINT or SIGTERM; the exit code."""
    settings = read_settings()
    must_be_policy(options.policy_file)
    must_be_free(options.port)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    try:
        if options.play:
            await asyncio.to_thread(begin_anew, options)
        options.make_folders()
        work = asyncio.create_task(_run(options, settings, stop))
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
        told.cancel()
        return await work
    except asyncio.CancelledError:
        return FINE
    except DemoProblem as error:
        raise CannotRun(str(error)) from error
    except OSError as error:
        raise CannotRun(f"--state: {error.strerror}") from error


async def _run(options: Options, settings: Settings, stop: asyncio.Event) -> int:
    """What was started is stopped in the other order, however far it came."""
    desk, note = Desk(), model_note(settings)
    ports = [free_port() for _ in range(options.replicas)]
    events = [f"http://127.0.0.1:{port}/slack/events" for port in ports]
    base = ground(options)
    async with AsyncExitStack() as stack:
        starting = asyncio.create_task(base.start())
        stack.push_async_callback(_ended, starting, base)
        workspace = await Workspace.start(options, desk, events if settings.slack_mode == "http" else ())
        stack.push_async_callback(workspace.stop)
        await starting
        await workspace.tell({"info": {"database_url": base.url}})
        fleet = Fleet(workspace.tell, note)
        for port in ports:
            fleet.add(options, base, workspace.env, port)
        stack.push_async_callback(fleet.stop)
        await asyncio.to_thread(write_env_file, options.folder / "bot.env", fleet.env)
        desk.controls = Controls(options, base, fleet, Diary(options.folder / "diary.jsonl"))
        await fleet.start()
        greet(options, workspace.url, note)
        return await _until_told(options, workspace, fleet, stop)


async def _ended(starting: asyncio.Task[None], base: Ground) -> None:
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await base.stop()


async def _until_told(options: Options, workspace: Workspace, fleet: Fleet, stop: asyncio.Event) -> int:
    if options.play:
        from bot.demo.play import play

        fine = await play(workspace.url, fleet.env)
        if not fine or child_environment().get("CI") == "true":
            return FINE if fine else 1
        say(f"the workspace stays open: {workspace.url}   Ctrl-C ends it")
    ended = asyncio.create_task(workspace.child.ended())
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if ended.done():
        raise DemoProblem(f"the local workspace ended by itself; see {workspace.child.log}")
    ended.cancel()
    return FINE


class Desk:
    """Takes the page's buttons from the start; answers once the bot is there."""

    controls: Controls | None = None

    async def __call__(self, name: str) -> Mapping[str, Any]:
        if self.controls is None:
            return {"ok": False, "text": "the bot is still starting"}
        return await self.controls(name)


def begin_anew(options: Options) -> None:
    """A play needs the shop as its scenario has it; what the demo before left is put aside. Blocking."""
    if not options.used:
        return
    aside = options.folder.with_name(f"{options.folder.name}.before")
    if (cluster := elsewhere(aside)) is not None:
        shutil.rmtree(cluster, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)
    options.folder.rename(aside)
    say(f"a new shop; the files of the demo before are in {aside.name} beside it", aside=True)


def must_be_free(port: int) -> None:
    """Before anything is touched: another demo may run there. Raises CannotRun."""
    with socket.socket() as probe:
        if port and probe.connect_ex(("127.0.0.1", port)) == 0:
            raise CannotRun(f"--port: something listens on {port} already; --port 0 takes a free one")


def must_be_policy(file: Path) -> None:
    """Before anything is started. Raises CannotRun naming line and key."""
    from agents.policy.store import PolicyError, load_policy

    try:
        load_policy(file)
    except PolicyError as error:
        raise CannotRun(f"--policy: {error}") from error


def greet(options: Options, url: str, note: str) -> None:
    say(f"ready {url}")
    if not options.headless:
        say(f"open it in a browser; {note}; Ctrl-C ends it", aside=True)
