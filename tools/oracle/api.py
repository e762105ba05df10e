"""A tenancy as a tool uses it: reads within a deadline, page by page; single writes that are never repeated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tools.breaker import Breaker
from tools.errors import TryLater
from tools.oracle.connection import Answer, Connection
from tools.oracle.failures import Throttled
from tools.oracle.limiter import Limiter
from tools.oracle.patience import here
from tools.oracle.services import SERVICES
from tools.retry import retry_read
from tools.spec import Json
from tools.threads import Pool

PAGE = 500
HARD_CAP = 20_000  # records of one list; beyond that the caller is told
ONE_CALL_S = 10.0
FADES = 0.8  # of what it took before: questions to the same service differ
HUNG_S = 30.0  # after one that hung was given up, before one call tries it again


@dataclass(frozen=True, slots=True)
class Listing:
    """`whole` is false when there was more than was asked for."""

    items: list[Json]
    whole: bool = True


class Lane:
    """One service in one region: as slow, as broken and as busy as it is, without touching any other.

    `took` is how long its answers take of late, in seconds, the slow ones counting more; one that comes after
    nobody waits any more counts too.
    """

    def __init__(self, service: str, region: str) -> None:
        about = SERVICES[service]
        name = f"Oracle {about.words} in {region}" if region else f"Oracle {about.words}"
        self.pool = Pool(name)
        self.breaker = Breaker(name)
        self.limiter = Limiter(name, about.rate)
        self.took = 0.0
        self._answered = 0
        self._hung: int | None = None  # the count of answers when it was given up

    async def run(self, fn: Callable[[], Answer], ends: float) -> Answer:
        await self.limiter.enter(ends)
        left = min(ends - asyncio.get_running_loop().time(), ONE_CALL_S)
        if left <= 0:
            raise TryLater(f"no time was left to ask {self.breaker.name}", self.breaker.name)
        found = await self._asked(partial(self._one, fn, left))
        if isinstance(found, Throttled):
            self.limiter.slow_down(found.retry_after)
            raise found
        return found

    async def _asked(self, one: Callable[[], Awaitable[Answer | Throttled]]) -> Answer | Throttled:
        """When the others' answers were not kept waiting for it any longer, the next question does not wait at all."""
        patience, began, before = here(), time.monotonic(), self._answered
        if self._hung is not None and self._answered > self._hung:
            self.breaker.close()
            self._hung = None
        try:
            with patience.asking(self.took):
                return await self.breaker.call(one)
        except asyncio.CancelledError:
            if patience.given_up and self._answered == before:
                self._hung = before
                waited = time.monotonic() - began
                self.breaker.open(f"it did not answer within {waited:.1f} s", HUNG_S)
            raise

    async def _one(self, fn: Callable[[], Answer], left: float) -> Answer | Throttled:
        """To be told to slow down is an answer: the service is there, and the breaker must know."""
        try:
            return await self.pool.run(partial(self._timed, fn), left)
        except Throttled as error:
            return error

    def _timed(self, fn: Callable[[], Answer]) -> Answer:
        """On a thread of the pool."""
        began = time.monotonic()
        answer = fn()
        self.took = max(time.monotonic() - began, FADES * self.took)
        self._answered += 1
        return answer


@dataclass
class Account:
    """One principal, shared by all calls."""

    connection: Connection
    _lanes: dict[tuple[str, str], Lane] = field(default_factory=dict)

    def lane(self, service: str, region: str, at: str = "") -> Lane:
        return self._lanes.setdefault((service, at or region), Lane(service, region))

    async def opened(self) -> None:
        """Credentials read and the SDK imported, off the loop. Raises GiveUp, NotAllowed."""
        await asyncio.to_thread(self.connection.credentials)

    def close(self) -> None:
        for lane in self._lanes.values():
            lane.pool.close()
        self.connection.close()


@dataclass(frozen=True)
class Api:
    """One call's view of a tenancy: ends at loop time `ends`, and is `request` in Oracle's own records."""

    account: Account
    ends: float
    request: str = ""

    async def read(
        self, service: str, operation: str, *, region: str = "", at: str = "", **arguments: Any
    ) -> Answer:
        """Asked again while the other side is away and there is time; `at` is the address of a place that has its own.

        Raises the three error words.
        """
        return await retry_read(lambda: self._send(service, operation, region, arguments, at), self.ends)

    async def listing(
        self,
        service: str,
        operation: str,
        *,
        region: str = "",
        cap: int = HARD_CAP,
        reduce: Callable[[Json], Json] | None = None,
        **arguments: Any,
    ) -> Listing:
        """All records up to `cap`, page by page; each is reduced before the next page is fetched."""
        kept: list[Json] = []
        page = ""
        while True:
            more: dict[str, Any] = {"page": page} if page else {}
            limit: dict[str, Any] = {"limit": min(PAGE, cap - len(kept))} if operation not in UNPAGED else {}
            answer = await self.read(service, operation, region=region, **arguments, **limit, **more)
            found = records(answer.data)
            kept += [reduce(item) for item in found] if reduce else found
            page = answer.next_page
            if not page or len(kept) >= cap:
                return Listing(kept[:cap], whole=not page and len(kept) <= cap)

    async def write(self, service: str, operation: str, *, region: str = "", **arguments: Any) -> Answer:
        """Sent once, whatever comes of it. Raises the three error words; after TryLater nobody knows whether it arrived."""
        return await self._send(service, operation, region, arguments)

    async def _send(
        self, service: str, operation: str, region: str, arguments: dict[str, Any], at: str = ""
    ) -> Answer:
        lane = self.account.lane(service, region, at)

        def blocking() -> Answer:
            left = min(self.ends - loop.time(), ONE_CALL_S)
            return self.account.connection.call(
                service, operation, region, left, self.request, at=at, **arguments
            )

        loop = asyncio.get_running_loop()
        return await lane.run(blocking, self.ends)


UNPAGED = frozenset(
    {
        "list_region_subscriptions",
        "list_availability_domains",
        "list_api_keys",
        "list_auth_tokens",
        "list_customer_secret_keys",
        "list_events",
        "list_regions",
        "list_smtp_credentials",
        "list_retention_rules",
    }
)


def records(data: Any) -> list[Json]:
    """A list answer is a list, or an object that holds one under `items`."""
    found = data.get("items", []) if isinstance(data, dict) else data
    return list(found or [])
