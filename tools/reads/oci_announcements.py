"""Oracle's announcements: maintenance, ends of support, what must be done until when."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tools.errors import NotAllowed
from tools.oracle.everywhere import moment
from tools.oracle.where import CloudArgs, find, text_of
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

CAP = 500
MUST = ("ACTION_REQUIRED", "EMERGENCY")
COLUMNS = ("what", "kind", "services", "regions", "when", "ticket")


class Args(CloudArgs):
    required: bool = Field(False, description="only what requires action, or is an emergency")
    past: bool = Field(False, description="also announcements that are over")
    limit: int = Field(20, ge=1, le=100, description="announcements shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    root = where.tenancy.compartments.root
    if not call.reach.compartment(root.path):
        raise NotAllowed(
            "announcements are made to the whole tenancy, which is outside what you may see here",
            needs="compartment root",
        )
    listing = await where.api.listing(
        "announcements", "list_announcements", region=where.tenancy.home, cap=CAP, compartment_id=root.id
    )
    mine = [one for one in listing.items if _fits(one, args, where.regions)]
    must = sum(_required(one) for one in mine)
    head = f"{counted(len(mine), 'announcement')}, {must} of them require action."
    unseen = () if listing.whole else (f"announcements beyond the first {CAP}",)
    answer = Answer(
        head, "Announcements", COLUMNS, "announcements", where.scope(), args.limit, unseen, more={"required": must}, untrusted=True
    )  # fmt: skip
    return told(answer, [_thing(call.now, one) for one in mine])


def _fits(one: Json, args: Args, regions: tuple[str, ...]) -> bool:
    if args.required and not _required(one):
        return False
    affected = {str(name) for name in one.get("affectedRegions") or []}
    here = args.region is None or not affected or bool(affected & set(regions))
    return here and (args.past or text_of(one, "lifecycleState") != "INACTIVE")


def _required(one: Json) -> bool:
    return text_of(one, "announcementType").startswith(MUST)


def _thing(now: datetime, one: Json) -> Thing:
    kind = text_of(one, "announcementType")
    services, regions = (
        [str(name) for name in one.get(key) or []] for key in ("services", "affectedRegions")
    )
    due = moment(one, "timeOneValue")
    label = text_of(one, "timeOneTitle") or text_of(one, "timeOneType").replace("_", " ").lower()
    when = f"{label} {due:%Y-%m-%d %H:%M} UTC".strip() if due else ""
    ticket, said = text_of(one, "referenceTicketNumber"), short(text_of(one, "summary"), 300)
    left = (due - now).days if due else 999
    words = "; ".join(filter(None, (said, listed(services), listed(regions), when)))
    row = (short(said, 120), kind, listed(services), listed(regions), when, ticket)
    data = {
        "id": text_of(one, "id"), "kind": kind, "summary": said, "services": services, "regions": regions,
        "due": text_of(one, "timeOneValue") or None, "days_left": left if due else None, "ticket": ticket,
    }  # fmt: skip
    rank = (0 if _required(one) else 1_000) + max(0, min(left, 999))
    return Thing(f"{kind} {ticket}".strip(), words, f"oci:{text_of(one, 'id')}#timeOneValue", row, data, rank, when or kind)  # fmt: skip


OCI_ANNOUNCEMENTS = Tool(
    name="oci_announcements",
    summary="Oracle's announcements to the tenancy: maintenance, ends of support, what needs action until when.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "is oracle planning maintenance?",
        "which announcements require action?",
        "what has oracle announced?",
    ),
    cache_s=300,
)
