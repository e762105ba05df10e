"""The door of the Web API: arguments, token, scopes, ordered faults, the method, the answer, the log of calls."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from aiohttp import web

from sandbox.slack.api import METHODS
from sandbox.slack.api.args import read_args
from sandbox.slack.api.registry import Call, Method, need_scope
from sandbox.slack.core.args import Args
from sandbox.slack.core.calls import CallRow
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.faults import Fault
from sandbox.slack.workspace import Json, Workspace

NO_FAULT: Final = Fault(times=0)


class Front:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name, began = request.match_info["method"], time.monotonic()
        fault = self._workspace.faults.take(name) or NO_FAULT
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.drop_socket == "before":
            return _dropped(request)
        try:
            args = await read_args(request)
            answer = await self._answer(request, name, args, fault)
        except SlackError as error:
            args, answer = dict(request.query), _refusal(error)
        response = self._response(answer, fault)
        self._log(name, args, answer, response.status, began)
        return _dropped(request) if fault.drop_socket == "after" else response

    async def _answer(self, request: web.Request, name: str, args: Json, fault: Fault) -> Json:
        if fault.error or fault.status:
            return {"ok": False, "error": fault.error or "internal_error"}
        found = METHODS.get(name)
        if found is None:
            return _refusal(SlackError("unknown_method", req_method=name))
        try:
            self._check_token(found, _token(request, args))
            need_scope(self._workspace, *found.scopes)
            wait = self._wait(name, args)
            if wait:
                return {"ok": False, "error": "ratelimited", "retry_after": wait}
            return {"ok": True, **await found.handler(Call(self._workspace, name, Args(args)))}
        except SlackError as error:
            return _refusal(error)

    def _check_token(self, method: Method, token: str) -> None:
        """Each method takes one kind of token; a wrong kind is told apart from a wrong token."""
        known = {self._workspace.bot_token: "bot", self._workspace.app_token: "app"}
        if method.kind == "none":
            return
        if not token:
            raise SlackError("not_authed")
        if token not in known:
            raise SlackError("invalid_auth")
        if known[token] != method.kind:
            raise SlackError("not_allowed_token_type")

    def _wait(self, name: str, args: Json) -> int:
        limiter = self._workspace.limiter
        return limiter.wait_for(name, str(args.get("channel", ""))) if limiter else 0

    def _response(self, answer: Json, fault: Fault) -> web.Response:
        headers = {"x-oauth-scopes": ",".join(sorted(self._workspace.manifest.scopes))}
        status = fault.status or 200
        if answer.get("error") == "ratelimited":
            status, headers["Retry-After"] = 429, str(fault.retry_after or answer.pop("retry_after", 1))
        elif status == 429:
            answer["error"], headers["Retry-After"] = "ratelimited", str(fault.retry_after or 1)
        return web.json_response(answer, status=status, headers=headers)

    def _log(self, name: str, args: Json, answer: Json, status: int, began: float) -> None:
        shown = {key: value for key, value in args.items() if key != "token"}
        took = round((time.monotonic() - began) * 1000, 2)
        error = str(answer.get("error") or "")
        self._workspace.calls.add(
            CallRow(time.time(), name, shown, ok=bool(answer["ok"]), error=error, status=status, ms=took)
        )


def _token(request: web.Request, args: Json) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else str(args.get("token") or "")


def _refusal(error: SlackError) -> Json:
    return {"ok": False, "error": error.code, **error.extra}


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
