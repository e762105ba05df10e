"""The middleware that admits before the acknowledgement, the few listeners that acknowledge, catch-alls last."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp

from bot.alertbots import AlertBots
from bot.intake import Admitted, Intake
from bot.listeners.mysettings import unfit
from bot.listeners.prompts import Prompts
from bot.metrics import DELIVERIES
from bot.roomevents import RoomEvents
from bot.work import Work
from storage.errors import StoreUnavailable

ANY = re.compile(r".*", re.DOTALL)
COMMAND = "/cloudops"
ADMITTED = "cloudops_work"
NO_STORE = "I cannot record anything right now, so I did nothing. Nothing was changed. Try again in a minute."
Next = Callable[[], Awaitable[BoltResponse]]
Ack = Callable[..., Awaitable[BoltResponse]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Admission:
    """Who stores a delivery: people's go to `intake`, those of alert bots to `alerts`."""

    intake: Intake
    alerts: AlertBots
    rooms: RoomEvents


def register(app: AsyncApp, admission: Admission, work: Work, prompts: Prompts) -> None:
    app.middleware(_admission(admission, work, prompts))
    take = _taking(work)
    app.event(ANY)(take)
    app.command(COMMAND)(take)
    app.action(ANY)(take)
    app.view(ANY)(take)
    app.view_closed(ANY)(_seen)
    app.command(ANY)(_unknown_command)
    app.shortcut(ANY)(take)
    app.options(ANY)(_no_options)
    app.error(_failed)


def _admission(admission: Admission, work: Work, prompts: Prompts) -> Callable[..., Awaitable[BoltResponse]]:
    async def admit(body: Mapping[str, Any], context: Any, next: Next) -> BoltResponse:  # noqa: A002 - bolt's name
        """Stored before it is acknowledged. A store that is down means no acknowledgement: Slack delivers again."""
        if problems := unfit(body):
            return BoltResponse(status=200, body={"response_action": "errors", "errors": problems})
        try:
            if await admission.alerts.hear(body):
                return BoltResponse(status=200)
            if await admission.rooms.hear(body):
                return BoltResponse(status=200)
            found = await admission.intake.admit(body)
        except StoreUnavailable:
            return _not_recorded(body)
        if found is None:
            DELIVERIES.labels("any", "duplicate").inc()
            return BoltResponse(status=200)
        if isinstance(found, Admitted):
            DELIVERIES.labels(found.delivery.kind, "admitted").inc()
            context[ADMITTED] = found
            return await next()
        if found.kind == "agent":
            work.beside(prompts.offer(found), found.channel)
        DELIVERIES.labels(found.kind, "ignored").inc()
        return BoltResponse(status=200) if "event" in body else await next()

    return admit


def _not_recorded(body: Mapping[str, Any]) -> BoltResponse:
    """Events come again; commands do not, so their sender is told at once."""
    DELIVERIES.labels("any", "not_recorded").inc()
    log.error("delivery_not_recorded")
    if body.get("command"):
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": NO_STORE})
    return BoltResponse(status=503)


def _taking(work: Work) -> Callable[..., Awaitable[None]]:
    async def take(ack: Ack, context: Any) -> None:
        await ack()
        admitted = context.get(ADMITTED)
        if isinstance(admitted, Admitted):
            await work.take(admitted)

    return take


async def _seen(ack: Ack) -> None:
    await ack()


async def _no_options(ack: Ack) -> None:
    await ack(options=[])


async def _unknown_command(ack: Ack, command: Mapping[str, Any]) -> None:
    await ack(f"I do not know `{str(command.get('command', ''))[:40]}`. Try `/cloudops help`.")


async def _failed(error: Exception) -> None:
    """A bug in what runs before or right after the acknowledgement; the row is stored and is taken up again."""
    log.error("listener_failed", error=type(error).__name__, exc_info=error)
