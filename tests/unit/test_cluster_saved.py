"""A cluster's state on disk: the same directory starts again where it stopped."""

import json
import random
import subprocess
import sys
import time

import pytest

from sandbox.cluster.saved import Saved
from sandbox.cluster.store import Store
from tests.unit.cluster_running import pod, running, workload

WATCHED = "/api/v1/namespaces/shop/pods"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cluster/objects.jsonl"


def opened(path, seed=1):
    store = Store(rng=random.Random(seed))
    saved = Saved(store, path)
    return store, saved, saved.load()


def test_a_new_directory_has_nothing_to_load(path):
    _, saved, loaded = opened(path)
    assert not loaded
    saved.start()
    saved.close()
    saved.close()


def test_objects_versions_and_uids_are_those_from_before(path, tmp_path):
    store, saved, _ = opened(path)
    saved.start()
    with running(tmp_path / "server", store) as cluster:
        store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        store.create("apps/v1/deployments", workload("web"))
        store.create("v1/pods", pod("web-1"))
        store.delete("v1/pods", "shop", "web-1", grace_seconds=0)
        before = cluster.call("GET", "/apis/apps/v1/namespaces/shop/deployments/web")
        version = store.version
    saved.close()
    again, saved, loaded = opened(path)
    assert loaded
    saved.start()
    with running(tmp_path / "server", again) as cluster:
        assert again.version == version
        assert cluster.call("GET", "/apis/apps/v1/namespaces/shop/deployments/web") == before
        assert cluster.call("GET", WATCHED)["items"] == []
        old = cluster.raw("GET", WATCHED, watch="1", timeoutSeconds=1, resourceVersion="2")
        assert json.loads(old.data.splitlines()[0])["object"]["code"] == 410
        uids = {kept.obj["metadata"]["uid"] for _, kept in again.everything()}
        assert again.create("v1/pods", pod("web-2"))["metadata"]["uid"] not in uids
    saved.close()


def test_what_was_owned_still_goes_with_its_owner(path):
    store, saved, _ = opened(path)
    saved.start()
    store.create("v1/namespaces", {"metadata": {"name": "shop"}})
    owner = store.create("apps/v1/deployments", workload("web"))
    reference = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": "web",
        "uid": owner["metadata"]["uid"],
    }
    child = {"metadata": {"name": "child", "namespace": "shop", "ownerReferences": [reference]}}
    store.create("v1/configmaps", child)
    saved.close()
    again, _, _ = opened(path)
    again.delete("apps/v1/deployments", "shop", "web")
    assert again.get("v1/configmaps", "shop", "child") is None


def test_custom_kinds_are_served_again(path):
    store, saved, _ = opened(path)
    saved.start()
    names = {"plural": "things", "kind": "Thing"}
    version = {"name": "v1", "served": True, "storage": True}
    spec = {"group": "example.org", "names": names, "scope": "Cluster", "versions": [version]}
    definition = {"metadata": {"name": "things.example.org"}, "spec": spec}
    store.create("apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    store.create("example.org/v1/things", {"metadata": {"name": "one"}})
    saved.close()
    again, _, _ = opened(path)
    assert again.get("example.org/v1/things", None, "one")["kind"] == "Thing"


def test_a_line_that_a_kill_cut_short_costs_only_itself(path):
    store, saved, _ = opened(path)
    saved.start()
    store.create("v1/namespaces", {"metadata": {"name": "shop"}})
    saved.close()
    with path.open("a") as file:
        file.write('{"version": 99, "kind": "v1/conf')
    again, saved, loaded = opened(path)
    assert loaded
    assert again.get("v1/namespaces", None, "shop")
    saved.start()
    again.create("v1/configmaps", {"metadata": {"name": "later", "namespace": "shop"}})
    saved.close()
    assert opened(path)[0].get("v1/configmaps", "shop", "later")


KILLED = """
import sys, time
from pathlib import Path
from sandbox.cluster.saved import Saved
from sandbox.cluster.store import Store
store = Store()
saved = Saved(store, Path(sys.argv[1]))
saved.load()
saved.start()
store.create("v1/namespaces", {"metadata": {"name": "shop"}})
for number in range(200):
    store.create("v1/configmaps", {"metadata": {"name": f"c-{number}", "namespace": "shop"}})
print("done", flush=True)
time.sleep(60)
"""


def test_a_killed_process_loses_nothing_that_was_written(path):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "done\n"
        time.sleep(0.2)
        process.kill()
    again, _, _ = opened(path)
    assert len(again.list("v1/configmaps", "shop")) == 201
