"""One request through every gate: route, fault, signature, parameters, retry token, service, shape, page."""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from sandbox.oci.api import inputs, paging
from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.api.faults import Fault, Faults
from sandbox.oci.api.record import Record as Calls
from sandbox.oci.api.routes import Match, Routes
from sandbox.oci.api.tokens import Kept, RetryTokens, fingerprint
from sandbox.oci.api.unknown import with_unknown
from sandbox.oci.errors import Refused, not_authenticated, not_served
from sandbox.oci.sdk import shapes
from sandbox.oci.signing.principals import SESSION, Principal, Principals
from sandbox.oci.signing.signature import Received
from sandbox.oci.tenancy.region import IDENTITY, Region
from sandbox.oci.tenancy.tenancy import Tenancy

REQUEST_ID: Final = "opc-request-id"
RETRY_TOKEN: Final = "opc-retry-token"  # noqa: S105 - a header's name
_log: Final = logging.getLogger("sandbox.oci")
Told = Callable[[Call, str, Answer | Refused], None]


class Front:
    """`regions` by name, the first is home. `told` hears of every authenticated call."""

    def __init__(
        self,
        regions: Mapping[str, Region],
        principals: Principals,
        services: Mapping[str, Table],
        *,
        told: Told,
        speed: float = 1.0,
    ) -> None:
        self.faults = Faults()
        self.calls = Calls()
        self._regions, self._home = regions, next(iter(regions))
        self._principals, self._services = principals, services
        self._routes = Routes(services, regions)
        self._told, self._speed = told, speed

    async def handle(self, request: web.Request, under: str = "") -> web.StreamResponse:
        """`under` is put before the path: a place that serves one part alone has no prefix."""
        request_id = _request_id(request.headers.get(REQUEST_ID, ""))
        received = await _received(request)
        match: Match | None = None
        try:
            match = self._routes.match(received.method, under + received.target)
            answer = await self._faulty(match, request, received, request_id)
        except Refused as refused:
            answer = _refusal(refused)
        answer.headers[REQUEST_ID] = request_id
        answer.headers["Date"] = email.utils.formatdate(self._now(), usegmt=True)
        self.calls.add(received, match.operation if match else None, answer.status, request_id)
        return answer

    async def _faulty(
        self, match: Match, request: web.Request, received: Received, request_id: str
    ) -> web.Response:
        profile = self._principals.profile(received)
        region = match.region or self._home
        fault = self.faults.take(match.operation.service, match.operation.name, profile, region)
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
        region = self._regions[match.region or self._home]
        records = region.tenancy.records
        who = self._principals.who(received, records.now())
        if self._principals.profile(received) != SESSION and not self._signs(who):
            raise not_authenticated()
        records.settle()
        fails = fault is not None and fault.fails
        call = self._call(match, request, received, who, region.tenancy, fails=fails)
        try:
            return self._done(call, region.tokens, received, request_id)
        except Refused as refused:
            self._tell(call, request_id, refused)
            raise
        finally:
            if records.unsaved:
                region.keep()

    def _signs(self, who: Principal) -> bool:
        """Whether its key is still there: a key that was deleted signs nothing any more."""
        return who.key_id in self._regions[self._home].tenancy.records.by_id

    def _call(
        self,
        match: Match,
        request: web.Request,
        received: Received,
        who: Principal,
        tenancy: Tenancy,
        *,
        fails: bool,
    ) -> Call:
        return Call(
            tenancy, match.operation, who, match.path, dict(request.query), received.headers,
            raw=received.body, now=tenancy.records.now(), speed=self._speed, fails=fails,
        )  # fmt: skip

    def _done(self, call: Call, tokens: RetryTokens, received: Received, request_id: str) -> web.Response:
        operation = call.operation
        service = self._services[operation.service].get(operation.name)
        if service is None:
            raise not_served(f"{operation.client}.{operation.name}")
        inputs.check_query(operation, call.query)
        call.body.update(inputs.read_body(operation, call.raw))
        token = self._token(call)
        print_ = fingerprint(received.method, received.target, received.body)
        if token and (seen := tokens.seen(call.who.user, token, print_, call.now)):
            self._tell(call, request_id, Answer(None))
            return _ok(seen.body, dict(seen.headers))
        answer = service(call)
        body, headers = _written(call, answer)
        if token:
            tokens.keep(call.who.user, token, Kept(call.now, print_, body, dict(headers)))
        self._tell(call, request_id, answer)
        return _ok(body, headers)

    def _tell(self, call: Call, request_id: str, outcome: Answer | Refused) -> None:
        """Identity is one for all regions, and its audit is the home region's."""
        home = self._regions[self._home].tenancy
        self._told(replace(call, tenancy=home) if call.service == IDENTITY else call, request_id, outcome)

    def _now(self) -> float:
        return self._regions[self._home].tenancy.records.now()

    def _token(self, call: Call) -> str:
        taken = RETRY_TOKEN in call.operation.parameters.headers
        return call.headers.get(RETRY_TOKEN, "") if taken else ""


async def _received(request: web.Request) -> Received:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(request.method, request.raw_path, headers, await request.read())


def _written(call: Call, answer: Answer) -> tuple[str | bytes, dict[str, str]]:
    """The answer's text and headers; an answer that the SDK's model does not describe is a defect of ours."""
    headers = dict(answer.headers)
    if answer.record is not None:
        headers["etag"] = answer.record.etag
    data: Any = answer.data
    operation = call.operation
    if isinstance(data, bytes) and operation.parameters.response in {"stream", "bytes"}:
        return data, headers
    if operation.pages and paging.paged(data):
        data, more = paging.page(data, call.query, answer.page_size)
        headers |= more
    for problem in shapes.faults(operation.service, operation.parameters.response, data):
        _log.error("%s answers what the SDK does not know: %s", operation.name, problem)
        raise Refused(500, "InternalServerError", f"{operation.name}: {problem}")
    if isinstance(data, str) and operation.parameters.response in {"stream", "bytes"}:
        return data, headers
    return json.dumps(with_unknown(data)), headers


def _ok(body: str | bytes, headers: dict[str, str]) -> web.Response:
    if isinstance(body, bytes):
        return web.Response(body=body, headers=headers, content_type="application/octet-stream")
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
