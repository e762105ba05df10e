"""What a census spares, and when it is not believed: something younger, too much to count, no right, a minute gone by."""

import asyncio

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import running
from tools.cluster import census as module
from tools.reads.k8s_diagnose import K8S_DIAGNOSE

JOBS = "/apis/batch/v1/jobs"


def job(name, space):
    held = {
        "metadata": {},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "img:1"}]},
    }
    return {"metadata": {"name": name, "namespace": space}, "spec": {"template": held}}


@pytest.fixture
def cluster(tmp_path):
    with running(tmp_path) as one:
        for space in ("quiet", "busy"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
            one.store.create("v1/services", {"metadata": {"name": "web", "namespace": space}, "spec": {"ports": [{"port": 80}]}})  # fmt: skip
        one.store.create("batch/v1/jobs", job("nightly", "busy"))
        yield one


async def asked(cluster, at, space):
    before = len(cluster.server.requests)
    found = await at.run(K8S_DIAGNOSE, namespace=space)
    return found, [r.path.partition("?")[0] for r in list(cluster.server.requests)[before:]]


def direct(paths, space):
    return f"/apis/batch/v1/namespaces/{space}/jobs" in paths


async def test_what_a_namespace_does_not_hold_is_not_asked_for_and_counts_as_looked_at(cluster):
    with desk(cluster) as at:
        first, paths = await asked(cluster, at, "quiet")
        assert JOBS in paths and not direct(paths, "quiet")
        assert first.data["not_looked_at"] == []
        _, paths = await asked(cluster, at, "busy")
        assert JOBS not in paths and direct(paths, "busy"), "counted once for both; what is there is read"


async def test_a_namespace_in_which_something_is_younger_than_the_count_is_asked_itself(cluster):
    with desk(cluster) as at:
        await asked(cluster, at, "quiet")
        cluster.store.create("batch/v1/jobs", job("late", "quiet"))
        cluster.store.create("v1/services", {"metadata": {"name": "late", "namespace": "quiet"}, "spec": {"ports": [{"port": 80}]}})  # fmt: skip
        _, paths = await asked(cluster, at, "quiet")
        assert direct(paths, "quiet")


@pytest.mark.parametrize("why", ["too many", "no right", "old"])
async def test_a_count_that_is_not_good_spares_nothing(cluster, monkeypatch, why):
    if why == "too many":
        monkeypatch.setattr(module, "MOST", 1)
        cluster.store.create("batch/v1/jobs", job("second", "busy"))
    if why == "no right":
        cluster.server.faults.add({"path": f"{JOBS}?", "status": 403, "times": 99})
    if why == "old":
        monkeypatch.setattr(module, "LASTS_S", 0.0)
    with desk(cluster) as at:
        if why == "old":
            await asked(cluster, at, "quiet")
            await asyncio.sleep(0.01)
        found, paths = await asked(cluster, at, "quiet")
    assert direct(paths, "quiet")
    assert not [gap for gap in found.could_not_see if "jobs" in gap]
