"""StatefulSets, Jobs, CronJobs, endpoints, budgets and autoscalers of the local cluster."""

import pytest

from sandbox.world.clock import epoch
from sandbox.world.controllers.schedules import upcoming
from tests.unit.worlds import NS, START, Lab, set_image, workload

SETS = "apps/v1/statefulsets"
JOBS = "batch/v1/jobs"


def stateful(lab, replicas=3, **more):
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    spec = {
        "serviceName": "db",
        "replicas": replicas,
        "volumeClaimTemplates": [claim],
        **workload("db", "db:1"),
    }
    return lab.make(SETS, "db", spec=spec | more)


def default_class(lab):
    note = {"storageclass.kubernetes.io/is-default-class": "true"}
    body = {
        "metadata": {"name": "std", "annotations": note},
        "provisioner": "x",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    lab.store.create("storage.k8s.io/v1/storageclasses", body)


def test_a_stateful_set_grows_in_order_with_a_claim_each_and_rolls_backwards():
    lab = Lab()
    default_class(lab)
    stateful(lab)
    lab.after(0.5)
    assert [p["metadata"]["name"] for p in lab.pods()] in (["db-0"], ["db-0", "db-1"])
    lab.after(10)
    assert [p["metadata"]["name"] for p in lab.pods()] == ["db-0", "db-1", "db-2"]
    assert lab.get("v1/persistentvolumeclaims", "data-db-2")["status"]["phase"] == "Bound"
    lab.edit(SETS, "db", set_image("db:2"))
    lab.after(1.2)
    images = {p["metadata"]["name"]: p["spec"]["containers"][0]["image"] for p in lab.pods()}
    assert images["db-0"] == "db:1"
    lab.after(15)
    status = lab.get(SETS, "db")["status"]
    assert {p["spec"]["containers"][0]["image"] for p in lab.pods()} == {"db:2"}
    assert status["currentRevision"] == status["updateRevision"]
    assert len(lab.store.list("apps/v1/controllerrevisions", NS)) == 2


def job(lab, mark=None, restart="Never", **spec):
    template = workload("job", "job:1", notes={"sim/behavior": mark} if mark else {}, restartPolicy=restart)[
        "template"
    ]
    return lab.make(JOBS, "once", spec={"template": template, **spec})


def conditions(lab, kind, name):
    return {
        c["type"]: c.get("reason")
        for c in lab.get(kind, name)["status"].get("conditions") or []
        if c["status"] == "True"
    }


def test_a_job_that_succeeds_and_one_that_does_not():
    lab = Lab()
    job(lab, completions=3, parallelism=2)
    lab.after(10)
    assert lab.get(JOBS, "once")["status"]["succeeded"] == 3
    assert conditions(lab, JOBS, "once") == {
        "SuccessCriteriaMet": "CompletionsReached",
        "Complete": "CompletionsReached",
    }
    other = Lab()
    job(other, "fail:1", backoffLimit=1)
    other.after(60)
    assert conditions(other, JOBS, "once") == {
        "FailureTarget": "BackoffLimitExceeded",
        "Failed": "BackoffLimitExceeded",
    }
    assert other.get(JOBS, "once")["status"]["failed"] == 2


def test_a_job_ends_at_its_deadline():
    lab = Lab()
    job(lab, "run", activeDeadlineSeconds=30)
    lab.after(20)
    assert lab.get(JOBS, "once")["status"]["active"] == 1
    lab.after(15)
    assert conditions(lab, JOBS, "once")["Failed"] == "DeadlineExceeded"


def cron(lab, schedule, **more):
    template = {"spec": {"template": workload("job", "job:1", restartPolicy="Never")["template"]}}
    return lab.make("batch/v1/cronjobs", "c", spec={"schedule": schedule, "jobTemplate": template, **more})


def test_a_cron_job_runs_when_it_says_and_not_while_suspended():
    lab = Lab()
    cron(lab, "*/10 * * * *")
    lab.after(1900)
    jobs = lab.store.list(JOBS, NS)
    assert len(jobs) == 3
    assert epoch(lab.get("batch/v1/cronjobs", "c")["status"]["lastScheduleTime"]) % 600 == 0
    lab.edit("batch/v1/cronjobs", "c", lambda c: c["spec"].update(suspend=True))
    lab.after(1300)
    assert {j["metadata"]["name"] for j in lab.store.list(JOBS, NS)} == {j["metadata"]["name"] for j in jobs}


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("30 2 * * *", "2026-11-25T02:30:00Z", "2026-11-26T02:30:00Z"),
        ("0 9 * * mon-fri", "2026-11-27T10:00:00Z", "2026-11-30T09:00:00Z"),
        ("@monthly", "2026-11-25T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("5,50 */6 * * *", "2026-11-25T06:10:00Z", "2026-11-25T06:50:00Z"),
    ],
)
def test_the_next_moment_of_a_schedule(schedule, after, expected):
    assert upcoming(schedule, epoch(after)) == epoch(expected)


@pytest.mark.parametrize("schedule", ["", "61 * * * *", "* * * *", "a * * * *"])
def test_what_is_no_schedule_is_refused(schedule):
    with pytest.raises(ValueError, match=r".*"):
        upcoming(schedule, START)


def service(lab, **spec):
    return lab.make("v1/services", "web", spec={"ports": [{"port": 80, "targetPort": 8080}], **spec})


def slice_of(lab):
    return lab.store.list("discovery.k8s.io/v1/endpointslices", NS)[0]


def test_endpoints_follow_readiness_and_named_ports():
    lab = Lab()
    service(lab, selector={"app": "web"})
    lab.after(1)
    assert slice_of(lab)["endpoints"] is None
    lab.deployment(replicas=2)
    lab.after(3)
    assert [e["conditions"]["ready"] for e in slice_of(lab)["endpoints"]] == [True, True]
    assert slice_of(lab)["ports"][0]["port"] == 8080
    assert len(lab.get("v1/endpoints", "web")["subsets"][0]["addresses"]) == 2
    lab.edit("v1/services", "web", lambda s: s["spec"]["ports"][0].update(targetPort="http"))
    lab.after(1)
    assert slice_of(lab)["ports"] is None
    lab.store.delete("v1/services", NS, "web")
    lab.after(1)
    assert lab.get("v1/endpoints", "web") is None
    assert lab.store.list("discovery.k8s.io/v1/endpointslices", NS) == []


def test_a_budget_counts_what_may_be_away():
    lab = Lab()
    selector = {"matchLabels": {"app": "web"}}
    lab.make("policy/v1/poddisruptionbudgets", "web", spec={"minAvailable": "50%", "selector": selector})
    lab.deployment(replicas=3)
    lab.after(3)
    status = lab.get("policy/v1/poddisruptionbudgets", "web")["status"]
    assert (status["currentHealthy"], status["desiredHealthy"], status["disruptionsAllowed"]) == (3, 2, 1)


def autoscaler(lab, **spec):
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
    }
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    body = {"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 4, "metrics": [metric], **spec}
    lab.world.ctx.live = True
    return lab.make("autoscaling/v2/horizontalpodautoscalers", "web", spec=body)


def test_an_autoscaler_follows_the_load_up_to_its_limit():
    lab = Lab()
    autoscaler(lab)
    lab.deployment(
        replicas=1, notes={"sim/cpu": "400m"}, container={"resources": {"requests": {"cpu": "100m"}}}
    )
    lab.after(60)
    status = lab.get("autoscaling/v2/horizontalpodautoscalers", "web")["status"]
    assert lab.get("apps/v1/deployments", "web")["spec"]["replicas"] == 4
    assert (
        next(c for c in status["conditions"] if c["type"] == "ScalingLimited")["reason"] == "TooManyReplicas"
    )


@pytest.mark.parametrize(("metrics", "words"), [(True, "missing request for cpu in container main"), (False, "the server could not find the requested resource (get pods.metrics.k8s.io)")])  # fmt: skip
def test_an_autoscaler_says_what_it_lacks(metrics, words):
    lab = Lab(metrics=metrics)
    autoscaler(lab)
    lab.deployment(replicas=1)
    lab.after(30)
    found = lab.get("autoscaling/v2/horizontalpodautoscalers", "web")["status"]["conditions"]
    active = next(c for c in found if c["type"] == "ScalingActive")
    assert (active["status"], active["reason"]) == ("False", "FailedGetResourceMetric")
    assert words in active["message"]
