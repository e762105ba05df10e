"""Volumes and tags as changes, against the local OCI with the real SDK: backed up, deleted only when that is safe, tagged."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from agents.changes.risk import risk_of, too_big
from agents.changes.undo import undoing
from agents.policy.store import load_policy
from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, Reaches, desk
from tools.approved import Approved
from tools.errors import AskBack, GiveUp, NotYet
from tools.oracle.failures import Changed, WrongState
from tools.plan import Draft, Effect, Observed
from tools.registry import ACTIONS
from tools.spec import Call, Risk

ACTION = {action.name: action for action in ACTIONS}
PLAN = "plan_01TEST"
AD = "Xkqz:EU-FRANKFURT-1-AD-1"
DISK = {"availabilityDomain": AD, "sizeInGBs": 50, "sizeInMBs": 51_200}


def disk(name: str, **more) -> dict:
    return {"name": name, "in": "prod", "created": "-90d", "fields": DISK | more}


def backup(name: str, of: str, created: str, **more) -> dict:
    fields = {"volumeId": f"@volume/{of}", "type": "FULL", "sizeInGBs": 50, **more}
    return {"name": name, "in": "prod", "created": created, "state": "AVAILABLE", "fields": fields}


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    held = {
        "attachmentType": "paravirtualized",
        "availabilityDomain": AD,
        "instanceId": "@instance/node-1",
        "volumeId": "@volume/held",
    }
    core = {
        "Instance": instances(2, freeformTags={"team": "shop"}, definedTags={"Ops": {"Owner": "ada"}}),
        "Volume": [disk("held"), disk("bare"), disk("stale"), disk("old"), disk("guarded", freeformTags={"protected": "true"})],
        "BootVolume": [disk("root-1")],
        "BootVolumeAttachment": [{"name": "b1", "in": "prod", "fields": {"availabilityDomain": AD, "instanceId": "@instance/node-1", "bootVolumeId": "@bootvolume/root-1"}}],
        "VolumeAttachment": [{"name": "a1", "in": "lab", "state": "ATTACHED", "fields": held}],
        "VolumeBackup": [
            backup("held-1", "held", "-1h"), backup("stale-1", "stale", "-3d"), backup("old-1", "old", "-2h"),
            backup("guarded-1", "guarded", "-2h"),
        ],
    }  # fmt: skip
    space = {"description": "operations", "isRetired": False}
    tag = {"description": "who", "tagNamespaceId": "@tagnamespace/Ops", "tagNamespaceName": "Ops"}
    identity = {
        "Policy": [
            {"name": "readers", "fields": {"description": "r", "statements": ["Allow group Readers to read all-resources in tenancy"]}},
            {"name": "admins", "fields": {"description": "a", "statements": ["Allow group Administrators to manage all-resources in tenancy"]}},
            {"name": "operators", "fields": {"description": "o", "statements": ["Allow group Operators to manage volume-family in compartment prod"]}},
        ],
        "TagNamespace": [{"name": "Ops", "fields": space}],
        "Tag": [{"name": "Owner", "fields": tag | {"isRetired": False}}, {"name": "Cost", "fields": tag | {"isRetired": True}}],
    }  # fmt: skip
    with running(tenancy(resources={"core": core, "identity": identity}), tmp_path, speed=200) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def call_of(at: Desk) -> Call:
    return Call(at.clients, datetime.now(UTC), 60, Reaches(), PLAN)


async def planned(at: Desk, action: str, **args) -> Draft:
    return await ACTION[action].plan(call_of(at), ACTION[action].args(**args))


def approved(draft: Draft, step: str = "apply") -> Approved:
    return Approved(PLAN, "hash", draft, "alice", ("bob",), f"{PLAN}:{step}")


async def sent(at: Desk, draft: Draft) -> None:
    action = ACTION[draft.action]
    again = await action.reread(call_of(at), draft)
    assert again.drift == ()
    await action.dry_run(call_of(at), draft, again.precondition)
    await action.apply(call_of(at), approved(draft), again.precondition)


async def verdict(at: Desk, draft: Draft, what: str = "observe") -> Observed:
    for _ in range(200):
        seen = await getattr(ACTION[draft.action], what)(call_of(at), draft)
        if seen.state is not Observed.NOT_YET:
            return seen.state
    raise AssertionError("no verdict")


def backups(local: Running, volume: str) -> list:
    records = local.server.tenancy.records
    records.settle()
    ident = local.ocid("volume", volume)
    return [one for one in records.of("core", "VolumeBackup") if one.body["volumeId"] == ident and one.state == "AVAILABLE"]  # fmt: skip


async def test_a_backup_is_made_once_found_by_its_mark_and_deleted_when_it_is_taken_back(at, local):
    draft = await planned(at, "volume_backup", resource="bare", full=True)
    assert draft.shown["newest backup"] == "none"
    assert draft.changes[0].after == "full, of 50 GB"
    await sent(at, draft)
    await ACTION["volume_backup"].apply(call_of(at), approved(draft), "")  # the same step arrives again
    assert await verdict(at, draft) is Observed.HOLDS
    assert await ACTION["volume_backup"].effect(call_of(at), draft, PLAN) is Effect.DONE
    assert len(backups(local, "bare")) == 1
    await ACTION["volume_backup"].roll_back(call_of(at), approved(draft, "rollback"))
    assert await verdict(at, draft, "observe_rollback") is Observed.HOLDS
    assert backups(local, "bare") == []


async def test_a_backup_that_is_still_being_made_is_not_taken_back_yet(at, local):
    draft = await planned(at, "volume_backup", resource="bare")
    records = local.server.tenancy.records
    await sent(at, draft)
    made = next(
        one
        for one in records.of("core", "VolumeBackup")
        if one.body["volumeId"] == local.ocid("volume", "bare")
    )
    records.due.clear()
    records.change(made, {"lifecycleState": "CREATING"}, local.clock())
    with pytest.raises(NotYet, match="is CREATING"):
        await ACTION["volume_backup"].roll_back(call_of(at), approved(draft, "rollback"))


async def test_a_backup_that_ends_faulty_has_failed(at, local):
    draft = await planned(at, "volume_backup", resource="bare")
    local.local("/local/faults", {"operation": "create_volume_backup", "fails": True, "times": 1})
    await sent(at, draft)
    assert await verdict(at, draft) is Observed.FAILED


@pytest.mark.parametrize("named", [{"resource": "root-1"}, {"instance": "node-1"}])
async def test_a_boot_volume_is_backed_up_the_same_way(at, named):
    draft = await planned(at, "volume_backup", **named)
    assert (draft.title, draft.target.kind) == ("Back up boot volume root-1", "BootVolume")
    await sent(at, draft)
    assert await verdict(at, draft) is Observed.HOLDS


async def test_of_an_instance_its_boot_volume_is_meant_and_one_thing_is_named(at):
    with pytest.raises(GiveUp, match="no boot volume of node-2"):
        await planned(at, "volume_backup", instance="node-2")
    for args in ({}, {"resource": "bare", "instance": "node-1"}):
        with pytest.raises(ValueError, match="name the volume, or the instance"):
            ACTION["volume_backup"].args(**args)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("held", "is attached to"),
        ("bare", r"newest: none\): first “back up volume bare”"),
        ("stale", "newest: stale-1 of "),
    ],
)
async def test_only_what_nothing_holds_and_was_backed_up_today_is_deleted(at, name, why):
    with pytest.raises(GiveUp, match=why):
        await planned(at, "volume_delete", resource=name)


async def test_a_volume_that_is_deleted_says_that_it_is_for_good_and_what_is_left_of_its_data(
    at, local, tmp_path
):
    draft = await planned(at, "volume_delete", resource="old")
    assert (draft.reversible, draft.rollback, draft.risk) == (False, None, Risk.HIGH)
    assert any("the backup old-1 of" in one for one in draft.warnings)
    assert "cannot be had back" in draft.undo
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\n")
    assert risk_of(draft, "", load_policy(file))[0] is Risk.CRITICAL
    await sent(at, draft)
    assert await verdict(at, draft) is Observed.HOLDS
    assert len(backups(local, "old")) == 1
    with pytest.raises(GiveUp, match="cannot be had back"):
        await ACTION["volume_delete"].roll_back(call_of(at), approved(draft, "rollback"))


async def test_attached_between_click_and_start_nothing_is_deleted(at, local):
    draft = await planned(at, "volume_delete", resource="old")
    records = local.server.tenancy.records
    one = next(iter(records.of("core", "VolumeAttachment")))
    records.change(one, {"volumeId": local.ocid("volume", "old")}, local.clock())
    with pytest.raises(GiveUp, match="is attached to"):
        await ACTION["volume_delete"].dry_run(call_of(at), draft, "")
    etag = records.get(local.ocid("volume", "old"), "Volume").etag
    with pytest.raises(WrongState, match="attached"):
        await ACTION["volume_delete"].apply(call_of(at), approved(draft), etag)


async def test_without_its_backup_the_plan_is_no_longer_what_was_shown(at, local):
    draft = await planned(at, "volume_delete", resource="old")
    admin = local.client("core", "BlockstorageClient", "ADMIN")
    admin.delete_volume_backup(local.ocid("volumebackup", "old-1"))
    drift = (await ACTION["volume_delete"].reread(call_of(at), draft)).drift
    assert [(one.path, one.after) for one in drift] == [("newest backup", "none")]


async def test_a_protected_volume_is_refused_whoever_approves(at, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text('version: 1\nrisk: {protected: {tags: ["protected=true"]}}\n')
    draft = await planned(at, "volume_delete", resource="guarded")
    assert "is protected by the policy" in too_big(draft, load_policy(file))


# tags


async def test_tags_are_set_and_taken_off_and_the_others_stay(at, local):
    draft = await planned(
        at, "tags_apply", resource="node-1", tags={"stage": "one", "ops.owner": "bob"}, remove="team"
    )
    assert [(one.path, one.before, one.after) for one in draft.changes] == [
        ("tag stage", "(unset)", "one"),
        ("tag Ops.Owner", "ada", "bob"),
        ("tag team", "shop", "(unset)"),
    ]
    assert draft.risk is Risk.MEDIUM  # a defined tag: policies may go by it
    again = await ACTION["tags_apply"].reread(call_of(at), draft)
    await ACTION["tags_apply"].apply(call_of(at), approved(draft), again.precondition)
    assert await verdict(at, draft) is Observed.HOLDS
    body = local.server.tenancy.records.get(local.ocid("instance", "node-1"), "Instance").body
    assert (body["freeformTags"], body["definedTags"]) == ({"stage": "one"}, {"Ops": {"Owner": "bob"}})
    await ACTION["tags_apply"].roll_back(call_of(at), approved(draft, "rollback"))
    assert await verdict(at, draft, "observe_rollback") is Observed.HOLDS
    assert (body["freeformTags"], body["definedTags"]) == ({"team": "shop"}, {"Ops": {"Owner": "ada"}})


async def test_a_tag_that_somebody_else_set_meanwhile_is_neither_lost_nor_overwritten(at, local):
    draft = await planned(at, "tags_apply", resource="bare", tags={"owner": "erin"})
    precondition = (await ACTION["tags_apply"].reread(call_of(at), draft)).precondition
    admin = local.client("core", "BlockstorageClient", "ADMIN")
    admin.update_volume(local.ocid("volume", "bare"), {"freeformTags": {"theirs": "1"}})
    assert [c.path for c in (await ACTION["tags_apply"].reread(call_of(at), draft)).drift] == ["tag theirs"]
    with pytest.raises(Changed):
        await ACTION["tags_apply"].apply(call_of(at), approved(draft), precondition)


async def test_the_way_back_keeps_the_tags_that_others_set_after_the_write(at, local):
    draft = await planned(
        at, "tags_apply", resource="node-1", tags={"stage": "one", "ops.owner": "bob"}, remove="team"
    )
    again = await ACTION["tags_apply"].reread(call_of(at), draft)
    await ACTION["tags_apply"].apply(call_of(at), approved(draft), again.precondition)
    admin = local.client("core", "ComputeClient", "ADMIN")
    admin.update_instance(local.ocid("instance", "node-1"), {"freeformTags": {"stage": "one", "theirs": "1"}})
    await ACTION["tags_apply"].roll_back(call_of(at), approved(draft, "rollback"))
    body = local.server.tenancy.records.get(local.ocid("instance", "node-1"), "Instance").body
    assert body["freeformTags"] == {"team": "shop", "theirs": "1"}
    assert body["definedTags"] == {"Ops": {"Owner": "ada"}}


async def test_an_undo_is_judged_by_all_tags_those_that_nobody_changed_too(at, local, tmp_path):
    draft = await planned(at, "tags_apply", resource="guarded", tags={"owner": "erin"})
    again = await ACTION["tags_apply"].reread(call_of(at), draft)
    await ACTION["tags_apply"].apply(call_of(at), approved(draft), again.precondition)
    undo = undoing(ACTION["tags_apply"], draft)
    back = await undo.plan(call_of(at), undo.args(plan=PLAN))
    assert (back.tags, (await undo.reread(call_of(at), back)).drift) == (("protected=true", "owner=erin"), ())
    file = tmp_path / "policy.yaml"
    file.write_text('version: 1\nrisk: {protected: {tags: ["protected=true"]}}\n')
    assert "is protected by the policy" in too_big(back, load_policy(file))
    assert "an undo has no undo of its own" in risk_of(back, "staging", load_policy(None))[1]


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"Nope.Owner": "x"}, "no tag namespace Nope"),
        ({"Ops.Cost": "x"}, "no tag Cost that is in use"),
        ({"Ops.Team": "x"}, "no tag Team"),
    ],
)
async def test_a_defined_tag_that_nobody_defined_is_asked_back(at, tags, why):
    with pytest.raises(AskBack, match=why):
        await planned(at, "tags_apply", resource="node-1", tags=tags)


async def test_what_oracle_would_refuse_or_is_so_already_gets_no_card(at, local):
    with pytest.raises(GiveUp, match="10 free tags at most"):
        await planned(at, "tags_apply", resource="node-1", tags={f"t{n}": "x" for n in range(10)})
    with pytest.raises(GiveUp, match="Oracle itself writes"):
        await planned(at, "tags_apply", resource="node-1", tags={"Oracle-Tags.CreatedBy": "me"})
    with pytest.raises(GiveUp, match="so already"):
        await planned(at, "tags_apply", resource="node-1", tags={"team": "shop"})
    with pytest.raises(ValueError, match="which tags"):
        ACTION["tags_apply"].args(resource="node-1")
    writer = local.client("core", "BlockstorageClient", "CHANGE")
    assert refused(writer.delete_volume, local.ocid("volume", "held")).status == 409
