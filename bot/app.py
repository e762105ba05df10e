"""The bot as a process: opened in stages, ready when a message would be answered, drained when it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from agents.deploys import DeployLog
from bot import logs
from bot.background import Background
from bot.core import CannotStart, Core, data_folder, open_core
from bot.folder import FolderLock
from bot.footprint import Footprint
from bot.health import Component, Health
from bot.lease import MUTE, TAKEN_FOR_DEAD
from bot.notify.heartbeat import Heartbeat
from bot.settings import Settings
from bot.stages import Agents
from bot.transport import Transport, transport
from bot.web import Web
from bot.webhooks.alerts import AlertHook, secrets_of
from bot.webhooks.deploys import DeployHook
from bot.webhooks.topics import Topics
from bot.wiring import Slack, Wired, open_slack, wire
from storage.errors import StoreUnavailable
from storage.ids import new_id

DRAIN_S = 14.0
FIRST_BREATH_S = 0.3
GARBAGE_AT = (
    5_000,
    20,
    100,
)  # at Python's own 700 objects a question looks for garbage thirty times, for 6 % of its CPU
HAND_OVER_S = 0.0005  # a database thread that is done waits so long for the interpreter, not Python's 5 ms
CRITICAL = frozenset({"database", "slack", "engine", "agent", "replicas", "background"})
WHY_IT_ENDS = {
    TAKEN_FOR_DEAD: "another process took this one for dead, because it gave no sign of life for too long, and does its work",
    MUTE: "this process can give no sign of life any more, because that part of it failed: the lines above say how",
}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Running:
    """A bot that is up. `ready` is set when a message would be answered; `failed` says why that will never be."""

    core: Core
    wired: Wired
    health: Health
    agents: Agents
    transport: Transport
    web: Web

    async def until_ready(self) -> None:
        await self.agents.opened.wait()


async def run_bot(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT, or until others took it for dead; the exit code. Raises CannotStart, SettingsError."""
    settings.need_slack()
    sys.setswitchinterval(HAND_OVER_S)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_bot(settings) as bot:
        lost = bot.core.lease.lost
        ready = asyncio.create_task(bot.until_ready())
        stopping = asyncio.create_task(_either(stop, lost))
        await asyncio.wait({ready, stopping, bot.agents.task}, return_when=asyncio.FIRST_COMPLETED)
        _collect_garbage()
        if ready.done() and not stopping.done():
            sys.stderr.write("ready\n")
            sys.stderr.flush()
        elif bot.agents.task.done() and not stopping.done():
            bot.agents.task.result()
        await stopping
        ready.cancel()
        log.info("stopping")
    if lost.is_set():
        sys.stderr.write(f"error: {WHY_IT_ENDS[bot.core.lease.why]}; this one ends, start it anew\n")
    return 1 if lost.is_set() else 0


async def _either(one: asyncio.Event, other: asyncio.Event) -> None:
    waiting = {asyncio.create_task(one.wait()), asyncio.create_task(other.wait())}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


def _collect_garbage() -> None:
    """From here on; what the start made stays and is not looked at again."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_AT)
    gc.enable()


@asynccontextmanager
async def open_bot(settings: Settings) -> AsyncIterator[Running]:
    """Stage one answers commands; stage two, the engine and the agent stack, follows in the background."""
    worker = new_id("w_")
    async with AsyncExitStack() as stack:
        stack.callback((await asyncio.to_thread(_own_folder, settings)).release)
        core = await stack.enter_async_context(open_core(settings, worker=worker, agent=False))
        logs.set_up(settings.log_level, core.redactor.clean)
        redacting = asyncio.create_task(asyncio.to_thread(lambda: core.redactor.engine))
        slack = await stack.enter_async_context(open_slack(settings))
        here = Footprint(data_folder(settings) / "running.json", worker)
        stack.push_async_callback(core.lease.end)
        stack.push_async_callback(here.end)
        await _sign_on(core, here, slack.team)
        agents = Agents(core, settings)
        web = Web()
        hears = transport(settings, web)
        health = Health(core.clock, critical=CRITICAL)
        health.serve(web)
        if settings.webhook_secret_deploy is not None:
            DeployHook(DeployLog(core.db), core.clock, settings.webhook_secret_deploy).serve(web)
        wired = wire(core, slack, health.states, agents.conversation)
        AlertHook(wired.desk, secrets_of(settings), Topics.parse(settings.oci_alarm_topics)).serve(web)
        health.components.update(
            {
                "database": core.db.check,
                "slack": hears.state,
                "engine": agents.engine_state,
                "agent": agents.agent_state,
                "policy": _policy_state(core),
                "cache": core.quick.state,
                "replicas": core.lease.state,
            }
        )
        wired.notifying.dispatch.slack = hears.state
        background = Background(core, wired, agents, _heartbeat(settings, slack, health))
        health.components["background"] = background.state
        if background.anchor is not None:
            health.components["audit bucket"] = background.anchor.state
        core.relays.alarm.to = background
        await wired.groups.refresh()
        stack.push_async_callback(web.stop)
        await _listen(web, settings)
        stack.push_async_callback(_drain, core, wired, agents, background)
        log.info(
            "redacting", engine=await redacting
        )  # loaded by now: the first delivery does not wait for it
        await hears.connect(wired.app)
        stack.push_async_callback(hears.close)
        agents.begin(wired, background, after=FIRST_BREATH_S)
        background.start()
        log.info("connected", port=web.port, workspace=slack.team)
        yield Running(core, wired, health, agents, hears, web)


async def _sign_on(core: Core, here: Footprint, workspace: str) -> None:
    """Among the others, in place of the process that had this folder before: whoever holds its lock knows that one dead."""
    try:
        await core.lease.begin()
        await core.lease.bury(await here.begin(core.trail, core.clock, workspace, core.lease))
    except StoreUnavailable as error:
        raise CannotStart(f"DATABASE_URL: {error}") from error


def _own_folder(settings: Settings) -> FolderLock:
    """What a process keeps in files is its own: two that share a folder would undo each other's."""
    folder = data_folder(settings)
    lock = FolderLock(folder)
    try:
        taken = lock.take()
    except OSError as error:
        raise CannotStart(f"DATABASE_URL, DATA_DIR: the folder cannot be used: {error.strerror}") from error
    if not taken:
        raise CannotStart(
            f"DATABASE_URL, DATA_DIR: another bot works in {folder}; stop it first, or on PostgreSQL give each its own DATA_DIR"
        )
    return lock


async def _listen(web: Web, settings: Settings) -> None:
    try:
        await web.start(settings.http_host, settings.http_port)
    except OSError as error:
        where = f"{settings.http_host}:{settings.http_port}"
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise CannotStart(f"HTTP_HOST, HTTP_PORT: cannot listen on {where}: {reason}") from error


async def _drain(core: Core, wired: Wired, agents: Agents, background: Background) -> None:
    """What runs may end; what does not end in time is taken up by others, or by the next start."""
    seconds = 0.0 if core.lease.lost.is_set() else 1.0  # others do that work already
    background.stop()
    wired.work.close()
    await agents.stop(seconds * DRAIN_S)
    await wired.work.drain(seconds * 3.0)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds * 3.0):
            await wired.cards.coalescer.drain()


def _heartbeat(settings: Settings, slack: Slack, health: Health) -> Heartbeat | None:
    address = settings.heartbeat_url
    return Heartbeat(slack.http, address.get_secret_value(), health.report) if address else None


def _policy_state(core: Core) -> Component:
    async def state() -> str:
        return core.policy.problem or "ok"

    return state


__all__ = ["CannotStart", "Running", "open_bot", "run_bot"]
