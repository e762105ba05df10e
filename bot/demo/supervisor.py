"""Starts the workspace and the bot, keeps the bot alive, and ends both when told to."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.cli.command import FINE, CannotRun, say
from bot.cli.opening import read_settings
from bot.demo.controls import Controls
from bot.demo.diary import Diary
from bot.demo.environment import bot_environment, model_note, write_env_file
from bot.demo.options import Options
from bot.demo.watched import Watched
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
    desk, note, port = Desk(), model_note(settings), free_port()
    events = f"http://127.0.0.1:{port}/slack/events" if settings.slack_mode == "http" else ""
    workspace = await Workspace.start(options, desk, events)
    bot: Watched | None = None
    try:
        await workspace.tell({"info": {"database_url": options.database_url}})
        env = bot_environment(options, workspace.env, port)
        await asyncio.to_thread(write_env_file, options.folder / "bot.env", env)
        bot = Watched(options, env, workspace.tell, note)
        desk.controls = Controls(options, bot, Diary(options.folder / "diary.jsonl"))
        await bot.start()
        greet(options, workspace.url, note)
        return await _until_told(options, workspace, bot, stop)
    finally:
        if bot is not None:
            await bot.stop()
        await workspace.stop()


async def _until_told(options: Options, workspace: Workspace, bot: Watched, stop: asyncio.Event) -> int:
    if options.play:
        from bot.demo.play import play

        fine = await play(workspace.url, bot.env)
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
    if not options.database.exists():
        return
    aside = options.folder.with_name(f"{options.folder.name}.before")
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
