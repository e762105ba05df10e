"""The simulated kubelet: what becomes of containers, in a kubelet's words."""

import pytest

from tests.unit.worlds import NS, Lab

PODS = "v1/pods"


def pod(lab, notes=None, *, restart="Always", container=None, **spec):
    inner = {"name": "main", "image": "app:1", **(container or {})}
    body = {"restartPolicy": restart, "containers": [inner], **spec}
    return lab.make(PODS, "p", metadata={"annotations": notes or {}}, spec=body)


def first(lab):
    return lab.get(PODS, "p")["status"]["containerStatuses"][0]


def test_a_crash_loop_backs_off_ten_then_twenty_seconds():
    lab = Lab()
    pod(lab, {"sim/behavior": "crash:3", "sim/logs": "boom", "sim/previous-logs": "boom before"})
    lab.after(5)
    assert first(lab)["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert "back-off 10s restarting failed container=main" in first(lab)["state"]["waiting"]["message"]
    assert first(lab)["lastState"]["terminated"]["exitCode"] == 3
    lab.after(11)
    assert "back-off 20s" in first(lab)["state"]["waiting"]["message"]
    assert first(lab)["restartCount"] == 2
    assert any("Back-off restarting failed container main" in text for text in lab.events("BackOff"))
    lines = lab.world.logs.read(lab.get(PODS, "p"), "main", previous=True)
    assert [text for _, text in lines] == ["boom before"]


def test_an_image_that_does_not_exist_is_refused_then_backed_off():
    lab = Lab()
    pod(lab, container={"image": "app:does-not-exist"})
    lab.after(1)
    assert first(lab)["state"]["waiting"]["reason"] == "ErrImagePull"
    lab.after(3)
    assert first(lab)["state"]["waiting"]["reason"] == "ImagePullBackOff"
    assert lab.get(PODS, "p")["status"]["phase"] == "Pending"
    assert any("not found" in text for text in lab.events("Failed"))


@pytest.mark.parametrize(("limit", "restarts"), [("20Mi", True), ("128Mi", False)])
def test_a_limit_below_the_working_set_kills(limit, restarts):
    lab = Lab()
    pod(lab, {"sim/memory": "100Mi"}, container={"resources": {"limits": {"memory": limit}}})
    lab.after(10)
    assert bool(first(lab)["restartCount"]) is restarts
    if restarts:
        assert first(lab)["lastState"]["terminated"] | {"startedAt": 0, "finishedAt": 0} == {
            "exitCode": 137, "reason": "OOMKilled", "startedAt": 0, "finishedAt": 0,
        }  # fmt: skip


def test_a_missing_key_and_a_missing_map_are_named_and_heal():
    lab = Lab()
    entry = {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mode"}}}
    pod(lab, container={"env": [entry]})
    lab.after(2)
    waiting = first(lab)["state"]["waiting"]
    assert (waiting["reason"], waiting["message"]) == (
        "CreateContainerConfigError",
        'configmap "settings" not found',
    )
    lab.make("v1/configmaps", "settings", data={"other": "1"})
    lab.after(12)
    assert first(lab)["state"]["waiting"]["message"] == f"couldn't find key mode in ConfigMap {NS}/settings"
    lab.edit("v1/configmaps", "settings", lambda cm: cm["data"].update(mode="x"))
    lab.after(12)
    assert first(lab)["ready"]


def test_a_volume_without_its_map_stays_in_creation():
    lab = Lab()
    pod(lab, volumes=[{"name": "v", "configMap": {"name": "gone"}}])
    lab.after(5)
    assert first(lab)["state"]["waiting"]["reason"] == "ContainerCreating"
    assert lab.events("FailedMount") == [
        'MountVolume.SetUp failed for volume "v" : configmap "gone" not found'
    ]


def test_a_liveness_probe_on_a_closed_port_restarts_and_a_readiness_probe_only_unreadies():
    port = {"ports": [{"containerPort": 8080}]}
    closed = {"httpGet": {"path": "/", "port": 9}, "periodSeconds": 2, "failureThreshold": 1}
    lab = Lab()
    pod(lab, container=port | {"livenessProbe": closed})
    lab.after(8)
    assert first(lab)["restartCount"] >= 1
    assert first(lab)["lastState"]["terminated"]["reason"] == "Error"
    assert any(
        "Liveness probe failed" in text and "connection refused" in text for text in lab.events("Unhealthy")
    )
    other = Lab()
    pod(other, container=port | {"readinessProbe": closed})
    other.after(8)
    assert not first(other)["ready"]
    assert first(other)["restartCount"] == 0
    assert any("Readiness probe failed" in text for text in other.events("Unhealthy"))


def test_init_containers_go_first_and_their_failure_blocks():
    lab = Lab()
    pod(lab, {"sim/setup.behavior": "crash:127"}, initContainers=[{"name": "setup", "image": "s:1"}])
    lab.after(6)
    status = lab.get(PODS, "p")["status"]
    assert status["initContainerStatuses"][0]["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert status["containerStatuses"][0]["state"]["waiting"]["reason"] == "PodInitializing"
    assert {c["type"]: c["status"] for c in status["conditions"]}["Initialized"] == "False"


@pytest.mark.parametrize(("mark", "phase"), [(None, "Succeeded"), ("fail:2", "Failed")])
def test_a_pod_that_ends(mark, phase):
    lab = Lab()
    pod(lab, {"sim/behavior": mark} if mark else {}, restart="Never")
    lab.after(5)
    assert lab.get(PODS, "p")["status"]["phase"] == phase


def test_a_deleted_pod_stops_and_a_stuck_one_stays():
    lab = Lab()
    pod(lab)
    lab.after(3)
    lab.store.delete(PODS, NS, "p")
    lab.after(2)
    assert lab.get(PODS, "p") is None
    pod(lab, {"sim/behavior": "stuck"})
    lab.after(3)
    lab.store.delete(PODS, NS, "p")
    lab.after(60)
    assert lab.get(PODS, "p")["metadata"]["deletionTimestamp"]


def test_a_kubelet_that_starts_again_goes_on_where_it_was():
    from sandbox.world.world import World

    lab = Lab()
    pod(lab)
    lab.make(
        PODS,
        "loop",
        metadata={"annotations": {"sim/behavior": "crash"}},
        spec={"containers": [{"name": "m", "image": "x:1"}]},
    )
    lab.after(5)
    before = [lab.get(PODS, name)["status"] for name in ("p", "loop")]
    lab.world = World(lab.store)
    lab.world.ctx.live = False
    lab.world.settle()
    after = [lab.get(PODS, name)["status"] for name in ("p", "loop")]
    assert after[0] == before[0]
    assert after[1]["podIP"] == before[1]["podIP"]
    assert after[1]["containerStatuses"][0]["restartCount"] >= 1


def test_use_is_measured_only_of_what_runs():
    lab = Lab()
    pod(lab, {"sim/memory": "100Mi", "sim/cpu": "500m"})
    lab.after(30)
    found = next(p for p in lab.world.meter.pods() if p["metadata"]["name"] == "p")["containers"][0]["usage"]
    assert 90 * 1024 < int(found["memory"].removesuffix("Ki")) < 110 * 1024
    assert 0.4e9 < int(found["cpu"].removesuffix("n")) < 0.6e9
    assert len(lab.world.meter.nodes()) == 3
