"""Image, pause and resume of a workload's rollout, against the local API server."""

import pytest
from pydantic import ValidationError

from tests.unit import test_actions_workload as shop
from tests.unit.test_actions_workload import APP, NS, applied, approved, drafted
from tools.errors import AskBack, GiveUp
from tools.plan import Effect, Observed
from tools.remediation.arguments import ImageArgs
from tools.spec import Risk

world, released = shop.world, shop.released


def pause(world, *, on=True):
    world.change(lambda item: item["spec"].update(paused=on))
    generation = world.item()["metadata"]["generation"]
    world.store.patch_status(shop.KEY, NS, APP, world.item()["status"] | {"observedGeneration": generation})


def seen(world):
    """The controller takes note of the pause and of nothing else."""
    generation = world.item()["metadata"]["generation"]
    world.store.patch_status(shop.KEY, NS, APP, world.item()["status"] | {"observedGeneration": generation})


# the image


def release(world, image):
    world.change(lambda item: item["spec"]["template"]["spec"]["containers"][0].update(image=image))
    world.settle()


async def test_an_image_says_where_it_ran_and_what_runs_now(world):
    release(world, "shop:2")
    for pod in world.store.list("v1/pods", NS):
        status = pod["status"]
        status["containerStatuses"][0]["imageID"] = f"registry/shop@sha256:{'ab' * 32}"
        world.store.patch_status("v1/pods", NS, pod["metadata"]["name"], status)
    _, draft = await drafted(world, "set_image", image="shop:1")
    change = draft.changes[0]
    assert (change.before, change.after) == (
        "shop:2 (revision 2, sha256:abababababab)",
        "shop:1 (ran as revision 1)",
    )
    assert draft.before["image"] == "shop:2 (sha256:abababababab)"
    assert draft.warnings == ()


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("shop", "moving name"),
        ("shop:latest", "moving name"),
        ("other/shop:3", "another place: other/shop instead of shop"),
    ],
)
async def test_a_name_that_may_bring_something_else_is_warned_of(world, image, words):
    _, draft = await drafted(world, "set_image", image=image)
    assert any(words in w for w in draft.warnings)


async def test_a_digest_is_no_moving_name(world):
    _, draft = await drafted(world, "set_image", image=f"shop@sha256:{'0' * 64}")
    assert draft.warnings == ()


async def test_an_image_that_was_rolled_back_is_known_to_be_bad(world):
    release(world, "shop:2")
    world.change(lambda item: item["metadata"].setdefault("annotations", {}).update(
        {"cloudops/taken-back": f"{shop.fingerprint(item['spec']['template'])}:OOMKilled"}
    ))  # fmt: skip
    release(world, "shop:1")
    first = world.store.get("apps/v1/replicasets", NS, f"{APP}-1")
    first["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] = "1"
    world.store.replace("apps/v1/replicasets", first)
    _, draft = await drafted(world, "set_image", image="shop:2")
    assert any("KNOWN TO BE BAD" in w and "OOMKilled" in w for w in draft.warnings)


async def test_the_same_image_is_nothing_and_an_unknown_container_is_asked_back(world):
    with pytest.raises(GiveUp, match="already has image shop:1"):
        await drafted(world, "set_image", image="shop:1")
    with pytest.raises(AskBack) as asked:
        await drafted(world, "set_image", image="shop:2", container="sidecar")
    assert asked.value.options == ("app",)
    assert world.writes() == []


@pytest.mark.parametrize(
    "image", ["", "Shop:1", "shop:", "shop: 1", "shop:1;rm", "http://shop:1", "shop@sha256:00", "-shop", "a//b", "$(x)", "shop:1\n"]
)  # fmt: skip
def test_what_is_no_image_is_refused(image):
    if image.strip() == "shop:1":
        assert ImageArgs(namespace=NS, name=APP, image=image).image == "shop:1"  # white space around is cut
        return
    with pytest.raises(ValidationError):
        ImageArgs(namespace=NS, name=APP, image=image)


@pytest.mark.parametrize(
    "image", ["a", "shop:1.2-rc_1", "reg.example:5000/a/b__c:1", "iad.ocir.io/ns/x@sha256:" + "a" * 64]
)
def test_what_is_an_image_is_taken(image):
    assert ImageArgs(namespace=NS, name=APP, image=image).image == image


# pause and resume


async def test_a_pause_holds_is_seen_and_is_taken_back(world):
    action, draft = await drafted(world, "rollout_pause")
    assert world.writes() == []
    assert draft.risk is Risk.LOW
    assert await action.effect(world.call, draft, "plan_1") is Effect.NONE
    await applied(world, action, draft)
    assert world.item()["spec"]["paused"] is True
    assert await action.effect(world.call, draft, "plan_1") is Effect.DONE
    assert (await action.observe(world.call, draft)).state is Observed.NOT_YET
    seen(world)
    assert (await action.observe(world.call, draft)).state is Observed.HOLDS
    await action.roll_back(world.call, approved(draft))
    seen(world)
    assert "paused" not in world.item()["spec"]
    assert (await action.observe_rollback(world.call, draft)).state is Observed.HOLDS


async def test_a_rollout_under_way_is_said_to_stop_between_versions(world):
    world.store.patch_status(shop.KEY, NS, APP, world.item()["status"] | {"updatedReplicas": 1})
    _, draft = await drafted(world, "rollout_pause")
    assert any("stays at 1 of 3 pods new" in w for w in draft.warnings)


async def test_resuming_shows_what_waits_and_verifies_its_rollout(world):
    pause(world)
    world.change(lambda item: item["spec"]["template"]["spec"]["containers"][0].update(image="shop:2"))
    seen(world)
    action, draft = await drafted(world, "rollout_resume")
    assert ("spec.containers[app].image", "shop:1", "shop:2") in {
        (c.path, c.before, c.after) for c in draft.changes
    }
    assert (draft.blast.pods, draft.risk) == (3, Risk.MEDIUM)
    assert not [w for w in draft.warnings if "paused" in w]
    await applied(world, action, draft)
    assert await action.effect(world.call, draft, "plan_1") is Effect.DONE
    world.settle()
    assert (await action.observe(world.call, draft)).state is Observed.HOLDS
    await action.roll_back(world.call, approved(draft))
    seen(world)
    assert world.item()["spec"]["paused"] is True
    assert (await action.observe_rollback(world.call, draft)).state is Observed.HOLDS


async def test_resuming_without_anything_waiting_replaces_no_pod(world):
    pause(world)
    _, draft = await drafted(world, "rollout_resume")
    assert (draft.blast.pods, draft.risk, len(draft.changes)) == (0, Risk.LOW, 1)


@pytest.mark.parametrize(
    ("name", "on", "words"),
    [("rollout_pause", True, "paused already"), ("rollout_resume", False, "not paused")],
)
async def test_what_is_so_already_is_nothing_to_change(world, name, on, words):
    pause(world, on=on)
    with pytest.raises(GiveUp, match=words):
        await drafted(world, name)


@pytest.mark.parametrize(("name", "on"), [("rollout_pause", False), ("rollout_resume", True)])
async def test_a_pause_that_is_ignored_reverted_or_stale_never_holds(world, name, on):
    pause(world, on=on)
    action, draft = await drafted(world, name)
    world.server.faults.add({"method": "PATCH", "accept_but_ignore": True, "times": 1})
    await applied(world, action, draft)
    seen(world)
    ignored = await action.observe(world.call, draft)
    assert (ignored.state, "did not change" in ignored.progress) == (Observed.FAILED, True)
    world.server.faults.clear()
    await applied(world, action, draft)
    world.change(lambda item: item["spec"].update(paused=on))
    seen(world)
    reverted = await action.observe(world.call, draft)
    assert (reverted.state, "changed it again" in reverted.progress) == (Observed.FAILED, True)
    assert "metadata.generation" in {d.path for d in (await action.reread(world.call, draft)).drift}


@pytest.mark.parametrize("name", ["set_image", "rollout_pause"])
async def test_a_dry_run_that_is_refused_gives_no_plan(world, name):
    world.server.faults.add({"method": "PATCH", "status": 403, "body": {
        "kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403,
        "message": 'admission webhook "gate" denied the request: frozen',
    }})  # fmt: skip
    args = {"image": "shop:2"} if name == "set_image" else {}
    with pytest.raises(GiveUp, match="frozen"):
        await drafted(world, name, **args)
