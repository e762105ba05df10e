"""One request through every gate: route, fault, signature, parameters, retry token, service, shape, page."""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web

from sandbox.oci.api import inputs, paging
from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.api.faults import Fault, Faults
from sandbox.oci.api.record import Record as Calls
from sandbox.oci.api.routes import Match, Routes
from sandbox.oci.api.tokens import Kept, RetryTokens, fingerprint
from sandbox.oci.api.unknown import with_unknown
from sandbox.oci.errors import Refused, not_served
from sandbox.oci.sdk import shapes
from sandbox.oci.signing.principals import Principal, Principals
from sandbox.oci.signing.signature import Received
from sandbox.oci.tenancy.tenancy import Tenancy

REQUEST_ID: Final = "opc-request-id"
RETRY_TOKEN: Final = "opc-retry-token"  # noqa: S105 - a header's name
_log: Final = logging.getLogger("sandbox.oci")
Told = Callable[[Call, str, Answer | Refused], None]


class Front:
    """`told` hears of every authenticated call; `kept` is called after a call that changed something."""

    def __init__(
        self,
        tenancy: Tenancy,
        principals: Principals,
        services: Mapping[str, Table],
        *,
        told: Told,
        kept: Callable[[], None],
        tokens: RetryTokens,
        speed: float = 1.0,
    ) -> None:
        self.faults = Faults()
        self.calls = Calls()
        self._tenancy, self._principals, self._services = tenancy, principals, services
        self._routes = Routes(services)
        self._told, self._kept, self._tokens, self._speed = told, kept, tokens, speed

    async def handle(self, request: web.Request) -> web.StreamResponse:
        request_id = _request_id(request.headers.get(REQUEST_ID, ""))
        received = await _received(request)
        match: Match | None = None
        try:
            match = self._routes.match(received.method, received.target)
            answer = await self._faulty(match, request, received, request_id)
        except Refused as refused:
            answer = _refusal(refused)
        answer.headers[REQUEST_ID] = request_id
        answer.headers["Date"] = email.utils.formatdate(self._tenancy.records.now(), usegmt=True)
        self.calls.add(received, match.operation if match else None, answer.status, request_id)
        return answer

    async def _faulty(
        self, match: Match, request: web.Request, received: Received, request_id: str
    ) -> web.Response:
        profile = self._principals.profile(received)
        fault = self.faults.take(match.operation.service, match.operation.name, profile)
        if fault is None:
            return self._answer(match, request, received, request_id)
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.drop == "before":
            return _cut(request)
        if fault.status:
            raise fault.refusal()
        answer = self._answer(match, request, received, request_id, fault)
        return _cut(request) if fault.drop == "after" else answer

    def _answer(
        self,
        match: Match,
        request: web.Request,
        received: Received,
        request_id: str,
        fault: Fault | None = None,
    ) -> web.Response:
        now = self._tenancy.records.now()
        who = self._principals.who(received, now)
        self._tenancy.records.settle()
        call = self._call(match, request, received, who, fails=fault is not None and fault.fails)
        try:
            return self._done(call, received, request_id)
        except Refused as refused:
            self._told(call, request_id, refused)
            raise
        finally:
            if self._tenancy.records.unsaved:
                self._kept()

    def _call(
        self, match: Match, request: web.Request, received: Received, who: Principal, *, fails: bool
    ) -> Call:
        return Call(
            self._tenancy, match.operation, who, match.path, dict(request.query), received.headers,
            raw=received.body, now=self._tenancy.records.now(), speed=self._speed, fails=fails,
        )  # fmt: skip

    def _done(self, call: Call, received: Received, request_id: str) -> web.Response:
        operation = call.operation
        service = self._services[operation.service].get(operation.name)
        if service is None:
            raise not_served(f"{operation.client}.{operation.name}")
        inputs.check_query(operation, call.query)
        call.body.update(inputs.read_body(operation, call.raw))
        token = self._token(call)
        print_ = fingerprint(received.method, received.target, received.body)
        if token and (seen := self._tokens.seen(call.who.user, token, print_, call.now)):
            self._told(call, request_id, Answer(None))
            return _ok(seen.body, dict(seen.headers))
        answer = service(call)
        body, headers = _written(call, answer)
        if token:
            self._tokens.keep(call.who.user, token, Kept(call.now, print_, body, dict(headers)))
        self._told(call, request_id, answer)
        return _ok(body, headers)

    def _token(self, call: Call) -> str:
        taken = RETRY_TOKEN in call.operation.parameters.headers
        return call.headers.get(RETRY_TOKEN, "") if taken else ""


async def _received(request: web.Request) -> Received:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(request.method, request.raw_path, headers, await request.read())


def _written(call: Call, answer: Answer) -> tuple[str, dict[str, str]]:
    """The answer's text and headers; an answer that the SDK's model does not describe is a defect of ours."""
    headers = dict(answer.headers)
    if answer.record is not None:
        headers["etag"] = answer.record.etag
    data: Any = answer.data
    operation = call.operation
    if operation.pages and paging.paged(data):
        data, more = paging.page(data, call.query, answer.page_size)
        headers |= more
    for problem in shapes.faults(operation.service, operation.parameters.response, data):
        _log.error("%s answers what the SDK does not know: %s", operation.name, problem)
        raise Refused(500, "InternalServerError", f"{operation.name}: {problem}")
    return json.dumps(with_unknown(data)), headers


def _ok(body: str, headers: dict[str, str]) -> web.Response:
    return web.Response(text=body, headers=headers, content_type="application/json")


def _refusal(refused: Refused) -> web.Response:
    body = {"code": refused.code, "message": refused.message}
    return web.json_response(body, status=refused.status, headers=refused.headers)


def _cut(request: web.Request) -> web.Response:
    """The connection is gone; the answer that is returned has nowhere to go."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


def _request_id(theirs: str) -> str:
    """The client's own id, with what two of our servers add."""
    first = theirs.partition("/")[0] or uuid.uuid4().hex.upper()
    return f"{first}/{uuid.uuid4().hex.upper()}/{uuid.uuid4().hex.upper()}"
