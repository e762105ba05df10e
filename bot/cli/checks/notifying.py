"""Ways out of notifications: what the policy's routes need is set, and the far ends are there. Nothing is sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from agents.policy.models import PolicyFile
    from bot.settings import Settings

PAGE = "see docs/notifications.md"
KEY = 32
PROOF = "`notifications test ROUTE` proves it"


async def notifying(settings: Settings) -> list[Line]:
    from agents.policy.store import PolicyError, load_policy

    if settings.policy_file is None:
        return []
    try:
        file = (await asyncio.to_thread(load_policy, settings.policy_file)).file
    except PolicyError:  # said with the policy
        return []
    named = {to.partition(":")[0] for part in file.notifications for to in part.to}
    found = [_routes(settings, file)]
    if not named and settings.smtp_url is None and settings.pagerduty_routing_key is None:
        return [*found, _heartbeat(settings)]
    found += await _mail(settings, needed="email" in named)
    found += await _pagerduty(settings, needed="pagerduty" in named)
    found += _webhook(settings, needed="webhook" in named)
    return [*found, _heartbeat(settings)]


def _routes(settings: Settings, file: PolicyFile) -> Line:
    """What is critical must get through without Slack."""
    routes = file.notifications
    if not routes:
        return off(
            "notifications", f"no routes in the policy: nobody hears of anything outside of Slack; {PAGE}"
        )
    apart = {
        to for part in routes for to in part.to if to.partition(":")[0] in {"email", "webhook", "pagerduty"}
    }
    if not apart and settings.pagerduty_routing_key is None:
        text = "every route leads to Slack: while it is away nobody hears of what is critical"
        return wrong(
            "notifications", text, "add an email: or pagerduty to a route, or set PAGERDUTY_ROUTING_KEY"
        )
    return fine("notifications", f"{len(routes)} routes")


async def _mail(settings: Settings, *, needed: bool) -> list[Line]:
    if settings.smtp_url is None:
        missing = wrong(
            "mail", "a route leads to e-mail, and SMTP_URL is not set", f"set SMTP_URL and SMTP_FROM; {PAGE}"
        )
        return [missing if needed else off("mail", "no SMTP_URL: no e-mail")]
    if not settings.smtp_from:
        return [wrong("mail", "SMTP_URL is set, SMTP_FROM is not: nothing can be sent", "set SMTP_FROM")]
    from bot.notify.email import Email
    from bot.notify.mailserver import read_smtp_url
    from tools.errors import ToolError

    server = read_smtp_url(settings.smtp_url.get_secret_value())
    try:
        await Email(server, settings.smtp_from, settings.smtp_ca_file).greet()
    except ToolError as error:
        return [wrong("mail", error.reason, "check SMTP_URL, SMTP_CA_FILE and the server")]
    how = {"implicit": "TLS", "starttls": "STARTTLS", "none": "no TLS, this machine"}[server.tls]
    signed_in = ", signed in" if server.user else ""
    return [fine("mail", f"the server answers ({how}{signed_in}); {PROOF}")]


async def _pagerduty(settings: Settings, *, needed: bool) -> list[Line]:
    key = settings.pagerduty_routing_key
    if key is None:
        missing = wrong(
            "pagerduty", "a route leads to it, and PAGERDUTY_ROUTING_KEY is not set", f"set it; {PAGE}"
        )
        return [missing if needed else off("pagerduty", "no PAGERDUTY_ROUTING_KEY: nobody is paged")]
    if len(key.get_secret_value()) != KEY:
        text = f"PAGERDUTY_ROUTING_KEY: an integration key has {KEY} characters"
        return [wrong("pagerduty", text, "copy the key of an Events API v2 integration")]
    if not await _answers(settings.pagerduty_events_url):
        return [
            wrong("pagerduty", "PAGERDUTY_EVENTS_URL cannot be reached", "check the address and the network")
        ]
    return [fine("pagerduty", f"reached; {PROOF}")]


async def _answers(address: str) -> bool:
    """Whatever it says."""
    import aiohttp

    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
            http.get(address, allow_redirects=False),
        ):
            return True
    except (TimeoutError, aiohttp.ClientError, OSError):
        return False


def _webhook(settings: Settings, *, needed: bool) -> list[Line]:
    if settings.notify_webhook_secret is not None:
        return [fine("webhooks out", f"signed; {PROOF}")]
    if needed:
        text = "a route leads to a webhook, and NOTIFY_WEBHOOK_SECRET is not set: nothing leaves unsigned"
        return [wrong("webhooks out", text, f"set it; {PAGE}")]
    return []


def _heartbeat(settings: Settings) -> Line:
    if settings.heartbeat_url is None:
        return off("heartbeat", "no HEARTBEAT_URL: nobody outside hears when the bot is gone")
    return fine("heartbeat", "its address is fetched each minute while the bot is ready")
