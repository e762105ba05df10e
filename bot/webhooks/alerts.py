"""`POST /webhooks/{oci,alertmanager,grafana,generic}`: alerts of monitoring systems, stored before they are acknowledged. Nothing is stored unproven."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from agents.triage.alert import Source, Unreadable
from agents.triage.desk import Desk
from bot.metrics import ALERTS
from bot.settings import Settings
from bot.web import Web
from bot.webhooks.topics import Topics
from storage.errors import StoreUnavailable

log = structlog.get_logger(__name__)
KIND, MESSAGE, TOPIC = "X-OCI-NS-MessageType", "X-OCI-NS-MessageId", "X-OCI-NS-TopicOcid"
AGAIN = {"Retry-After": "30"}


@dataclass
class AlertHook:
    """Answers 202 stored or told before, 400 no alert, 401 unproven, 403 a topic that is not allowed, 503 try again."""

    desk: Desk
    secrets: Mapping[Source, SecretStr]
    topics: Topics

    def serve(self, server: Web) -> None:
        for source in self.secrets:
            server.post(f"/webhooks/{source}", self.hear)

    async def hear(self, request: web.Request) -> web.Response:
        source: Source = request.path.rpartition("/")[2]  # type: ignore[assignment] # only its own routes lead here
        if not proven(request.headers.get("Authorization", ""), self.secrets[source].get_secret_value()):
            return _said(source, 401, "the secret is wrong or missing")
        if source == "oci" and not self.topics.allowed(request.headers.get(TOPIC, "")):
            return _said(source, 403, "this topic is not among OCI_ALARM_TOPICS")
        try:
            body = json.loads(await request.read())  # the server stops at its own limit and answers 413
        except (ValueError, RecursionError):
            return _said(source, 400, "the body is no JSON")
        if source == "oci" and request.headers.get(KIND) == "SubscriptionConfirmation":
            return await self._confirm(request.headers, body)
        return await self._take(source, body, request.headers.get(MESSAGE, ""))

    async def _confirm(self, headers: Mapping[str, str], body: Any) -> web.Response:
        named = body.get("ConfirmationURL") if isinstance(body, dict) else ""
        done = await self.topics.confirm(str(headers.get("X-OCI-NS-ConfirmationURL") or named or ""))
        log.info("topic confirmed" if done else "topic not confirmed", topic=headers.get(TOPIC, "")[:200])
        return _said("oci", 202 if done else 400, "confirmed" if done else "the address is not Oracle's, or did not answer")  # fmt: skip

    async def _take(self, source: Source, body: Any, key: str) -> web.Response:
        try:
            heard = await self.desk.hear(source, body, key[:200])
        except Unreadable as error:
            return _said(source, 400, str(error))
        except StoreUnavailable:
            return _said(source, 503, "try again", AGAIN)
        return _said(source, 202, "stored" if heard.new else "told before")


def secrets_of(settings: Settings) -> dict[Source, SecretStr]:
    """Sources without a secret are not heard at all."""
    named: dict[Source, SecretStr | None] = {
        "oci": settings.webhook_secret_oci,
        "alertmanager": settings.webhook_secret_alertmanager,
        "grafana": settings.webhook_secret_grafana,
        "generic": settings.webhook_secret_generic,
    }
    return {source: secret for source, secret in named.items() if secret is not None}


def proven(header: str, secret: str) -> bool:
    """`Bearer <secret>`, or Basic with the secret as password, which is all that Oracle's notifications can send."""
    kind, _, token = header.strip().partition(" ")
    given = token.strip() if kind.lower() == "bearer" else _password(token) if kind.lower() == "basic" else ""
    return bool(secret) and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def _password(token: str) -> str:
    try:
        return base64.b64decode(token.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _said(source: str, status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    ALERTS.labels(source, str(status)).inc()
    return web.json_response({"result": text}, status=status, headers=headers)
