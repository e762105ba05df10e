"""Power of a compute instance: what starting, stopping and resetting share. One request, idempotent by its token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from tools.approved import Approved
from tools.errors import GiveUp, NotYet
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.plan import (
    TAG,
    Applied,
    Blast,
    Check,
    Draft,
    FieldChange,
    Ownership,
    Reread,
    Target,
)
from tools.reads.digest import short
from tools.spec import Call, Json, Risk

SHOWN: Final = ("lifecycleState", "displayName", "shape")
RUNNING: Final = "RUNNING"
STOPPED: Final = "STOPPED"


class InstanceArgs(CloudArgs):
    resource: str = Field(min_length=1, max_length=300, description="instance: display name or OCID")


@dataclass(frozen=True, slots=True)
class Power:
    """One action of the API: from which state, through which, to which. `work` names its work request."""

    name: str
    action: str
    verb: str
    begins: str
    passes: frozenset[str]
    ends: str
    risk: Risk
    deadline_s: float
    back: str = ""  # the action that undoes it
    undo: str = ""
    work: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The instance as read now."""

    where: Where
    item: Json
    etag: str
    region: str

    @property
    def state(self) -> str:
        return text_of(self.item, "lifecycleState")

    @property
    def name(self) -> str:
        return text_of(self.item, "displayName")

    def shown(self) -> dict[str, str]:
        tags = self.item.get("freeformTags") or {}
        defined = {
            f"{space}.{key}": value
            for space, keys in (self.item.get("definedTags") or {}).items()
            for key, value in keys.items()
        }
        fields = {name: text_of(self.item, name) for name in SHOWN}
        return fields | {f"{TAG}{key}": str(value) for key, value in sorted({**defined, **tags}.items())}


async def subject(call: Call, args: InstanceArgs) -> Subject:
    """Raises AskBack when several are called so; the three error words."""
    where = await find(call, args)
    item = await named(where, "instance", args.resource)
    return await _read(where, text_of(item, "identifier"), text_of(item, "region"))


async def subject_of(call: Call, draft: Draft) -> Subject:
    """The target of a plan, read again."""
    target = draft.target
    where = await find(call, CloudArgs(compartment=target.compartment, region=target.region))
    return await _read(where, target.uid, target.region)


async def _read(where: Where, ident: str, region: str) -> Subject:
    answer = await where.api.read("compute", "get_instance", region=region, instance_id=ident)
    return Subject(where, answer.data, answer.etag, region)


# the plan


async def plan(
    call: Call, args: InstanceArgs, power: Power, warnings: Callable[[Subject], list[str]]
) -> Draft:
    found = await subject(call, args)
    if found.state != power.begins:
        raise GiveUp(
            f"{found.name} is {found.state}, not {power.begins}: {power.verb.lower()} is not possible",
            "oci:compute",
        )
    call.clients.cloud.changing(call.deadline_s)  # NotAllowed before anybody is asked to approve
    return Draft(
        action=power.name,
        args={
            "resource": text_of(found.item, "id"),
            "compartment": found.where.path(found.item),
            "region": found.region,
        },
        target=target_of(found),
        title=f"{power.verb} instance {short(found.name, 80)}",
        shown=found.shown(),
        changes=(FieldChange(path="lifecycleState", before=power.begins, after=power.ends),)
        if power.ends != power.begins
        else (FieldChange(path="lifecycleState", before=power.begins, after=f"{power.ends}, restarted"),),
        dry_run="Oracle Cloud has no dry run for this; state, tags and etag were read",
        blast=Blast(
            objects=1,
            percent=0 if power.action == "START" else 100,
            summary=f"1 instance ({text_of(found.item, 'shape')})",
        ),
        reversible=bool(power.back),
        undo=power.undo,
        rollback={"action": power.back, "state": power.begins} if power.back else None,
        write={
            "operation": "instance_action",
            "instance_id": text_of(found.item, "id"),
            "action": power.action,
            "region": found.region,
        },
        check=Check(
            criterion=f"Oracle shows the instance {power.ends}" + (" after a restart" if power.work else ""),
            deadline_s=power.deadline_s,
            hold_s=3.0,
            params={"since": call.now.isoformat()},
        ),
        before={"state": found.state},
        ownership=owner_of(found.item),
        warnings=tuple(warnings(found)),
        risk=power.risk,
    )


def target_of(found: Subject) -> Target:
    return Target(
        provider="oci", kind="Instance", name=short(found.name, 120), uid=text_of(found.item, "id"),
        region=found.region, compartment=found.where.path(found.item),
    )  # fmt: skip


def owner_of(item: Json) -> Ownership:
    """An instance pool or a node pool of a cluster starts and replaces its instances by itself."""
    meta = item.get("metadata") or {}
    if "oke-pool-id" in meta or text_of(item, "instanceConfigurationId"):
        detail = "part of a node pool of a cluster" if "oke-pool-id" in meta else "part of an instance pool"
        return Ownership(
            detail=f"{detail}, which may start or replace it", lasting_route="change the size of the pool"
        )
    return Ownership(detail="not managed by a pool")


async def reread(call: Call, draft: Draft) -> Reread:
    """The same instance, in the state, with the name, shape and tags that were shown."""
    found = await subject_of(call, draft)
    now = found.shown()
    names = dict.fromkeys((*draft.shown, *now))
    drift = tuple(
        FieldChange(path=name, before=draft.shown.get(name, "(unset)"), after=now.get(name, "(unset)"))
        for name in names
        if draft.shown.get(name) != now.get(name)
    )
    return Reread(drift, found.etag)


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    """Nothing to ask: the state was just read. Raises NotAllowed without a principal for changes."""
    del precondition
    call.clients.cloud.changing(call.deadline_s)
    return draft.dry_run


# the write


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    """Sent once, demanding the etag just read; the token makes a second arrival of the same step no second effect."""
    return await _send(call, approved, str(approved.draft.write["action"]), precondition)


async def _send(call: Call, approved: Approved, action: str, etag: str) -> Applied:
    api = call.clients.cloud.changing(call.deadline_s, f"cloudops-{call.request}")
    write = approved.draft.write
    answer = await api.write(
        "compute", "instance_action", region=str(write["region"]), instance_id=str(write["instance_id"]),
        action=action, if_match=etag, opc_retry_token=token(approved.token),
    )  # fmt: skip
    return Applied(answer.request_id, f"now {text_of(answer.data, 'lifecycleState')}")


def token(step: str) -> str:
    """At most 64 characters of what Oracle takes; the same for the same step of the same plan."""
    return step.replace(":", "-")[-64:]


async def roll_back(call: Call, approved: Approved) -> Applied:
    """The opposite action, when the instance has come to rest."""
    draft = approved.draft
    back = draft.rollback
    if back is None:
        raise GiveUp(draft.undo, "oci:compute")
    found = await subject_of(call, draft)
    if found.state == back["state"]:
        return Applied("", "it is in its former state already")
    if found.state not in {RUNNING, STOPPED}:
        raise NotYet(f"{found.name} is {found.state}: it cannot be put back yet", "oci:compute")
    return await _send(call, approved, str(back["action"]), found.etag)
