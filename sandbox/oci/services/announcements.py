"""Oracle's announcements to the tenancy: what it will do, and what the tenancy must."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.services.listing import shown

SERVICE: Final = "announcements_service"
MODEL: Final = "AnnouncementSummary"


def _list(call: Call) -> Answer:
    """The tenancy's, the latest first; `lifecycleState` and `announcementType` choose."""
    call.need(call.text("compartmentId"))
    found = [one for one in call.tenancy.records.of(SERVICE, MODEL) if _fits(call, one.body)]
    found.sort(key=lambda one: str(one.body.get("timeCreated")), reverse=True)
    return Answer({"items": [shown(SERVICE, MODEL, one) for one in found], "userStatuses": []})


def _fits(call: Call, body: dict[str, object]) -> bool:
    wanted = {key: call.query.get(key) for key in ("lifecycleState", "announcementType")}
    return all(value in {None, body.get(key)} for key, value in wanted.items())


TABLE: Final[Table] = {"list_announcements": _list}
