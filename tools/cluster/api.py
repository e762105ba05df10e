"""A cluster as a tool uses it: asynchronous reads within a deadline, and single writes that are never repeated."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from tools.breaker import Breaker
from tools.cluster.acting import Acting, Lent, Sender
from tools.cluster.answers import Expired, failure
from tools.cluster.census import Census
from tools.cluster.connection import AGENT, Connection, Response, Source
from tools.cluster.kinds import Kind
from tools.errors import TryLater
from tools.retry import retry_read
from tools.spec import Json
from tools.threads import Pool

PAGE = 250
GROUPS_S = 600.0  # how long it is remembered which API groups a cluster serves
LOOP_CHARACTERS = 100_000  # a longer page takes some milliseconds to read, in which nobody else may wait
HARD_CAP = 20_000  # objects of one list; beyond that the caller is told
ONE_CALL_S = 10.0
AGGREGATED = "/apis/metrics.k8s.io/"
BARE = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
Headers = tuple[tuple[str, str], ...]
BOT = Sender()


class Reduce(Protocol):
    def __call__(self, item: Json, /) -> Json | None: ...


def _read(page: bytes, reduce: Reduce) -> tuple[list[Json], str]:
    """What is kept of a page, and where the next one begins."""
    found = json.loads(page)
    items = [item for raw in found.get("items") or [] if (item := reduce(raw)) is not None]
    return items, (found.get("metadata") or {}).get("continue", "")


def without_noise(item: Json) -> Json:
    """Drop what nobody reads: `managedFields` is half of many objects."""
    meta = item.get("metadata")
    if meta:
        meta.pop("managedFields", None)
        (meta.get("annotations") or {}).pop("kubectl.kubernetes.io/last-applied-configuration", None)
    return item


def with_writers(item: Json) -> Json:
    """As `without_noise`, but who wrote which part stays: history needs it."""
    writers = (item.get("metadata") or {}).get("managedFields")
    item = without_noise(item)
    return item | {"metadata": item["metadata"] | {"managedFields": writers}} if writers else item


@dataclass(frozen=True, slots=True)
class Written:
    """A write's answer: the object as stored, the server's audit id, its warnings."""

    body: Json
    audit_id: str
    warnings: tuple[str, ...]


class Cluster:
    """One cluster, shared by all calls: connection (opened on first use), thread pool, breaker."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source
        self._connection: Connection | None = None
        self._opening = threading.Lock()
        self._pool = Pool(f"k8s:{source.name}")
        self.breaker = Breaker(f"cluster {source.name}")
        self._aggregated = Breaker(f"metrics of cluster {source.name}")
        self.lent = Lent()
        self.census = Census()
        self.served: tuple[float, frozenset[str]] = (
            0.0,
            frozenset(),
        )  # until when it is known, the API groups

    def within(self, seconds: float, sender: Sender = BOT) -> Api:
        """A handle whose calls all end before `seconds` from now."""
        return Api(self, asyncio.get_running_loop().time() + seconds, sender)

    async def send(
        self, ends: float, method: str, path: str, *, acting: str = "", **request: Any
    ) -> Response:
        """`acting` is the person's name in the cluster where the request carries one."""
        left = min(ends - asyncio.get_running_loop().time(), ONE_CALL_S)
        if left <= 0:
            raise TryLater(f"no time was left to ask cluster {self.name}", f"k8s:{self.name}")

        def blocking() -> Response:
            answer = self._connected().request(method, path, timeout=left, **request)
            if answer.status >= 400:
                raise failure(self.name, path, answer, acting)
            return answer

        # An aggregated API is another server: when it is down, the cluster is not.
        breaker = self._aggregated if path.startswith(AGGREGATED) else self.breaker
        return await breaker.call(lambda: self._pool.run(blocking, left))

    async def certificates(self, ends: float) -> dict[str, bytes]:
        """Of the connection itself: `server`, and `client` and `authority` where files hold them."""
        left = min(ends - asyncio.get_running_loop().time(), ONE_CALL_S)
        if left <= 0:
            raise TryLater(f"no time was left to ask cluster {self.name}", f"k8s:{self.name}")
        return await self._pool.run(lambda: self._connected().certificates(left), left)

    async def blocking(self, ends: float, fn: Callable[[], Any]) -> Any:
        """CPU work on big answers, off the event loop."""
        return await self._pool.run(fn, max(0.1, ends - asyncio.get_running_loop().time()))

    def _connected(self) -> Connection:
        with self._opening:  # on a pool thread: two first calls must not open two
            if self._connection is None:
                self._connection = Connection(self._source)
            return self._connection

    def close(self) -> None:
        self._pool.close()
        if self._connection is not None:
            self._connection.close()


class Api:
    """One call's view of one cluster. Reads are retried within the deadline, writes never."""

    def __init__(self, cluster: Cluster, ends: float, sender: Sender = BOT) -> None:
        self.cluster = cluster
        self.name = cluster.name
        self._ends = ends
        self._sender = sender
        self.asked = 0  # requests so far, a repeated one once

    async def read(self, path: str, query: Mapping[str, Any] | None = None) -> Json:
        answer = await self._retried(lambda: self.cluster.send(self._ends, "GET", path, query=query))
        found: Json = answer.json()
        return found

    async def get(self, kind: Kind, namespace: str, name: str) -> Json:
        return await self.read(kind.path(namespace, name))

    async def certificates(self) -> dict[str, bytes]:
        """Those of the connection to the API server."""
        return await self.cluster.certificates(self._ends)

    async def text(self, path: str, query: Mapping[str, Any]) -> str:
        answer = await self._retried(lambda: self.cluster.send(self._ends, "GET", path, query=query))
        return answer.data.decode("utf-8", "replace")

    @property
    def known_groups(self) -> frozenset[str]:
        """The API groups that were served when last asked, lately; empty when nobody asked."""
        until, found = self.cluster.served
        return found if asyncio.get_running_loop().time() < until else frozenset()

    async def groups(self) -> frozenset[str]:
        """Names of the API groups that are served; asked at most every ten minutes."""
        if known := self.known_groups:
            return known
        answer = await self._retried(lambda: self.cluster.send(self._ends, "GET", "/apis"))
        found = frozenset(str(group.get("name")) for group in answer.json().get("groups") or [])
        self.cluster.served = (asyncio.get_running_loop().time() + GROUPS_S, found)
        return found

    async def listing(
        self, kind: Kind, namespace: str = "", *, reduce: Reduce = without_noise, **selectors: str
    ) -> list[Json]:
        """All objects of a kind, page by page; each page is reduced before the next is fetched.

        `selectors` are query parameters (`labelSelector`, `fieldSelector`). At most 20,000 objects.
        """
        return await self._listed(kind.path(namespace), reduce, selectors)

    async def labels_of(
        self, kind: Kind, namespace: str = "", *, reduce: Reduce = without_noise, **selectors: str
    ) -> list[Json]:
        """As `listing`, of metadata alone: the server sends nothing else."""
        return await self._listed(kind.path(namespace), reduce, selectors, (("Accept", BARE),))

    async def page_of_labels(self, kind: Kind, most: int) -> Json:
        """The first page of all that the cluster has of a kind, metadata alone, with the head of the list."""
        query = {"limit": most}
        answer = await self._retried(
            lambda: self.cluster.send(
                self._ends, "GET", kind.path(), query=query, headers=(("Accept", BARE),)
            )
        )
        found: Json = await asyncio.to_thread(answer.json)
        return found

    async def _listed(
        self, path: str, reduce: Reduce, selectors: Mapping[str, str], headers: Headers = ()
    ) -> list[Json]:
        try:
            return await self._pages(path, reduce, selectors, headers)
        except Expired:
            return await self._pages(path, reduce, selectors, headers)

    async def _pages(
        self, path: str, reduce: Reduce, selectors: Mapping[str, str], headers: Headers
    ) -> list[Json]:
        kept: list[Json] = []
        token = ""
        while True:
            query = {"limit": PAGE, **selectors} | ({"continue": token} if token else {})
            answer = await self._retried(
                partial(self.cluster.send, self._ends, "GET", path, query=query, headers=headers)
            )
            small = len(answer.data) < LOOP_CHARACTERS
            items, token = (
                _read(answer.data, reduce) if small else await asyncio.to_thread(_read, answer.data, reduce)
            )
            kept += items
            if not token or len(kept) >= HARD_CAP:
                return kept

    async def write(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        content_type: str = "application/strategic-merge-patch+json",
        dry_run: bool = False,
    ) -> Written:
        """One write, sent once, signed with our field manager and, where the cluster lets us, sent as the person."""
        query = {"fieldManager": AGENT} | ({"dryRun": "All"} if dry_run else {})
        person = await self._person()
        answer = await self.cluster.send(
            self._ends, method, path, query=query, body=body, content_type=content_type,
            acting=person.user if person else "", headers=self._signed(person),
        )  # fmt: skip
        return Written(answer.json(), answer.audit_id, answer.warnings)

    async def acts_as(self, acting: Acting) -> bool:
        """Whether this cluster lets the bot act as that person."""
        return await self.cluster.lent.may(self, acting)

    async def _person(self) -> Acting | None:
        """As whom to write: where a plan is sealed, as it says, and never as anybody else."""
        acting = self._sender.acting
        if acting is None:
            return None
        here = await self.acts_as(acting) if acting.where is None else self.name in acting.where
        return acting if here else None

    def _signed(self, person: Acting | None) -> tuple[tuple[str, str], ...]:
        named = (("User-Agent", f"{AGENT} ({self._sender.request})"),) if self._sender.request else ()
        return (*named, *(person.headers if person else ()))

    async def create(self, path: str, body: Json) -> Json:
        """A review (access reviews store nothing): a POST that only asks, so it may be repeated."""
        answer = await self._retried(
            lambda: self.cluster.send(self._ends, "POST", path, body=body, content_type="application/json")
        )
        found: Json = answer.json()
        return found

    async def _retried(self, fn: Callable[[], Awaitable[Response]]) -> Response:
        self.asked += 1
        return await retry_read(fn, self._ends)
