"""Signs of a write in Oracle's own records: the audit names our request, a work request tells how far it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tools.errors import ToolError
from tools.oracle.auditing import deeds
from tools.oracle.where import text_of
from tools.remediation.cloud_resource import Subject
from tools.spec import Call, Json

RECENT: Final = timedelta(hours=2)
LATEST: Final = 20  # work requests that are looked through
GONE_WRONG: Final = frozenset({"FAILED", "CANCELED", "CANCELING"})


@dataclass(frozen=True, slots=True)
class Work:
    """One work request, by the names that all services can be brought to."""

    kind: str
    status: str
    accepted: str

    @property
    def done(self) -> bool:
        return self.status == "SUCCEEDED" or self.failed

    @property
    def failed(self) -> bool:
        return self.status in GONE_WRONG


Works = Callable[[Subject], Awaitable[list[Work]]]


async def common(found: Subject) -> list[Work]:
    """Of Compute and Database: one service keeps them for both. Raises the three error words."""
    listing = await found.where.api.listing(
        "work_requests", "list_work_requests", region=found.region,
        compartment_id=text_of(found.item, "compartmentId"), resource_id=found.id, cap=LATEST,
    )  # fmt: skip
    return [_work(item, "operationType", "status") for item in listing.items]


def _work(item: Json, kind: str, status: str) -> Work:
    return Work(text_of(item, kind), text_of(item, status), text_of(item, "timeAccepted"))


async def work(found: Subject, works: Works | None, words: tuple[str, ...], since: str) -> Work | None:
    """The latest since the plan was made whose kind has one of `words` in it; None when Oracle lists none, or does not tell."""
    if works is None:
        return None
    begun = datetime.fromisoformat(since).replace(microsecond=0)
    try:
        listed = await works(found)
    except ToolError:
        return None
    mine = [
        one
        for one in listed
        if any(word in one.kind.lower() for word in words)
        and one.accepted
        and datetime.fromisoformat(one.accepted) >= begun
    ]
    return max(mine, key=lambda one: datetime.fromisoformat(one.accepted), default=None)


async def in_audit(call: Call, found: Subject, plan_id: str) -> bool:
    """Our request id is in the records of who called. They come minutes late, so that absence proves nothing."""
    try:
        mine, _ = await deeds(
            found.where, call.now - RECENT, call.now,
            lambda deed: deed.resource == found.id and plan_id in deed.request and deed.worked,
            [text_of(found.item, "compartmentId")],
        )  # fmt: skip
    except ToolError:
        return False
    return bool(mine)
