"""Oracle's own audit: who called what, in the compartments that the person may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.oracle.parts import Parts, each
from tools.oracle.where import Where, text_of
from tools.spec import Json

READS = ("Get", "List", "Head", "Summarize", "Request", "Search")
CAP = 2_000  # events of one compartment and region
KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Deed:
    """One change, as Oracle recorded it."""

    at: datetime
    name: str
    who: str
    resource: str
    resource_name: str
    compartment: str
    region: str
    status: str
    address: str
    agent: str
    before: Json
    after: Json
    id: str
    request: str  # the id that its caller gave the request
    type: str = ""  # `com.oraclecloud.ComputeApi.InstanceAction`
    action: str = ""  # of an event that has several, e.g. `STOP`
    principal: str = ""  # OCID of who

    @property
    def worked(self) -> bool:
        return self.status.startswith("2")


async def deeds(
    where: Where,
    start: datetime,
    end: datetime,
    keep: Callable[[Deed], bool],
    compartments: Sequence[str] = (),
    *,
    reads: bool = False,
) -> tuple[list[Deed], Parts[int]]:
    """Changes, with `reads` also what only read, the youngest first; the audit knows no subtree, so each compartment and region is asked.

    A part that had more events than are read is named among what is missing: what is shown is a part then.

    Raises the three error words when none of them answers.
    """
    wanted = compartments or [one.id for one in where.compartments]
    pairs = {
        f"{where.tenancy.compartments.path(ident)} in {region}": (region, ident)
        for region in where.regions
        for ident in wanted
    }
    found: list[Deed] = []
    cut: dict[str, str] = {}

    async def ask(name: str) -> int:
        region, ident = pairs[name]
        listing = await where.api.listing(
            "audit",
            "list_events",
            region=region,
            cap=CAP,
            compartment_id=ident,
            start_time=start,
            end_time=end,
        )
        mine = [
            deed
            for item in listing.items
            if (deed := _deed(item, region, reads=reads)) is not None and keep(deed)
        ]
        found.extend(mine)
        if not listing.whole:
            cut[name] = f"only {CAP} of its events were read"
        return len(mine)

    parts = await each(list(pairs), ask, lambda name: pairs[name][0])
    unique = {deed.id: deed for deed in found}
    told = Parts(parts.found, {**parts.missing, **cut})
    return sorted(unique.values(), key=lambda deed: deed.at, reverse=True), told


def _deed(event: Json, region: str, *, reads: bool = False) -> Deed | None:
    """None for what only read, unless `reads`."""
    data = event.get("data") or {}
    name = text_of(data, "eventName")
    only_read = name.startswith(READS) or text_of(data, "request", "action").upper() in {"GET", "HEAD"}
    if not name or (only_read and not reads):
        return None
    change = data.get("stateChange") or {}
    return Deed(
        datetime.fromisoformat(text_of(event, "eventTime")),
        name,
        text_of(data, "identity", "principalName") or text_of(data, "identity", "principalId") or "unknown",
        text_of(data, "resourceId"),
        text_of(data, "resourceName"),
        text_of(data, "compartmentId"),
        region,
        text_of(data, "response", "status"),
        text_of(data, "identity", "ipAddress"),
        text_of(data, "identity", "userAgent"),
        change.get("previous") or {},
        change.get("current") or {},
        text_of(event, "eventId"),
        text_of(data, "request", "id"),
        text_of(event, "eventType"),
        _action(data),
        text_of(data, "identity", "principalId"),
    )


def _action(data: Json) -> str:
    """Which of several actions: compute tells it beside the event, others as a parameter of the request."""
    if told := text_of(data, "additionalDetails", "instanceActionType"):
        return told.upper()
    given = ((data.get("request") or {}).get("parameters") or {}).get("action")
    return str(given[0]).upper() if isinstance(given, list) and given else ""
