"""`POST /webhooks/deploy/<system>`: a deploy that another system tells us of, stored once. Nothing is stored unproven."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import get_args

import structlog
from aiohttp import web
from pydantic import SecretStr

from agents.deploys import DeployLog
from bot.metrics import DEPLOYS
from bot.web import Web
from bot.webhooks.payloads import event
from bot.webhooks.proof import System, proven
from storage.clock import Clock
from storage.errors import StoreUnavailable

log = structlog.get_logger()
PATH = "/webhooks/deploy/{system}"


@dataclass
class DeployHook:
    """Answers 202 stored or told before, 200 no deploy, 400 no JSON, 401 unproven, 404 no such system, 503 try again."""

    log: DeployLog
    clock: Clock
    secret: SecretStr

    def serve(self, server: Web) -> None:
        server.post(PATH, self.hear)

    async def hear(self, request: web.Request) -> web.Response:
        named = request.match_info["system"]
        system = next((one for one in get_args(System) if one == named), None)
        if system is None:
            return _said("unknown", 404, "no such system: github, gitlab, argocd, flux or generic")
        body = await request.read()  # the server stops at its own limit and answers 413
        if not proven(system, request.headers, body, self.secret.get_secret_value()):
            return _said(system, 401, "not signed with our secret")
        return await self._take(system, request, body)

    async def _take(self, system: System, request: web.Request, body: bytes) -> web.Response:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return _said(system, 400, "the body is no JSON")
        if not isinstance(found, dict):
            return _said(system, 400, "the body is no JSON object")
        told = event(system, request.headers, found, self.clock.now())
        if told is None:
            return _said(system, 200, "no deploy")
        try:
            new = await self.log.hear(told)
        except StoreUnavailable:
            return _said(system, 503, "try again", retry_after="30")
        log.info("deploy told", system=system, new=new)
        return _said(system, 202, "stored" if new else "told before")


def _said(system: str, status: int, text: str, retry_after: str = "") -> web.Response:
    DEPLOYS.labels(system, str(status)).inc()
    headers = {"Retry-After": retry_after} if retry_after else {}
    return web.json_response({"result": text}, status=status, headers=headers)
