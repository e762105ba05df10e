"""All of it put together, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bot.core import Core
from bot.notify.costs import CostEvents
from bot.notify.courier import Courier
from bot.notify.dispatch import Dispatch
from bot.notify.email import Email
from bot.notify.mailserver import read_smtp_url
from bot.notify.pagerduty import PagerDuty
from bot.notify.posting import Poster
from bot.notify.signing import keys_of
from bot.notify.slackway import SlackWay
from bot.notify.sources import Sources
from bot.notify.storewatch import StoreWatch
from bot.notify.tending import Tending
from bot.notify.ways import Way
from bot.notify.webhook import Webhook
from bot.outgoing import Outgoing
from bot.replies.text import Outbound
from bot.settings import Settings


@dataclass(frozen=True)
class Notifying:
    dispatch: Dispatch
    courier: Courier
    sources: Sources
    tending: Tending
    store: StoreWatch
    costs: CostEvents

    async def look(self) -> None:
        """What is new, and what must be looked after; sending has a pace of its own for each way."""
        await self.sources.look()
        await self.tending.look()


async def _fine() -> str:
    """Until the connection itself can be asked."""
    return "ok"


def notifying(core: Core, http: aiohttp.ClientSession, outgoing: Outgoing, out: Outbound) -> Notifying:
    dispatch = Dispatch(core, outgoing.workspace, out, _fine)
    out_by = ways(core.settings, http, outgoing, out)
    courier = Courier(core, dispatch, out_by)
    tending, store = Tending(core, dispatch, courier), StoreWatch(core, dispatch, out_by)
    return Notifying(dispatch, courier, Sources(core, dispatch), tending, store, CostEvents(core, dispatch))


def ways(
    settings: Settings, http: aiohttp.ClientSession, outgoing: Outgoing, out: Outbound
) -> Mapping[str, Way]:
    """By the kind of destination."""
    smtp, key, secret = settings.smtp_url, settings.pagerduty_routing_key, settings.notify_webhook_secret
    return {
        "slack": SlackWay(outgoing, out),
        "email": Email(
            read_smtp_url(smtp.get_secret_value()) if smtp else None,
            settings.smtp_from,
            settings.smtp_ca_file,
        ),
        "webhook": Webhook(
            Poster(http, "the webhook's receiver"), keys_of(secret.get_secret_value()) if secret else ()
        ),
        "pagerduty": PagerDuty(
            Poster(http, "PagerDuty"), settings.pagerduty_events_url, key.get_secret_value() if key else ""
        ),
    }
