"""Stacks of Resource Manager and their jobs: which plan job may be applied, what its plan says, and how a job of ours ends."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from tools.errors import GiveUp, ToolError
from tools.oracle.where import Where, text_of
from tools.reads.digest import short
from tools.remediation.alarm import moment
from tools.remediation.cloud_created import MARK
from tools.remediation.cloud_item import Item, Kind, tags_of
from tools.spec import Json
from tools.terraform.reading import NoPlan
from tools.terraform.summary import Summary, summarise

SERVICE: Final = "resource_manager"
SOURCE: Final = "oci:Resource Manager"
STACK: Final = Kind("Stack", "stack", SERVICE, "get_stack", "stack_id")
FRESH: Final = timedelta(minutes=60)
JOBS: Final = 100  # the newest ones of a stack that are looked through
DONE: Final = "SUCCEEDED"
ENDED: Final = frozenset({DONE, "FAILED", "CANCELED"})
PLAN: Final = "PLAN"
ONLY_READ: Final = frozenset({PLAN, "PLAN_ROLLBACK"})
LAST_LINES: Final = 5
NONE: Final = "none"


async def jobs_of(found: Item) -> list[Json]:
    """The newest first."""
    return await jobs(found.where, found.id, found.region)


async def jobs(where: Where, stack: str, region: str) -> list[Json]:
    listing = await where.api.listing(
        SERVICE, "list_jobs", region=region, stack_id=stack, sort_by="TIMECREATED", sort_order="DESC", cap=JOBS
    )  # fmt: skip
    return sorted(listing.items, key=lambda one: text_of(one, "timeCreated"), reverse=True)


async def marked(where: Where, stack: str, region: str, mark: str) -> Json | None:
    """The job that bears the mark of a plan."""
    found = await jobs(where, stack, region)
    return next((one for one in found if (one.get("freeformTags") or {}).get(MARK) == mark), None)


def writes(jobs: list[Json]) -> list[Json]:
    """Those that may have changed something, however they ended."""
    return [one for one in jobs if text_of(one, "operation") not in ONLY_READ]


def must_rest(name: str, jobs: list[Json]) -> None:
    """Raises GiveUp while a job is at work: Oracle takes one at a time, and what it leaves is another plan's beginning."""
    busy = next((one for one in jobs if text_of(one, "lifecycleState") not in ENDED), None)
    if busy is not None:
        raise GiveUp(
            f"stack {name} is at work: job {called(busy)} is {text_of(busy, 'lifecycleState')}; ask again when it is done",
            SOURCE,
        )


def plan_job(found: Item, jobs: list[Json], now: datetime) -> Json:
    """The newest plan job. Raises GiveUp when it failed, is too old, or something was applied since."""
    newest = next((one for one in jobs if text_of(one, "operation") == PLAN), None)
    first = f"first “plan stack {short(found.name, 60)}”"
    if newest is None:
        raise GiveUp(f"stack {found.name} has no plan job: {first}", SOURCE)
    if text_of(newest, "lifecycleState") != DONE:
        raise GiveUp(f"the newest plan job of stack {found.name} is {text_of(newest, 'lifecycleState')}, not {DONE}: {first}", SOURCE)  # fmt: skip
    made = text_of(newest, "timeCreated")
    if now - datetime.fromisoformat(made) > FRESH:
        raise GiveUp(f"the newest plan of stack {found.name} is of {moment(made)}, older than {FRESH.seconds // 60} minutes: {first}", SOURCE)  # fmt: skip
    since = next((one for one in writes(jobs) if text_of(one, "timeCreated") > made), None)
    if since is not None:
        raise GiveUp(f"job {called(since)} ({text_of(since, 'operation')}) ran on stack {found.name} after its newest plan: {first}", SOURCE)  # fmt: skip
    return newest


def called(job: Json) -> str:
    return short(text_of(job, "displayName") or text_of(job, "id"), 60)


async def planned(where: Where, job: str, region: str) -> Summary:
    """What a plan job planned. Raises GiveUp for a text that is no plan."""
    answer = await where.api.read(
        SERVICE, "get_job_tf_plan", region=region, job_id=job, tf_plan_format="JSON"
    )
    try:
        return await asyncio.to_thread(summarise, _bytes(answer.data))
    except NoPlan as error:
        raise GiveUp(f"the plan of that job cannot be read: {error}", SOURCE) from error


def _bytes(data: Any) -> bytes:
    return data if isinstance(data, bytes) else str(data).encode()


def shown(found: Item, jobs: list[Json], job: str, summary: Summary) -> dict[str, str]:
    """What must still be so when it is applied. Values of variables are in none of it: they are secrets as often as not."""
    last = next(iter(writes(jobs)), None)
    return {
        "displayName": found.name,
        "lifecycleState": text_of(found.body, "lifecycleState"),
        "version of the stack": hashlib.sha256(found.etag.encode()).hexdigest()[:12],
        "plan job": job,
        "plan (SHA-256)": summary.digest,
        "newest apply": f"{called(last)} of {moment(text_of(last, 'timeCreated'))}" if last else NONE,
        **tags_of(found.body),
    }


async def last_lines(where: Where, job: str, region: str) -> str:
    """The end of a job's log, marked as what it is: text of others."""
    try:
        listing = await where.api.listing(
            SERVICE, "get_job_logs", region=region, job_id=job, sort_order="DESC", cap=LAST_LINES
        )
    except ToolError as error:
        return f"its log could not be read: {error.reason}"
    rows = sorted(listing.items, key=lambda one: text_of(one, "timestamp"))
    said = " | ".join(short(text_of(one, "message"), 200) for one in rows)
    return f"its log ends so (text of Terraform, not mine): “{said}”" if said else "its log is empty"
