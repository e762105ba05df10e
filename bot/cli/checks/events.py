"""Signed HTTP: does the address that Slack would call lead to a bot with our signing secret?"""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from bot.settings import Settings

START = "start the bot, lead PUBLIC_URL to HTTP_HOST and HTTP_PORT, and ask again"
SECRET = "copy the signing secret of the app, and start the bot again"  # noqa: S105 - words


async def events(settings: Settings) -> Line:
    """Sends the challenge that Slack sends when an address is registered."""
    from bot.signed import PATH

    if not settings.public_url:
        return wrong("events", "PUBLIC_URL: missing with SLACK_MODE=http", "set where Slack reaches the bot")
    address = urljoin(settings.public_url, PATH)
    challenge = secrets.token_hex(16)
    status, said = await _asked(settings, address, challenge)
    if status == HTTPStatus.UNAUTHORIZED:
        return wrong("events", f"SLACK_SIGNING_SECRET: the bot behind {address} has another", SECRET)
    if status == HTTPStatus.OK and challenge in said:
        return fine("events", f"{address} answers Slack's challenge")
    if status in {0, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}:
        return off("events", f"no bot answers behind {address} yet; {START}")
    return wrong("events", f"PUBLIC_URL: {address} answers {status}, not the challenge", START)


async def _asked(settings: Settings, address: str, challenge: str) -> tuple[int, str]:
    """Status and body; 0 when nobody is there."""
    import aiohttp
    from slack_sdk.signature import SignatureVerifier

    secret = settings.slack_signing_secret
    body = json.dumps({"type": "url_verification", "challenge": challenge})
    verifier = SignatureVerifier(secret.get_secret_value() if secret else "")
    stamp = str(int(verifier.clock.now()))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": verifier.generate_signature(timestamp=stamp, body=body) or "",
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
            http.post(address, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.text()
    except (TimeoutError, aiohttp.ClientError, OSError):
        return 0, ""
