"""An Alertmanager of this machine: which alerts there are, and silences, by its API of version 2."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from sandbox.listening import Listener

Json = dict[str, Any]
HOLDS_S: Final = 240.0  # how long an alert stands that nobody repeats
WRITES: Final = frozenset({"POST", "DELETE"})


@dataclass
class Trouble:
    """On order, for every request of those methods until it is cleared."""

    refused: frozenset[str] = frozenset()  # answered with 403
    ignored: bool = False  # answered as if it were done, and nothing comes of it
    lost: bool = False  # done, and the connection breaks before the answer, once


@dataclass
class Alertmanager:
    """`alerts` gives those that fire, or only their labels; `now` is its clock, in seconds. Silences end with the process."""

    alerts: Callable[[], Iterable[Json]]
    now: Callable[[], float] = time.time
    port: int = 0
    silences: dict[str, Json] = field(default_factory=dict)
    trouble: Trouble = field(default_factory=Trouble)
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    _listener: Listener = field(default_factory=Listener)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application(middlewares=[self._troubled])
        app.router.add_get("/api/v2/alerts", self._alerts)
        app.router.add_get("/api/v2/silences", self._list)
        app.router.add_post("/api/v2/silences", self._create)
        app.router.add_delete("/api/v2/silence/{id}", self._expire)
        self.port = await self._listener.open(app, self.port)

    async def stop(self) -> None:
        await self._listener.close()

    @web.middleware
    async def _troubled(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.method in self.trouble.refused:
            answer: web.StreamResponse = web.Response(status=403, text="forbidden")
        else:
            answer = await handler(request)
            if self.trouble.lost and request.method in WRITES:
                self.trouble.lost = False
                if request.transport is not None:
                    request.transport.abort()
        self.calls.append((request.method, request.path, answer.status))
        return answer

    async def _alerts(self, request: web.Request) -> web.Response:
        del request
        rows = [self._row(one if "labels" in one else {"labels": one}) for one in self.alerts()]
        return web.json_response(rows)

    def _row(self, one: Json) -> Json:
        """Everything that the API promises of an alert."""
        labels, now = dict(one["labels"]), _stamp(self.now())
        return {
            "labels": labels,
            "annotations": dict(one.get("annotations") or {}),
            "fingerprint": uuid.uuid5(uuid.NAMESPACE_OID, str(sorted(labels.items()))).hex[:16],
            "startsAt": one.get("startsAt") or now,
            "updatedAt": now,
            "endsAt": _stamp(self.now() + HOLDS_S),
            "generatorURL": "",
            "receivers": [{"name": "default"}],
            "status": self._status(labels),
        }

    def _status(self, labels: Json) -> Json:
        by = [
            ident
            for ident, one in self.silences.items()
            if self._state(one) == "active" and _matches(one, labels)
        ]
        return {"state": "suppressed" if by else "active", "silencedBy": by, "inhibitedBy": []}

    def silenced(self, labels: Json) -> bool:
        return bool(self._status(labels)["silencedBy"])

    async def _list(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(
            [one | {"status": {"state": self._state(one)}} for one in self.silences.values()]
        )

    async def _create(self, request: web.Request) -> web.Response:
        body: Json = await request.json()
        if problem := _problem(body):
            return web.json_response(problem, status=400)
        ident = str(uuid.uuid4())
        if not self.trouble.ignored:
            self.silences[ident] = body | {"id": ident, "updatedAt": _stamp(self.now())}
        return web.json_response({"silenceID": ident})

    async def _expire(self, request: web.Request) -> web.Response:
        found = self.silences.get(request.match_info["id"])
        if found is None:
            return web.Response(status=404)
        if not self.trouble.ignored:
            found["endsAt"] = _stamp(self.now())
        return web.Response()

    def _state(self, one: Json) -> str:
        now = self.now()
        if _seconds(one["endsAt"]) <= now:
            return "expired"
        return "active" if _seconds(one["startsAt"]) <= now else "pending"


def _matches(silence: Json, labels: Json) -> bool:
    return all(
        (labels.get(one["name"], "") == one["value"]) == one.get("isEqual", True)
        for one in silence["matchers"]
    )


def _problem(body: Json) -> str:
    if not body.get("matchers"):
        return "silence must contain at least one matcher"
    if not body.get("comment") or not body.get("createdBy"):
        return "createdBy and comment are required"
    return (
        "start time must be before end time" if _seconds(body["startsAt"]) >= _seconds(body["endsAt"]) else ""
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
