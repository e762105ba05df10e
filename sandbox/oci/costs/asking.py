"""A request for usage, read: its spans of time, what it groups by, what it filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sandbox.oci.errors import bad_parameter
from sandbox.oci.tenancy.records import Json
from sandbox.oci.times import DAY, HOUR, given

GROUPS: Final = {
    "tagNamespace", "tagKey", "tagValue", "service", "skuName", "skuPartNumber", "unit", "compartmentName",
    "compartmentPath", "compartmentId", "platform", "region", "logicalAd", "resourceId", "tenantId", "tenantName",
}  # fmt: skip
LONGEST_HOURLY_S: Final = 36 * HOUR
PRECISION: Final = (
    "UTC date does not have the right precision: hours, minutes, seconds, and second fractions must be 0"
)
Span = tuple[float, float]


@dataclass(frozen=True)
class Asked:
    start: float
    end: float
    granularity: str
    group_by: tuple[str, ...]
    tag: Json | None
    depth: int
    together: bool

    def spans(self) -> list[Span]:
        """The rows' spans of time."""
        if self.together:
            return [(self.start, self.end)]
        return list(spans(self.start, self.end, self.granularity))


def read(body: Json) -> Asked:
    """Raises Refused(400) for what the API does not answer."""
    start, end = (
        given("timeUsageStarted", body["timeUsageStarted"]),
        given("timeUsageEnded", body["timeUsageEnded"]),
    )
    granularity = body["granularity"]
    if granularity == "TOTAL":
        raise bad_parameter("granularity TOTAL is not supported yet")
    _check_times(start, end, granularity)
    group_by = tuple(body.get("groupBy") or ())
    for one in group_by:
        if one not in GROUPS:
            raise bad_parameter(f"groupBy {one} is unknown")
    tags = body.get("groupByTag") or []
    if len(tags) > 1:
        raise bad_parameter("groupByTag takes one tag")
    depth, together = int(body.get("compartmentDepth") or 0), bool(body.get("isAggregateByTime"))
    return Asked(start, end, granularity, group_by, tags[0] if tags else None, depth, together)


def _check_times(start: float, end: float, granularity: str) -> None:
    step = HOUR if granularity == "HOURLY" else DAY
    if start % step or end % step:
        raise bad_parameter(PRECISION)
    if start >= end:
        raise bad_parameter("timeUsageStarted must be before timeUsageEnded")
    if granularity == "HOURLY" and end - start > LONGEST_HOURLY_S:
        raise bad_parameter("HOURLY reaches over 36 hours at most")


def spans(start: float, end: float, granularity: str) -> Iterator[Span]:
    while start < end:
        until = min(_next(start, granularity), end)
        yield start, until
        start = until


def _next(at: float, granularity: str) -> float:
    if granularity == "MONTHLY":
        day = datetime.fromtimestamp(at, UTC)
        first = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)
        return first.timestamp()
    return at + (HOUR if granularity == "HOURLY" else DAY)
