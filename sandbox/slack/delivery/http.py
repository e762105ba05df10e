"""Signed HTTP: each request carries the v0 signature over its raw body.

To Slack an app has one address. Several stand for what is behind a balancer there: they take turns, and one that does not
listen is passed over.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import urllib.parse
from collections import deque
from typing import Any

import aiohttp

from sandbox.slack.delivery.transport import Answer, Envelope


class SignedHttp:
    name = "http"

    def __init__(self, *addresses: str, secret: str) -> None:
        self._addresses = deque(addresses)
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, envelope: Envelope, seconds: float) -> Answer:
        kind, body = _encoded(envelope)
        headers = {"Content-Type": kind, **self._signed(body)}
        if envelope.retry:
            headers |= {"X-Slack-Retry-Num": str(envelope.retry), "X-Slack-Retry-Reason": envelope.reason}
        try:
            async with asyncio.timeout(seconds):
                return await self._post(body, headers)
        except TimeoutError:
            return Answer(error="operation_timeout")
        except aiohttp.ClientError:
            return Answer(error="dispatch_failed")

    async def verify(self, token: str) -> bool:
        """The handshake when an address is registered: the app echoes the challenge."""
        challenge = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()
        body = json.dumps({"token": token, "challenge": challenge, "type": "url_verification"}).encode()
        try:
            answer = await self._post(body, {"Content-Type": "application/json", **self._signed(body)})
        except aiohttp.ClientError:
            return False
        echoed = answer.body.get("challenge") if isinstance(answer.body, dict) else answer.body
        return not answer.error and echoed == challenge

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        for _ in range(len(self._addresses) - 1):
            try:
                return await self._sent(self._session, body, headers)
            except aiohttp.ClientConnectorError:
                continue
        return await self._sent(self._session, body, headers)

    async def _sent(self, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str]) -> Answer:
        self._addresses.rotate(-1)
        async with session.post(self._addresses[-1], data=body, headers=headers) as response:
            text = await response.text()
            if response.status != 200:
                return Answer(error="dispatch_failed", give_up="X-Slack-No-Retry" in response.headers)
            return Answer(body=_decoded(text))

    def _signed(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        base = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _encoded(envelope: Envelope) -> tuple[str, bytes]:
    form = "application/x-www-form-urlencoded"
    if envelope.type == "events_api":
        return "application/json", json.dumps(envelope.payload).encode()
    if envelope.type == "slash_commands":
        return form, urllib.parse.urlencode(envelope.payload).encode()
    return form, urllib.parse.urlencode({"payload": json.dumps(envelope.payload)}).encode()


def _decoded(text: str) -> Any:
    """An ack's body is JSON or plain text; nothing means that nothing is said."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
