"""Delete a block volume that nothing holds, once a backup of it is there. It cannot be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tools.approved import Approved
from tools.errors import GiveUp
from tools.oracle.where import text_of
from tools.plan import (
    Action,
    Applied,
    Blast,
    Check,
    Draft,
    Effect,
    FieldChange,
    Observation,
    Observed,
    Reread,
)
from tools.reads.digest import listed, short
from tools.remediation import volume
from tools.remediation.cloud_item import (
    NO_DRY_RUN,
    Item,
    ResourceArgs,
    differences,
    item,
    item_of,
    looked,
    may_change,
    send,
)
from tools.remediation.cloud_kinds import VOLUME
from tools.spec import Call, Json, Risk

FRESH: Final = timedelta(days=1)
UNDO: Final = (
    "a deleted volume cannot be had back; its data can, as a new volume made from the backup by hand"
)
ENDED: Final = frozenset({"TERMINATED"})
ENDING: Final = frozenset({"TERMINATING", *ENDED})


async def plan(call: Call, args: ResourceArgs) -> Draft:
    found = await item(call, VOLUME, args)
    volume.must_be_available(found)
    await _free(found)
    backups = await volume.backups_of(found)
    kept = _kept(call, found, backups)
    may_change(call)
    return Draft(
        action="volume_delete",
        args=found.args(),
        target=found.target(),
        title=f"Delete volume {short(found.name, 80)}",
        shown=volume.shown(found, backups),
        changes=(FieldChange(path="lifecycleState", before=volume.AVAILABLE, after="TERMINATED, for good"),),
        dry_run=NO_DRY_RUN,
        blast=Blast(percent=100, summary=f"1 volume of {volume.size(found)}, attached to nothing"),
        reversible=False,
        undo=UNDO,
        rollback=None,
        write={
            "service": "blockstorage", "operation": "delete_volume", "region": found.region,
            "arguments": {"volume_id": found.id},
        },
        check=Check(criterion="Oracle shows the volume TERMINATED", deadline_s=300.0),
        before={"state": volume.AVAILABLE},
        warnings=(f"what is left of its data is the backup {kept}", UNDO),
        risk=Risk.HIGH,
    )  # fmt: skip


async def _free(found: Item) -> None:
    """Raises GiveUp for one that an instance holds: to detach it is another decision."""
    if held := await volume.holders(found):
        raise GiveUp(
            f"{found.name} is attached to {listed(held)}: only what nothing holds is deleted",
            "oci:Block Volume",
        )


def _kept(call: Call, found: Item, backups: list[Json]) -> str:
    """The backup that stays. Raises GiveUp without one of the last day."""
    fresh = [
        one
        for one in backups
        if text_of(one, "lifecycleState") == volume.AVAILABLE
        and call.now - datetime.fromisoformat(text_of(one, "timeCreated")) <= FRESH
    ]
    if not fresh:
        raise GiveUp(
            f"{found.name} has no backup of the last 24 hours (newest: {volume.newest(backups)}): first “back up volume {found.name}”",
            "oci:Block Volume",
        )
    return volume.newest(fresh)


async def reread(call: Call, draft: Draft) -> Reread:
    found = await item_of(call, VOLUME, draft)
    now = volume.shown(found, await volume.backups_of(found))
    return Reread(differences(draft.shown, now), found.etag)


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    """Looked at once more just before: attached since, or its backup gone, and nothing is sent. Raises GiveUp."""
    del precondition
    may_change(call)
    await _free(await item_of(call, VOLUME, draft))
    return draft.dry_run


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    return await send(call, approved, approved.draft.write, precondition)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    del plan_id
    found = await item_of(call, VOLUME, draft)
    return Effect.DONE if text_of(found.body, "lifecycleState") in ENDING else Effect.NONE


async def observe(call: Call, draft: Draft) -> Observation:
    async def look() -> Observation:
        found = await item_of(call, VOLUME, draft)
        state = text_of(found.body, "lifecycleState")
        facts = {"state": state}
        if state in ENDED:
            return Observation(Observed.HOLDS, f"it is {state}", facts)
        return Observation(Observed.NOT_YET if state in ENDING else Observed.FAILED, f"it is {state}", facts)

    return await looked(look)


async def roll_back(call: Call, approved: Approved) -> Applied:
    del call
    raise GiveUp(approved.draft.undo, "oci:Block Volume")


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    del call
    return Observation(Observed.FAILED, draft.undo, {})


VOLUME_DELETE = Action(
    name="volume_delete",
    summary="Delete an Oracle Cloud block volume that nothing holds, once it was backed up; it cannot be undone.",
    args=ResourceArgs,
    risk=Risk.HIGH,
    reversible=False,
    reads=("volume", "its attachments", "its backups"),
    writes=("volume: deleted",),
    verified="Oracle shows the volume TERMINATED",
    needs_kubernetes=(),
    needs_oci=("VOLUME_INSPECT", "VOLUME_DELETE", "VOLUME_ATTACHMENT_INSPECT", "VOLUME_BACKUP_INSPECT"),
    examples=("delete volume old-scratch",),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
    says=("(delete|remove) [the] [unattached|unused] [block] volume {resource}",),
)
