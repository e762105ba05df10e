"""An alarm of Oracle Cloud: what its changes share. How it is read, what a card shows of it, what its rule would have said lately."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from tools.errors import GiveUp
from tools.oracle.where import Where, text_of
from tools.remediation.cloud_item import Item, tags_of
from tools.spec import Call, Json

LATELY: Final = timedelta(days=1)
_RULE: Final = re.compile(r"^(?P<measure>[^<>=!&|]+?)\s*(?P<sign>>=|<=|>|<)\s*(?P<limit>-?\d+(?:\.\d+)?)\s*$")
_INTERVAL: Final = re.compile(r"\[(\d+)([mhd])\]")


def moment(text: str) -> str:
    """A time as cards and plans write it: Oracle answers with fractions that nobody sent."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if text else ""


def suppressed(body: Json) -> str:
    found = body.get("suppression") or {}
    begin, end = (text_of(found, name) for name in ("timeSuppressFrom", "timeSuppressUntil"))
    return f"{moment(begin)} to {moment(end)}" if end else ""


def shown(found: Item) -> dict[str, str]:
    """What a change of it turns on; drift in any of these voids the plan."""
    body = found.body
    return {
        "displayName": found.name,
        "query": text_of(body, "query"),
        "severity": text_of(body, "severity"),
        "pendingDuration": text_of(body, "pendingDuration") or "PT1M",
        "enabled": "yes" if body.get("isEnabled") else "no",
        "suppression": suppressed(body),
        **tags_of(body),
    }


async def state(found: Item) -> str:
    """What it says now, such as FIRING; empty when Oracle does not tell."""
    listing = await found.where.api.listing(
        "monitoring", "list_alarms_status", region=found.region,
        compartment_id=text_of(found.body, "compartmentId"), display_name=text_of(found.body, "displayName"),
    )  # fmt: skip
    return next((text_of(one, "status") for one in listing.items if text_of(one, "id") == found.id), "")


def with_limit(query: str, limit: float) -> str:
    """The same rule with another threshold. Raises GiveUp where it compares more than one thing."""
    found = _RULE.match(query)
    if found is None:
        raise GiveUp(
            "its rule compares several things, so a number alone does not say which: its query has to be edited",
            "oci:monitoring",
        )
    return f"{found['measure']} {found['sign']} {plain(limit)}"


def plain(number: float) -> str:
    """80.0 is what people call 80."""
    return str(int(number)) if float(number).is_integer() else str(number)


async def tried(call: Call, where: Where, region: str, rule: Json) -> str:
    """Oracle reads the rule, and says how often it was true in the last day. Raises GiveUp for one that it refuses."""
    place = text_of(rule, "metricCompartmentId")
    whole: Json = {"compartment_id_in_subtree": True} if rule.get("metricCompartmentIdInSubtree") else {}
    answer = await where.api.read(
        "monitoring", "summarize_metrics_data", region=region, compartment_id=place, **whole,
        summarize_metrics_data_details={
            "namespace": text_of(rule, "namespace"), "query": text_of(rule, "query"),
            "startTime": call.now - LATELY, "endTime": call.now,
        },
    )  # fmt: skip
    points = [point for one in answer.data or [] for point in one.get("aggregatedDatapoints") or []]
    if not points:
        return "Oracle reads the rule; it has no points of that metric in the last 24 hours"
    on = sum(1 for point in points if point.get("value"))
    step = _INTERVAL.search(text_of(rule, "query"))
    each = f" of {step[1]}{step[2]}" if step else ""
    return f"Oracle reads the rule; it was true in {on} of the {len(points)} intervals{each} of the last 24 hours"
