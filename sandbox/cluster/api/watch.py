"""Watches: what happened since a version, and what happens from now on, one JSON object a line."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster import errors
from sandbox.cluster.api.call import Call
from sandbox.cluster.api.forms import negotiate
from sandbox.cluster.api.lists import PARTIAL, include
from sandbox.cluster.api.paths import TRUE
from sandbox.cluster.journal import Event
from sandbox.cluster.metadata import Obj, namespace_of
from sandbox.cluster.printing import table
from sandbox.cluster.resources import Resource
from sandbox.cluster.views import shown

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

BOOKMARK_EVERY: Final = 60.0  # seconds
LONGEST: Final = (1800.0, 3600.0)  # how long a watch lives that names no timeout
INITIAL_END: Final = {"k8s.io/initial-events-end": "true"}


@dataclass
class Watch:
    """One watch request. `lines` yields encoded events until the time is over."""

    store: "Store"
    kind: Resource
    call: Call

    def __post_init__(self) -> None:
        self._form = negotiate(self.call.accept)
        self._test: Callable[[Obj], bool] = self.call.selection.test(self.kind)
        goal = self.call.target
        self._namespace = (goal.namespace if goal and self.kind.namespaced else "") or None
        if goal and goal.name:  # the old form, /watch/.../name
            self._test = lambda obj: obj["metadata"]["name"] == goal.name
        self._bookmarks = self.call.query.get("allowWatchBookmarks") in TRUE
        self._initial = self.call.query.get("sendInitialEvents") in TRUE
        self._columns_sent = False
        self._over = False
        self._start_version = self.store.version
        if self._initial and self.call.query.get("resourceVersionMatch") != "NotOlderThan":
            text = "resourceVersionMatch must be set to NotOlderThan when sendInitialEvents is set"
            raise errors.ApiError(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {text}', {})

    async def lines(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        end = loop.time() + (self.call.number("timeoutSeconds") or random.uniform(*LONGEST))
        subscription = self.store.subscribe()
        try:
            for line in self._first():
                yield line
            if self._over:
                return
            started = self._start_version
            next_bookmark = loop.time() + BOOKMARK_EVERY
            while (left := min(end, next_bookmark) - loop.time()) > 0 or loop.time() < end:
                try:
                    event = await asyncio.wait_for(anext(subscription), max(left, 0.001))
                except TimeoutError:
                    next_bookmark = loop.time() + BOOKMARK_EVERY
                    if self._bookmarks:
                        yield self._bookmark({})
                    continue
                except StopAsyncIteration:
                    return
                if event.version > started and (told := self._line(event)):
                    yield told
        finally:
            subscription.close()

    def _first(self) -> Iterator[bytes]:
        """Everything before the future, gathered at once so that nothing falls between."""
        asked = self.call.query.get("resourceVersion") or "0"
        if not asked.isdigit():
            raise errors.bad_request(
                f'invalid resource version "{asked}": strconv.ParseUint: parsing "{asked}": invalid syntax'
            )
        self._start_version = self.store.version
        if self._initial or int(asked) == 0:
            lines = [
                added
                for kept in self.store.view(self.kind.key, self._namespace)
                if (added := self._added(kept.obj))
            ]
            if self._initial and self._bookmarks:
                lines.append(self._bookmark(INITIAL_END))
        elif int(asked) < self.store.journal.compacted:
            self._over = True
            lines = [
                _error(errors.expired(f"too old resource version: {asked} ({self.store.journal.compacted})"))
            ]
        else:
            lines = [told for event in self.store.journal.since(int(asked)) if (told := self._line(event))]
        return iter(lines)

    def _added(self, obj: Obj) -> bytes | None:
        return self._encode("ADDED", obj) if self._test(obj) else None

    def _line(self, event: Event) -> bytes | None:
        """A change as this watch sees it: what leaves the selection is deleted, what enters is added."""
        if event.resource != self.kind.kept:
            return None
        if self._namespace and namespace_of(event.object) != self._namespace:
            return None
        now = event.type != "DELETED" and self._test(event.object)
        before = event.previous is not None and self._test(event.previous)
        if not now and not before:
            return None
        if now:
            return self._encode("MODIFIED" if before else "ADDED", event.object)
        return self._encode("DELETED", event.object)

    def _encode(self, change: str, obj: Obj) -> bytes:
        return _dump(change, self._shaped(obj))

    def _shaped(self, obj: Obj) -> Obj:
        if self._form.shape == "metadata":
            return PARTIAL | {"metadata": obj["metadata"]}
        if self._form.shape == "table":
            version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
            now = self.store.clock.now()
            body = table.document(self.kind, [obj], version, include(self.call), now=now)
            if self._columns_sent:
                body = {key: value for key, value in body.items() if key != "columnDefinitions"}
                body["columnDefinitions"] = None
            self._columns_sent = True
            return body
        return shown(self.kind, obj)

    def _bookmark(self, annotations: dict[str, str]) -> bytes:
        metadata: dict[str, Any] = {"resourceVersion": str(self.store.version)}
        if annotations:
            metadata["annotations"] = annotations
        if self._form.shape == "metadata":
            return _dump("BOOKMARK", PARTIAL | {"metadata": metadata})
        if self._form.shape == "table":
            return _dump("BOOKMARK", table.empty(metadata))
        return _dump(
            "BOOKMARK", {"kind": self.kind.kind, "apiVersion": self.kind.group_version, "metadata": metadata}
        )


def _dump(change: str, obj: Obj) -> bytes:
    return (
        json.dumps({"type": change, "object": obj}, separators=(",", ":"), ensure_ascii=False).encode()
        + b"\n"
    )


def _error(problem: errors.ApiError) -> bytes:
    return _dump("ERROR", problem.body())
