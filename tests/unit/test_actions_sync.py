"""Who would take a change back, and pausing that: Argo CD and Flux as custom resources of the local API server."""

import pytest
from pydantic import ValidationError

from sandbox.world.gitops import APPLICATIONS, HELMRELEASES, KUSTOMIZATIONS, define
from tests.unit import test_actions_workload as shop
from tests.unit.test_actions_workload import ACTION, APP, NS, applied, approved
from tools.cluster.answers import Conflict
from tools.errors import GiveUp
from tools.plan import Effect, Observed
from tools.remediation.arguments import SyncArgs
from tools.spec import Risk

world = shop.world
pause, resume = ACTION["sync_pause"], ACTION["sync_resume"]
HEALS = {"prune": True, "selfHeal": True}
COMMIT = "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"
AT = {
    "application": (APPLICATIONS, "argocd", {"syncPolicy": {"automated": HEALS}}),
    "kustomization": (KUSTOMIZATIONS, "flux-system", {"interval": "5m0s"}),
    "helmrelease": (HELMRELEASES, "flux-system", {"interval": "5m"}),
}
KINDS = list(AT)


def install(world, kind, spec=None, **status):
    resource, home, usual = AT[kind]
    define(world.store)
    if world.store.get("v1/namespaces", None, home) is None:
        world.store.create("v1/namespaces", {"metadata": {"name": home}})
    body = {"metadata": {"name": "web", "namespace": home}, "spec": usual if spec is None else spec}
    world.store.create(resource, body | ({"status": status} if status else {}))


def now(world, kind):
    resource, home, _ = AT[kind]
    return world.store.get(resource, home, "web")


def edit(world, kind, change):
    item = now(world, kind)
    change(item["spec"])
    world.store.replace(AT[kind][0], item)


def switch(spec, *, on):
    """Somebody's hand on either kind."""
    if "interval" in spec:
        spec["suspend"] = not on
    else:
        spec["syncPolicy"] = {"automated": dict(HEALS)} if on else {}


async def drafted(world, action, kind="application", **args):
    return await action.plan(world.call, SyncArgs(**({"kind": kind, "name": "web"} | args)))


def mark(world, **marks):
    world.change(lambda item: item["metadata"].setdefault("labels", {}).update(marks))


# pause and resume


@pytest.mark.parametrize("kind", KINDS)
async def test_a_sync_is_paused_and_taken_up_again_as_it_was(world, kind):
    install(world, kind)
    before = now(world, kind)["spec"]
    draft = await drafted(world, pause, kind)
    assert world.writes() == []
    assert draft.dry_run == "accepted by local, no warnings"
    assert await pause.effect(world.call, draft, "plan_1") is Effect.NONE
    await applied(world, pause, draft)
    assert await pause.effect(world.call, draft, "plan_1") is Effect.DONE
    assert (await pause.observe(world.call, draft)).state is Observed.HOLDS
    back = await drafted(world, resume, kind)
    assert not [w for w in back.warnings if "not known" in w]
    await applied(world, resume, back, "plan_2")
    assert now(world, kind)["spec"] == before
    assert "cloudops/paused-sync" not in now(world, kind)["metadata"]["annotations"]
    assert (await resume.observe(world.call, back)).state is Observed.HOLDS
    assert (await pause.observe(world.call, draft)).state is Observed.FAILED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["sync_pause", "sync_resume"])
async def test_what_is_ignored_or_turned_back_never_holds_and_is_put_back_exactly(world, kind, name):
    install(world, kind)
    action = ACTION[name]
    edit(world, kind, lambda spec: switch(spec, on=name == "sync_pause"))
    before = now(world, kind)["spec"]
    draft = await drafted(world, action, kind)
    world.server.faults.add({"method": "PATCH", "accept_but_ignore": True, "times": 1})
    await applied(world, action, draft)
    seen = await action.observe(world.call, draft)
    assert (seen.state, "did not change" in seen.progress) == (Observed.FAILED, True)
    world.server.faults.clear()
    await applied(world, action, draft)
    await action.roll_back(world.call, approved(draft))
    after = now(world, kind)["spec"]
    assert after.get("suspend", False) == before.get("suspend", False)
    assert after.get("syncPolicy") == before.get("syncPolicy")
    assert (await action.observe_rollback(world.call, draft)).state is Observed.HOLDS
    seen = await action.observe(world.call, draft)
    assert (seen.state, "changed it again" in seen.progress) == (Observed.FAILED, True)


async def test_the_sync_is_found_by_the_service_that_it_keeps(world):
    install(world, "application")
    mark(world, **{"argocd.argoproj.io/instance": "web"})
    draft = await drafted(world, pause, None, name=None, service=APP)
    assert (draft.target.kind, draft.target.namespace, draft.target.name) == ("Application", "argocd", "web")
    mark(world, **{"argocd.argoproj.io/instance": ""})
    with pytest.raises(GiveUp, match="neither Argo CD nor Flux"):
        await drafted(world, pause, None, name=None, service=APP)


async def test_resuming_what_nobody_knows_comes_back_without_prune_and_self_heal(world):
    apart = [{"kind": "Deployment", "namespace": NS, "name": APP, "status": "OutOfSync"}]
    install(world, "application", {}, resources=apart)
    draft = await drafted(world, resume)
    assert draft.risk is Risk.MEDIUM
    assert any("without prune and self-heal" in w for w in draft.warnings)
    assert any(f"Deployment {NS}/{APP}" in w for w in draft.warnings)
    await applied(world, resume, draft)
    assert now(world, "application")["spec"]["syncPolicy"]["automated"] == {}


async def test_a_forged_note_of_what_was_paused_is_not_taken(world):
    install(world, "application", {})
    item = now(world, "application")
    item["metadata"]["annotations"] = {"cloudops/paused-sync": '{"prune":true,"source":"evil"}'}
    world.store.replace(APPLICATIONS, item)
    assert any("not known" in w for w in (await drafted(world, resume)).warnings)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_so_already_or_not_there_is_refused(world, kind):
    install(world, kind)
    with pytest.raises(GiveUp, match="already: nothing to resume"):
        await drafted(world, resume, kind)
    edit(world, kind, lambda spec: switch(spec, on=False))
    with pytest.raises(GiveUp, match="already: nothing to pause"):
        await drafted(world, pause, kind)
    with pytest.raises(GiveUp) as caught:
        await drafted(world, pause, kind, name="nobody")
    assert caught.value.not_found


async def test_drift_voids_and_another_object_is_not_touched(world):
    install(world, "kustomization")
    draft = await drafted(world, pause, "kustomization")
    again = await pause.reread(world.call, draft)
    edit(world, "kustomization", lambda spec: spec.update(suspend=True))
    assert [d.path for d in (await pause.reread(world.call, draft)).drift] == ["spec.suspend"]
    with pytest.raises(Conflict):
        await pause.apply(world.call, approved(draft), again.precondition)
    world.store.delete(KUSTOMIZATIONS, "flux-system", "web")
    install(world, "kustomization")
    assert await pause.effect(world.call, draft, "plan_1") is Effect.CANNOT_TELL
    with pytest.raises(Conflict):
        await pause.roll_back(world.call, approved(draft))


async def test_a_refused_dry_run_gives_no_plan(world):
    install(world, "application")
    world.server.faults.add({"method": "PATCH", "status": 403, "body": {
        "kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403,
        "message": 'admission webhook "gate" denied the request: frozen',
    }})  # fmt: skip
    with pytest.raises(GiveUp, match="frozen"):
        await drafted(world, pause)


def test_what_names_nothing_is_refused():
    with pytest.raises(ValidationError):
        SyncArgs(namespace=NS)


# who would take a change back

ARGO = {"argocd.argoproj.io/instance": "web"}
FLUX = {"kustomize.toolkit.fluxcd.io/name": "web", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
RELEASE = {"helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "flux-system"}


@pytest.mark.parametrize(
    ("managed", "reverts", "hold"),
    [
        ((ARGO, "application", {"syncPolicy": {"automated": HEALS}}), True, 190.0),
        ((ARGO, "application", {"syncPolicy": {"automated": {"prune": True}}}), False, 6.0),
        ((ARGO, "application", {}), False, 6.0),
        ((FLUX, "kustomization", {"interval": "5m0s"}), True, 310.0),
        ((FLUX, "kustomization", {"interval": "5m", "suspend": True}), False, 6.0),
        ((RELEASE, "helmrelease", {"interval": "5m"}), False, 6.0),
        ((RELEASE, "helmrelease", {"interval": "5m", "driftDetection": {"mode": "enabled"}}), True, 310.0),
    ],
)
async def test_verification_outlasts_whoever_would_take_it_back(world, managed, reverts, hold):
    marks, kind, spec = managed
    install(world, kind, spec)
    mark(world, **marks)
    draft = await ACTION["set_image"].plan(
        world.call, ACTION["set_image"].args(namespace=NS, name=APP, image="shop:2")
    )
    assert (draft.ownership.reverts, draft.check.hold_s) == (reverts, hold)
    assert any("sync_pause" in w for w in draft.warnings) is reverts
    assert draft.ownership.lasting_route


async def test_the_route_that_lasts_names_repository_path_and_commit(world):
    source = {"repoURL": "https://git.example/shop.git", "path": "apps/web"}
    spec = {"syncPolicy": {"automated": HEALS}, "source": source}
    install(world, "application", spec, sync={"status": "Synced", "revision": COMMIT})
    mark(world, **ARGO)
    draft = await ACTION["scale"].plan(world.call, ACTION["scale"].args(namespace=NS, name=APP, replicas=4))
    route = draft.ownership.lasting_route
    assert "https://git.example/shop.git, path apps/web" in route
    assert f"git revert {COMMIT[:12]}" in route


async def test_a_reconciliation_that_is_too_far_away_to_be_watched_is_refused_with_the_other_route(world):
    install(world, "kustomization", {"interval": "1h"})
    mark(world, **FLUX)
    with pytest.raises(GiveUp, match=r"within 60 minutes: nothing would be proven.*sync_pause"):
        await ACTION["set_image"].plan(
            world.call, ACTION["set_image"].args(namespace=NS, name=APP, image="shop:2")
        )


async def test_helm_is_named_with_the_command_that_lasts(world):
    mark(world, **{"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "web"})
    draft = await ACTION["scale"].plan(world.call, ACTION["scale"].args(namespace=NS, name=APP, replicas=4))
    assert f"helm rollback web REVISION -n {NS}" in draft.ownership.lasting_route
    assert not draft.ownership.reverts


async def test_a_restart_is_left_alone_by_whoever_manages_it(world):
    install(world, "application")
    mark(world, **ARGO)
    draft = await ACTION["rollout_restart"].plan(
        world.call, ACTION["rollout_restart"].args(namespace=NS, name=APP)
    )
    assert (draft.ownership.manager, draft.ownership.reverts, draft.check.hold_s) == ("argocd", False, 5.0)
