"""One server for all of them. It remembers what came and can be told to fail.

- `POST /v2/enqueue` as PagerDuty's Events API v2: an alert a dedup key, triggered, acknowledged, resolved.
- `POST /hook` verifies as Standard Webhooks says: HMAC-SHA256 over `<id>.<timestamp>.<body>`, not older than five minutes.
- `GET /heartbeat` counts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.listening import Listener, Running

OLDEST_S = 300.0
SEVERITIES = frozenset({"critical", "error", "warning", "info"})
STATES = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}


@dataclass
class Alert:
    """`triggers` counts how often it was triggered; of one key there is one alert, as at PagerDuty."""

    summary: str
    severity: str
    state: str = "triggered"
    triggers: int = 1


@dataclass
class Receivers(Running):
    """`secret` is `whsec_<base64>`. `hooks` are bodies by webhook id, each once; `tries` counts all that came."""

    secret: str = "whsec_" + base64.b64encode(b"k" * 32).decode()
    alerts: dict[str, Alert] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    tries: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    beats: int = 0
    port: int = 0
    _next: dict[str, list[tuple[int, Mapping[str, str]]]] = field(default_factory=lambda: defaultdict(list))
    _listener: Listener = field(default_factory=Listener)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str, *statuses: int, headers: Mapping[str, str] | None = None) -> None:
        """The next ones that come there are answered so."""
        self._next[path] += [(status, headers or {}) for status in statuses]

    async def start(self) -> None:
        app = web.Application()
        app.add_routes(
            [
                web.post("/v2/enqueue", self._enqueue),
                web.post("/hook", self._hook),
                web.get("/heartbeat", self._beat),
            ]
        )
        self.port = await self._listener.open(app, self.port)

    async def stop(self) -> None:
        await self._listener.close()

    def _told(self, request: web.Request) -> web.Response | None:
        self.tries.append((request.path, dict(request.headers)))
        if not self._next[request.path]:
            return None
        status, headers = self._next[request.path].pop(0)
        return web.json_response({"status": "as told"}, status=status, headers=headers)

    async def _enqueue(self, request: web.Request) -> web.Response:
        if (told := self._told(request)) is not None:
            return told
        event = json.loads(await request.read())
        if (wrong := _wrong(event)) is not None:
            return web.json_response(
                {"status": "invalid event", "message": "Event object is invalid", "errors": [wrong]},
                status=400,
            )
        self.events.append(event)
        key = event["dedup_key"]
        self._apply(event, key)
        return web.json_response(
            {"status": "success", "message": "Event processed", "dedup_key": key}, status=202
        )

    def _apply(self, event: dict[str, Any], key: str) -> None:
        """An acknowledgement or an end of what is not open is taken and does nothing."""
        alert = self.alerts.get(key)
        if event["event_action"] != "trigger":
            if alert is not None and alert.state != "resolved":
                alert.state = STATES[event["event_action"]]
        elif alert is None or alert.state == "resolved":
            self.alerts[key] = Alert(event["payload"]["summary"], event["payload"]["severity"])
        else:
            alert.triggers += 1

    async def _hook(self, request: web.Request) -> web.Response:
        if (told := self._told(request)) is not None:
            return told
        body = await request.read()
        if not self._proven(request.headers, body):
            return web.json_response({"error": "not signed with our secret"}, status=401)
        self.hooks.setdefault(request.headers["webhook-id"], json.loads(body))
        return web.json_response({"ok": True})

    def _proven(self, headers: Mapping[str, str], body: bytes) -> bool:
        name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not name or not stamp.isdigit() or abs(time.time() - int(stamp)) > OLDEST_S:
            return False
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
        wanted = f"v1,{base64.b64encode(digest).decode()}"
        return any(
            hmac.compare_digest(wanted, given) for given in headers.get("webhook-signature", "").split(" ")
        )

    async def _beat(self, request: web.Request) -> web.Response:
        if (told := self._told(request)) is not None:
            return told
        self.beats += 1
        return web.Response(text="OK")


def _wrong(event: dict[str, Any]) -> str | None:
    """As PagerDuty checks it."""
    if len(str(event.get("routing_key", ""))) != 32:
        return "'routing_key' is not a valid key: 32 characters"
    if event.get("event_action") not in STATES:
        return "'event_action' is not one of trigger, acknowledge, resolve"
    if not 0 < len(str(event.get("dedup_key", ""))) <= 255:
        return "'dedup_key' is missing or longer than 255"
    if event["event_action"] != "trigger":
        return None
    payload = event.get("payload") or {}
    if not 0 < len(str(payload.get("summary", ""))) <= 1024:
        return "'payload.summary' is missing, blank or longer than 1024"
    if payload.get("severity") not in SEVERITIES:
        return "'payload.severity' is invalid (must be one of critical, error, warning, info)"
    return None if payload.get("source") else "'payload.source' is missing or blank"
