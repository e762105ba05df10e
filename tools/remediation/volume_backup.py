"""Back up a block or boot volume: a new backup beside it, which costs until somebody deletes it."""

from __future__ import annotations

from typing import Final

from pydantic import Field, model_validator

from tools.oracle.where import CloudArgs, Where, text_of
from tools.plan import Blast, Check, Draft, FieldChange
from tools.reads.digest import short
from tools.remediation import volume
from tools.remediation.alarm import moment
from tools.remediation.cloud_created import MARK, NOWHERE, Created, Making, mark_of
from tools.remediation.cloud_item import NO_DRY_RUN, Item, ResourceArgs, any_item, item, item_of, may_change
from tools.remediation.cloud_kinds import BOOT_VOLUME, INSTANCE, VOLUME
from tools.remediation.volume import SORTS, sort_of
from tools.spec import Call, Json, Risk

DEADLINE_S: Final = 3_600.0


class Args(CloudArgs):
    resource: str | None = Field(
        None, min_length=1, max_length=300, description="volume: display name or OCID"
    )
    instance: str | None = Field(
        None, min_length=1, max_length=300, description="instance, for its boot volume: display name or OCID"
    )
    full: bool = Field(False, description="everything; left out: only what differs from the last backup")

    @model_validator(mode="after")
    def _one(self) -> Args:
        if (self.resource is None) == (self.instance is None):
            raise ValueError("name the volume, or the instance whose boot volume is meant")
        return self


async def plan(call: Call, args: Args) -> Draft:
    found = await _meant(call, args)
    volume.must_be_available(found)
    may_change(call)
    sort, whole = sort_of(found), "FULL" if args.full else "INCREMENTAL"
    name = f"{short(found.name, 80)}-{moment(call.now.isoformat()).replace(':', '')}"
    mark = mark_of(call, found.id)
    details = {sort.field: found.id, "displayName": name, "type": whole, "freeformTags": {MARK: mark}}
    return Draft(
        action="volume_backup",
        args=found.args(full=args.full or None),
        target=found.target(),
        title=f"Back up {found.kind.word} {short(found.name, 80)}",
        shown=volume.shown(found, await volume.backups_of(found)),
        changes=(FieldChange(path=f"backup {name}", before="(not there)", after=f"{whole.lower()}, of {volume.size(found)}"),),
        dry_run=NO_DRY_RUN,
        blast=Blast(summary=f"1 new backup; the {found.kind.word} goes on as it is"),
        reversible=True,
        undo="delete the backup again",
        rollback={"service": "blockstorage", "operation": sort.delete_backup, "region": found.region},
        write={
            "service": "blockstorage", "operation": sort.create_backup, "region": found.region, "token": True,
            "arguments": {f"{sort.create_backup}_details": details},
        },
        check=Check(
            criterion="Oracle shows the backup AVAILABLE", deadline_s=DEADLINE_S,
            params={"mark": mark, "compartment": text_of(found.body, "compartmentId")},
        ),
        before={"state": NOWHERE},
        warnings=(
            "it costs until somebody deletes it: no date is set",
            "what runs on it and has not written to disk yet is not in it",
        ),
        risk=Risk.LOW,
    )  # fmt: skip


async def _meant(call: Call, args: Args) -> Item:
    place: Json = args.model_dump(include={"service", "compartment", "region"})
    if args.resource:
        return await any_item(
            call, (VOLUME, BOOT_VOLUME), "volume", ResourceArgs(resource=args.resource, **place)
        )
    return await volume.boot_volume_of(
        await item(call, INSTANCE, ResourceArgs(resource=args.instance or "", **place))
    )


async def shown(call: Call, draft: Draft, where: Where) -> dict[str, str]:
    del where
    found = await item_of(call, SORTS[draft.target.kind].kind, draft)
    return volume.shown(found, await volume.backups_of(found))


def _making(draft: Draft) -> Making:
    sort = SORTS[draft.target.kind]
    narrowed = {"compartment_id": draft.check.params["compartment"], sort.kind.ident: draft.target.uid}
    return Making(
        sort.backups, sort.list_backups, narrowed, frozenset({volume.AVAILABLE}), frozenset({"FAULTY"})
    )


VOLUME_BACKUP = Created(_making, shown).action(
    plan,
    name="volume_backup",
    summary="Back up an Oracle Cloud block or boot volume.",
    args=Args,
    risk=Risk.LOW,
    reversible=True,
    reads=("volume", "its backups", "boot volume attachments of an instance that was named"),
    writes=("volume backup: new",),
    verified="Oracle shows the backup AVAILABLE",
    needs_oci=("VOLUME_INSPECT", "VOLUME_WRITE", "VOLUME_BACKUP_INSPECT", "VOLUME_BACKUP_READ", "VOLUME_BACKUP_CREATE", "VOLUME_BACKUP_DELETE"),
    examples=("back up volume old-scratch", "back up the boot volume of bastion-1"),
    says=(
        "(back up|backup|snapshot) [the] boot volume of [the] [instance] {instance}",
        "(make|take|create) [a] (backup|snapshot) of [the] boot volume of [the] [instance] {instance}",
        "(back up|backup|snapshot) [the] [(block|boot)] volume {resource}",
        "(make|take|create) [a] (backup|snapshot) of [the] [(block|boot)] volume {resource}",
    ),
)  # fmt: skip
