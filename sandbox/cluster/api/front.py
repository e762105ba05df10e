"""The way of a request: who sends it, who it acts as, may it, do it, note it."""

import asyncio
import logging
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.cluster import errors
from sandbox.cluster.access.attributes import Attributes
from sandbox.cluster.access.rbac import Authorizer
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.faults import Fault, Faults
from sandbox.cluster.api.handlers import Handlers, PageNotFound, Stream
from sandbox.cluster.api.paths import Target, target
from sandbox.cluster.api.plain import Plain
from sandbox.cluster.api.record import Record, Request
from sandbox.cluster.identity.authenticator import Authenticator
from sandbox.cluster.identity.impersonation import impersonated, refusal
from sandbox.cluster.identity.users import ANONYMOUS, User
from sandbox.cluster.kept import Kept
from sandbox.cluster.metadata import name_of, namespace_of

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

log = logging.getLogger(__name__)
STREAMED = ("exec", "attach", "portforward")  # opened by a GET that upgrades, allowed as a create since 1.35
NOT_FOUND = b"404 page not found\n"


@dataclass
class Progress:
    """One request, filled in on its way; becomes a line of the record."""

    request: web.Request
    audit_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    caller: User = ANONYMOUS
    user: User = ANONYMOUS
    goal: Target | None = None
    dry_run: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def verb(self) -> str:
        return self.goal.verb if self.goal else self.request.method.lower()


class Dropped(Exception):
    """The connection was broken on purpose."""


class Front:
    def __init__(
        self,
        store: "Store",
        *,
        authenticator: Authenticator,
        authorizer: Authorizer,
        handlers: Handlers,
        plain: Plain,
        record: Record,
        faults: Faults,
    ) -> None:
        self._store = store
        self._authenticator = authenticator
        self._authorizer = authorizer
        self._handlers = handlers
        self._plain = plain
        self._record = record
        self._faults = faults

    async def handle(self, request: web.Request) -> web.StreamResponse:
        progress = Progress(request)
        try:
            result = await self._result(progress)
        except errors.ApiError as problem:
            result = Answer(problem.body(), problem.code)
            return self._sent(progress, result, problem.headers)
        except PageNotFound:
            return self._sent(progress, Answer(NOT_FOUND, 404, "text/plain; charset=utf-8"))
        except Dropped:
            self._note(progress, 0)
            if request.transport:
                request.transport.abort()
            raise asyncio.CancelledError from None
        if isinstance(result, Answer):
            return self._sent(progress, result)
        return await self._streamed(progress, result)

    async def _result(self, progress: Progress) -> Answer | Stream:
        request = progress.request
        progress.goal = target(request.method, request.path, request.query)
        progress.caller = progress.user = self._authenticator.user(request)
        fault = self._faults.take(
            path=request.path, method=request.method, verb=progress.verb, user=progress.caller.name
        )
        raw = await request.read()
        if fault is not None and (early := await self._faulty(fault)):
            return early
        call = self._call(progress, raw, ignored=fault is not None and fault.accept_but_ignore)
        wanted = self._wanted(progress, call)
        progress.user = call.user = impersonated(progress.caller, request.headers, wanted, self._authorizer)
        verdict = self._authorizer.decide(call.user, wanted)
        if not verdict.allowed:
            raise refusal(call.user, wanted, verdict.reason)
        before = self._before(progress.goal) if fault is not None and fault.revert_ms else None
        result = self._handlers.handle(progress.goal, call) if progress.goal else self._plain.answer(call)
        if fault is not None and before is not None:
            asyncio.get_running_loop().call_later(fault.revert_ms / 1000, self._revert, before)
        if fault is not None and fault.drop == "after":
            raise Dropped
        return result

    def _call(self, progress: Progress, raw: bytes, *, ignored: bool) -> Call:
        request = progress.request
        call = Call(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            raw=raw,
            caller=progress.caller,
            user=progress.caller,
            target=progress.goal,
            warnings=progress.warnings,
        )
        progress.dry_run = call.dry_run
        call.ignored = ignored
        return call

    def _wanted(self, progress: Progress, call: Call) -> Attributes:
        goal = progress.goal
        if goal is None:
            return Attributes(verb=call.method.lower(), path=call.path)
        asked = goal.attributes(selected_name=call.selection.name() if goal.verb in ("list", "watch") else "")
        return asked.doing("create") if goal.subresource in STREAMED else asked

    async def _faulty(self, fault: Fault) -> Answer | None:
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.drop == "before":
            raise Dropped
        if not fault.status:
            return None
        body = fault.body if fault.body is not None else {"kind": "Status", "code": fault.status}
        if isinstance(body, str):
            return Answer(body.encode(), fault.status, "text/plain", fault.headers or {})
        return Answer(body, fault.status, headers=fault.headers or {})

    def _before(self, goal: Target | None) -> Kept | None:
        """The object that a request is about, as it is before it."""
        kind = self._store.kinds().find(goal.group, goal.version, goal.resource) if goal else None
        if goal is None or kind is None or not goal.name:
            return None
        return self._store.kept(kind.key, goal.namespace if kind.namespaced else None, goal.name)

    def _revert(self, before: Kept) -> None:
        """Somebody else, such as a controller from a repository, takes a change back."""
        obj = before.obj
        kind = self._store.kinds().of_kind(obj["apiVersion"], obj["kind"])
        if kind is not None and self._store.kept(kind.key, namespace_of(obj) or None, name_of(obj)):
            metadata = {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}
            self._store.replace(kind.key, {**obj, "metadata": metadata}, manager="reverter")

    def _headers(self, progress: Progress, more: dict[str, str]) -> list[tuple[str, str]]:
        fixed = [("Audit-Id", progress.audit_id), ("Cache-Control", "no-cache, private")]
        warned = [("Warning", f'299 - "{_quoted(text)}"') for text in dict.fromkeys(progress.warnings)]
        return [*fixed, *warned, *more.items()]

    def _sent(self, progress: Progress, answer: Answer, more: dict[str, str] | None = None) -> web.Response:
        self._note(progress, answer.status)
        response = web.Response(body=answer.encoded(), status=answer.status)
        if answer.content_type:
            response.headers["Content-Type"] = answer.content_type
        for key, value in self._headers(progress, {**answer.headers, **(more or {})}):
            response.headers.add(key, value)
        return response

    async def _streamed(self, progress: Progress, stream: Stream) -> web.StreamResponse:
        self._note(progress, 200)
        response = web.StreamResponse(headers={"Content-Type": stream.content_type})
        for key, value in self._headers(progress, {}):
            response.headers.add(key, value)
        response.enable_chunked_encoding()
        await response.prepare(progress.request)
        try:
            async for chunk in stream.chunks():
                await response.write(chunk)
            await response.write_eof()
        except ConnectionResetError:
            log.debug("the client of a stream went away")
        return response

    def _note(self, progress: Progress, code: int) -> None:
        goal, request = progress.goal, progress.request
        acted = progress.user.name if progress.user is not progress.caller else ""
        combined = goal.attributes().combined if goal else ""
        self._record.append(
            Request(
                at=self._store.clock.now(),
                audit_id=progress.audit_id,
                user=progress.caller.name,
                impersonated=acted,
                groups=progress.user.groups,
                verb=progress.verb,
                method=request.method,
                path=request.path,
                query=dict(request.query),
                resource=combined,
                namespace=goal.namespace if goal else "",
                name=goal.name if goal else "",
                code=code,
                dry_run=progress.dry_run,
                user_agent=request.headers.get("User-Agent", ""),
            )
        )


def _quoted(text: Any) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"')
